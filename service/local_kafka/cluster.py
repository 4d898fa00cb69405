"""Three Apache Kafka nodes on loopback, each a broker and a controller, to test the loss of a node."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

from service.local_kafka.broker import Broker, new_cluster_id

if TYPE_CHECKING:
    from pathlib import Path

NODES = 3
# Two of three replicas must have a record before it is acknowledged, so one node may fail and nothing stops.
REPLICATED = {
    "default.replication.factor": "3",
    "min.insync.replicas": "2",
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.replication.factor": "3",
    "transaction.state.log.min.isr": "2",
    "share.coordinator.state.topic.replication.factor": "3",
    "share.coordinator.state.topic.min.isr": "2",
    "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),  # bytes of heap, instead of 128 MB in each node
}


class Cluster:
    """Three nodes that replicate to each other. Each can be stopped, killed and started separately.

    Args:
        data_dir: Folder of topics and logs, with a folder for each node.
    """

    def __init__(self, data_dir: Path) -> None:
        cluster_id = new_cluster_id()
        self.brokers = {
            number: Broker(data_dir / f"node-{number}", overrides=REPLICATED, cluster_id=cluster_id)
            for number in range(1, NODES + 1)
        }
        """The nodes by id."""
        voters = ",".join(f"{number}@{broker.controller}" for number, broker in self.brokers.items())
        for number, broker in self.brokers.items():
            broker.overrides |= {"node.id": str(number), "controller.quorum.voters": voters}

    @property
    def bootstrap_servers(self) -> str:
        """Return the addresses that clients connect to."""
        return ",".join(broker.bootstrap_servers for broker in self.brokers.values())

    def start(self) -> Self:
        """Start all nodes at once, since none works without another. Return when all accept connections."""
        with ThreadPoolExecutor() as threads:
            list(threads.map(Broker.format, self.brokers.values()))
        try:
            for broker in self.brokers.values():
                broker.launch()
            for broker in self.brokers.values():
                broker.await_started()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop all nodes at once. With two stopped, the third could not shut down in order."""
        with ThreadPoolExecutor() as threads:
            list(threads.map(Broker.stop, self.brokers.values()))

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
