"""One contender on Kafka: topics of its own, its processes, and a client that notes when each record comes out."""

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
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

from benchmarks import processes

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 180.0  # seconds without a record until a contender is given up


@dataclass(frozen=True)
class Contender:
    """A way to enrich what is on a topic.

    Attributes:
        program: What one process runs, after the interpreter.
        count: Processes, each a member of the group.
        ours: It is the service, and not a rival with an interpreter of its own.
        environment: What it is told besides the names of its topics.
    """

    name: str
    program: tuple[str, ...]
    count: int = 1
    ours: bool = False
    environment: dict[str, str] = field(default_factory=dict)


@dataclass
class Usage:
    """CPU seconds, by who used them."""

    parent: float
    all: float
    broker: float


class Running(AbstractContextManager["Running"]):
    """A contender at work. Leaving it ends its processes.

    Args:
        contender: What to start.
        bootstrap: Address of the broker.
        broker: The broker's pid.
        python: Interpreter of the rivals.
        partitions: Of the input and of the output.
    """

    def __init__(self, contender: Contender, bootstrap: str, broker: int, python: str, partitions: int) -> None:
        self.contender = contender
        self.arrived: dict[bytes, float] = {}
        self._bootstrap = bootstrap
        self._broker = broker
        self._python = sys.executable if contender.ours else python
        self._partitions = partitions
        self._name = f"bench-{uuid.uuid4().hex[:8]}"
        self._ports = [_free_port() for _ in range(contender.count)]
        self._stack = ExitStack()
        self._stop = threading.Event()
        self._sent = 0

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._create_topics()
            self._producer = KafkaProducer(bootstrap_servers=self._bootstrap, linger_ms=0, max_request_size=8_000_000)
            stack.callback(self._producer.close)
            reader = threading.Thread(target=self._read, daemon=True)
            reader.start()
            stack.callback(reader.join)
            stack.callback(self._stop.set)
            log = stack.enter_context(
                tempfile.NamedTemporaryFile(prefix="newswire-bench-", suffix=".log", delete=False)
            )
            self.log = Path(log.name)
            self._processes = [self._start(port, log.fileno()) for port in self._ports]
            for process in self._processes:
                stack.callback(_end, process)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()
        if error[0] is None:
            self.log.unlink()

    def _create_topics(self) -> None:
        admin = KafkaAdminClient(bootstrap_servers=self._bootstrap)
        names = (self._topic(role) for role in ("raw", "enriched", "dead-letter"))
        admin.create_topics([NewTopic(name, self._partitions, 1) for name in names], wait_for_metadata=True)
        admin.close()

    def _topic(self, role: str) -> str:
        return f"{self._name}.{role}"

    def _start(self, port: int, log: int) -> subprocess.Popen[bytes]:
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
        }
        return subprocess.Popen(  # noqa: S603 - our own command
            [self._python, *self.contender.program],
            env=environment | self.contender.environment,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )

    def _read(self) -> None:
        """Note when each record can be read by a consumer of committed records."""
        consumer = KafkaConsumer(bootstrap_servers=self._bootstrap, isolation_level="read_committed")
        topic = self._topic("enriched")
        consumer.assign([TopicPartition(topic, number) for number in range(self._partitions)])
        consumer.seek_to_beginning()
        while not self._stop.is_set():
            for batch in consumer.poll(timeout_ms=100).values():
                now = time.monotonic()
                for record in batch:
                    self.arrived.setdefault(record.key, now)
        consumer.close()

    def send(self, value: bytes) -> tuple[bytes, float]:
        """Send one article; return its key and when that was."""
        key = b"%d" % self._sent
        now = time.monotonic()
        self._producer.send(self._topic("raw"), key=key, value=value, partition=self._sent % self._partitions)
        self._sent += 1
        return key, now

    def send_all(self, values: Iterable[bytes]) -> dict[bytes, float]:
        """Send *values* and return when each was sent, by key."""
        sent = dict(map(self.send, values))
        self._producer.flush()
        return sent

    def await_records(self, keys: Iterable[bytes]) -> float:
        """Wait until the record of each of *keys* has come out; return when the last did."""
        waiting = set(keys)
        last = time.monotonic()
        while left := waiting - self.arrived.keys():
            if len(left) < len(waiting):
                waiting, last = left, time.monotonic()
            if time.monotonic() - last > PATIENCE or any(process.poll() is not None for process in self._processes):
                raise SystemExit(
                    f"{self.contender.name}: {len(left)} records did not come; {self.log} ends with:\n{self._tail()}"
                )
            time.sleep(0.01)
        return max(self.arrived[key] for key in keys)

    def _tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])

    def usage(self) -> Usage:
        """Return the CPU time used so far."""
        parents = [process.pid for process in self._processes]
        everyone = [pid for parent in parents for pid in processes.tree(parent)]
        return Usage(
            parent=processes.cpu_seconds(parents),
            all=processes.cpu_seconds(everyone),
            broker=processes.cpu_seconds([self._broker]),
        )

    def memory(self) -> dict[str, list[dict[str, float]]]:
        """Return the memory of the first process, in MB: `parent`, then `loader` and `lanes` where it has some."""
        everyone = list(map(processes.memory, processes.tree(self._processes[0].pid)))
        return {"parent": everyone[:1], "loader": everyone[1:2], "lanes": everyone[2:]}

    def metrics(self) -> str:
        """Return the service's metrics; of a rival, nothing."""
        if not self.contender.ours:
            return ""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._ports[0]}/metrics", timeout=10) as page:
            return str(page.read().decode())


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
