"""A real Apache Kafka on this machine for the demo, development and tests. Needs the extra `local`.

broker        one node as a child process
distribution  find a Java, download Kafka and verify it
"""

from service.local_kafka.broker import Broker

__all__ = ["Broker"]
