"""Three Apache Kafka nodes on loopback, each broker and controller: what one node cannot show, they can."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

from service.local_kafka.broker import Broker, new_cluster_id

if TYPE_CHECKING:
    from pathlib import Path

NODES = 3
# Three replicas, and two of them must have a record before it is acknowledged: one node may go, and nothing stops.
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
    """Three nodes that replicate to each other; each can be stopped, killed and started by itself.

    Args:
        data_dir: Where the nodes keep their topics and logs, each in a folder of its own.
    """

    def __init__(self, data_dir: Path) -> None:
        cluster_id = new_cluster_id()
        self.brokers = {
            number: Broker(data_dir / f"node-{number}", overrides=REPLICATED, cluster_id=cluster_id)
            for number in range(1, NODES + 1)
        }
        """The nodes by their ids."""
        voters = ",".join(f"{number}@{broker.controller}" for number, broker in self.brokers.items())
        for number, broker in self.brokers.items():
            broker.overrides |= {"node.id": str(number), "controller.quorum.voters": voters}

    @property
    def bootstrap_servers(self) -> str:
        """Return the addresses that clients connect to."""
        return ",".join(broker.bootstrap_servers for broker in self.brokers.values())

    def start(self) -> Self:
        """Start all nodes, side by side, since none serves without another; return when all serve."""
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
        """Stop all nodes, side by side: two that are gone would keep the third from a stop in order."""
        with ThreadPoolExecutor() as threads:
            list(threads.map(Broker.stop, self.brokers.values()))

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
