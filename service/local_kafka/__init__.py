"""A real Apache Kafka on this machine for the demo, development and tests. Needs the extra `local`.

broker        one node as a child process
cluster       three nodes that replicate to each other
ports         free ports
distribution  find a Java, download Kafka and verify it
"""

from service.local_kafka.broker import Broker
from service.local_kafka.cluster import Cluster

__all__ = ["Broker", "Cluster"]
