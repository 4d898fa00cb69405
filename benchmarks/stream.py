"""Run one contender on Kafka, with its own topics and a client that records when each record is published."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import uuid
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

from benchmarks import processes, tables
from service.kafka.lag import NO_COORDINATOR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

ROOT = Path(__file__).resolve().parents[1]
GIVE_UP_SECONDS = 180.0  # without a record, before a contender is given up


@dataclass(frozen=True)
class Contender:
    """A program that enriches the articles of a topic.

    Attributes:
        program: Arguments of the Python interpreter.
        count: Number of processes; each is a member of the group.
        ours: Whether it is this service. Rivals have an interpreter of their own.
        static: Whether each process keeps its name in the group when it is replaced; for this service only.
        environment: Variables in addition to the broker and the topics.
    """

    name: str
    program: tuple[str, ...]
    count: int = 1
    ours: bool = False
    static: bool = False
    environment: dict[str, str] = field(default_factory=dict)


@dataclass
class Usage:
    """CPU seconds of the parents, of all processes of the contender, and of the broker."""

    parent: float
    all: float
    broker: float


class Running(AbstractContextManager["Running"]):
    """A running contender. Leaving the context ends its processes.

    Args:
        contender: What to start.
        bootstrap: Address of the broker.
        broker: The broker's pid.
        python: Interpreter of the rivals.
        partitions: Number of partitions of each topic.
    """

    def __init__(self, contender: Contender, bootstrap: str, broker: int, python: str, partitions: int) -> None:
        self.contender = contender
        self.arrived: dict[bytes, float] = {}
        self.sent = 0
        self.record_bytes = 0
        self._bootstrap = bootstrap
        self._broker = broker
        self._python = sys.executable if contender.ours else python
        self.partitions = partitions
        self._name = f"bench-{uuid.uuid4().hex[:8]}"
        self._ports: list[int] = []
        self._processes: list[subprocess.Popen[bytes]] = []
        self._stack = ExitStack()
        self._stop = threading.Event()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._create_topics()
            self._producer = KafkaProducer(bootstrap_servers=self._bootstrap, linger_ms=0, max_request_size=8_000_000)
            stack.callback(self._producer.close)
            reader = threading.Thread(target=self._read, daemon=True)
            reader.start()
            stack.callback(reader.join)
            stack.callback(self._stop.set)
            with tempfile.NamedTemporaryFile(prefix="newswire-bench-", suffix=".log", delete=False) as log:
                self.log = Path(log.name)
            stack.callback(self._end_all)
            for number in range(self.contender.count):
                self.start(number)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()
        if error[0] is None:
            self.log.unlink()

    def _create_topics(self) -> None:
        admin = KafkaAdminClient(bootstrap_servers=self._bootstrap)
        names = (self._topic(role) for role in ("raw", "enriched", "dead-letter"))
        admin.create_topics([NewTopic(name, self.partitions, 1) for name in names], wait_for_metadata=True)
        admin.close()

    def _topic(self, role: str) -> str:
        return f"{self._name}.{role}"

    def start(self, number: int) -> None:
        """Start another process, which has the name of number *number* if the processes have names."""
        port = _free_port()
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "BENCH_BROKER": self._bootstrap,
            "BENCH_INPUT": self._topic("raw"),
            "BENCH_OUTPUT": self._topic("enriched"),
            "BENCH_GROUP": self._name,
            "KAFKA_BOOTSTRAP_SERVERS": self._bootstrap,
            "NEWSWIRE_RAW_TOPIC": self._topic("raw"),
            "NEWSWIRE_ENRICHED_TOPIC": self._topic("enriched"),
            "NEWSWIRE_DEAD_LETTER_TOPIC": self._topic("dead-letter"),
            "NEWSWIRE_GROUP": self._name,
            "NEWSWIRE_WEB_PORT": str(port),
            "NEWSWIRE_GROUP_INSTANCE_ID": f"worker-{number}" if self.contender.static else "",
        }
        with self.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own command
                [self._python, *self.contender.program],
                env=environment | self.contender.environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._processes.append(process)
        self._ports.append(port)

    def end_oldest(self, *, kill: bool = False) -> None:
        """Stop or *kill* the process that was started first, and return when it has ended."""
        process = self._processes.pop(0)
        del self._ports[0]
        if kill:
            process.kill()
        _end(process)

    def _end_all(self) -> None:
        while self._processes:
            self.end_oldest()

    def await_ready(self) -> None:
        """Wait until the process of this service that was started last has its partitions."""
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while time.monotonic() < deadline and not self._ended():
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self._ports[-1]}/readyz", timeout=5):
                return
            time.sleep(0.05)
        raise SystemExit(f"{self.contender.name}: did not become ready; {self.log} ends with:\n{self._tail()}")

    def _read(self) -> None:
        """Record when each record becomes readable to a consumer of committed records."""
        consumer = self._consumer("enriched")
        while not self._stop.is_set():
            for batch in consumer.poll(timeout_ms=100).values():
                now = time.monotonic()
                for record in batch:
                    self.arrived.setdefault(record.key, now)
                    self.record_bytes += len(record.value)
        consumer.close()

    def _consumer(self, role: str) -> KafkaConsumer:
        """Return a client that reads the committed records of the topic of *role* from the beginning."""
        consumer = KafkaConsumer(
            bootstrap_servers=self._bootstrap,
            isolation_level="read_committed",
            max_partition_fetch_bytes=8_000_000,
            check_crcs=False,  # in Python: 1 ms per 8 kB, on the cores that the contender uses
        )
        consumer.assign([TopicPartition(self._topic(role), number) for number in range(self.partitions)])
        consumer.seek_to_beginning()
        return consumer

    def warm_up(self, values: Iterable[bytes]) -> None:
        """Wait until every process has joined the group, then send *values* and wait for their records.

        A process that joined later would cause a rebalance, which stops all the others.

        Raises:
            SystemExit: The contender ended or did not join in time.
        """
        admin = KafkaAdminClient(bootstrap_servers=self._bootstrap)
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while self._members(admin) < self.contender.count:
            if time.monotonic() > deadline or self._ended():
                raise SystemExit(
                    f"{self.contender.name}: did not join the group; {self.log} ends with:\n{self._tail()}"
                )
            time.sleep(0.2)
        admin.close()
        self.await_records(self.send_all(values))

    def _members(self, admin: KafkaAdminClient) -> int:
        """Return the number of members of the group, or 0 during a rebalance."""
        try:
            group = admin.describe_groups([self._name])[self._name]
            return len(group["members"]) if group["group_state"] == "Stable" else 0
        except NO_COORDINATOR:  # the broker creates the topic of offsets for its first group
            return 0

    def send(self, value: bytes, partition: int | None = None) -> tuple[bytes, float]:
        """Send one article to *partition*, by default in rotation; return its key and the time."""
        key = b"%d" % self.sent
        now = time.monotonic()
        if partition is None:
            partition = self.sent % self.partitions
        self._producer.send(self._topic("raw"), key=key, value=value, partition=partition)
        self.sent += 1
        return key, now

    def flush(self) -> None:
        """Wait until the broker has acknowledged everything that was sent."""
        self._producer.flush()

    def send_all(self, values: Iterable[bytes]) -> dict[bytes, float]:
        """Send *values* and return the time at which each was sent, by key."""
        sent = dict(map(self.send, values))
        self._producer.flush()
        return sent

    def await_records(self, keys: Iterable[bytes]) -> float:
        """Wait for the records of all *keys* and return the time of the last."""
        # A count is cheap, and this client uses the contender's cores.
        return self.wait_for(keys, lambda: self.sent - len(self.arrived))

    def wait_for(self, keys: Iterable[bytes], missing: Callable[[], int] | None = None) -> float:
        """Wait until *missing* is 0, by default the number of *keys* without a record; return the time of the last."""
        wanted = set(keys)
        missing = missing or (lambda: len(wanted - self.arrived.keys()))
        count, last = len(self.arrived), time.monotonic()
        while (remaining := missing()) > 0:
            if len(self.arrived) > count:
                count, last = len(self.arrived), time.monotonic()
            if time.monotonic() - last > GIVE_UP_SECONDS or self._ended():
                raise SystemExit(
                    f"{self.contender.name}: {remaining} records are missing; {self.log} ends with:\n{self._tail()}"
                )
            time.sleep(0.01)
        return max(self.arrived[key] for key in wanted)

    def _ended(self) -> bool:
        return any(process.poll() is not None for process in self._processes)

    def ledger(self) -> dict[str, int]:
        """Count all records and dead letters with a client that has read nothing before.

        `lost`: articles with neither a record nor a dead letter; `repeated`: records and dead letters beyond the first.
        """
        keys = {role: self._keys(role) for role in ("enriched", "dead-letter")}
        everything = [key for role_keys in keys.values() for key in role_keys]
        return {
            "sent": self.sent,
            "records": len(keys["enriched"]),
            "dead_letters": len(keys["dead-letter"]),
            "lost": self.sent - len(set(everything)),
            "repeated": len(everything) - len(set(everything)),
        }

    def _keys(self, role: str) -> list[bytes]:
        consumer = self._consumer(role)
        ends = consumer.end_offsets(list(consumer.assignment()))
        keys: list[bytes] = []
        while any(consumer.position(partition) < end for partition, end in ends.items()):
            for batch in consumer.poll(timeout_ms=200).values():
                keys += [record.key for record in batch]
        consumer.close()
        return keys

    def _tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])

    def usage(self) -> Usage:
        """Return the CPU time used so far."""
        parents = [process.pid for process in self._processes]
        tree = [pid for parent in parents for pid in processes.tree(parent)]
        return Usage(
            parent=processes.cpu_seconds(parents),
            all=processes.cpu_seconds(tree),
            broker=processes.cpu_seconds([self._broker]),
        )

    def memory(self) -> dict[str, list[dict[str, float]]]:
        """Return the memory of the first process and its descendants, in MB, by role; see `processes.memory`."""
        tree = []
        for pid in processes.tree(self._processes[0].pid):
            with suppress(*processes.ENDED):  # a worker process that has just been replaced
                tree.append(processes.memory(pid))
        return {"parent": tree[:1], "fork_server": tree[1:2], "worker_processes": tree[2:]}

    def metrics(self) -> str:
        """Return the service's metrics in Prometheus' text format; nothing for a rival."""
        if not self.contender.ours:
            return ""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._ports[0]}/metrics", timeout=10) as page:
            return str(page.read().decode())


def throughput(running: Running, values: Sequence[bytes]) -> dict[str, Any]:
    """Send *values* at once to a warm contender; return the time to the last record, CPU time and memory."""
    before, metrics, read = running.usage(), running.metrics(), running.record_bytes
    started = time.monotonic()
    seconds = running.await_records(running.send_all(values)) - started
    after = running.usage()
    return {
        "seconds": seconds,
        "articles_per_second": len(values) / seconds,
        "cpu_seconds": after.all - before.all,
        "parent_cpu_seconds": after.parent - before.parent,
        "broker_cpu_seconds": after.broker - before.broker,
        "record_bytes": (running.record_bytes - read) / len(values),
        "memory": running.memory(),
        "loop_delay": tables.loop_delay(metrics, running.metrics()),
    }


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
