"""Run workers as processes, and count their output with a client that shares no code with them (kafka-python)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from aiokafka import AIOKafkaProducer
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, NewTopic

from service.kafka.lag import NO_COORDINATOR
from service.worker.application import MAX_FETCHED_ARTICLES
from service.worker.in_flight import ARTICLES_PER_PROCESS
from tests.process_tree import children

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

ROOT = Path(__file__).resolve().parents[2]
RUN = (
    "import sys; exec(sys.argv[2]); from service.settings import Settings; from service.worker.run import run; "
    "sys.exit(run(Settings(), sys.argv[1]))"
)
LIGHT = "tests.kafka.processors:Light"
FAULTY = "tests.kafka.faulty_processor:FaultyProcessor"
BROKEN = "tests.kafka.processors:Broken"
PATIENCE = (
    240.0  # seconds for something that needs two on an idle machine; one that is busy may take a hundred times that
)
WORKER_PROCESSES = 2
MOST_IN_FLIGHT = ARTICLES_PER_PROCESS * WORKER_PROCESSES + 4 * MAX_FETCHED_ARTICLES
"""The most articles of four partitions that a worker of the harness may have published and not yet committed."""
SETTLE_SECONDS = 20.0  # for all brokers to see a transaction as ended, which needs milliseconds
BROKEN_PROMISES = "BROKEN_PROMISES"
"""Environment variable that names the file for ledgers in which a promise of the service is broken."""


@dataclass(frozen=True)
class Ledger:
    """Counts of the articles that were sent and of the records and dead letters that came out."""

    delivery: str
    sent: int
    out: int
    dead: int
    lost: int
    duplicated: int
    disordered: int

    @property
    def kept(self) -> bool:
        """Return whether the promises are kept: nothing lost or out of order, and in exactly once nothing repeated.

        How many repeats at least once allows depends on the fault, so every test asserts that itself.
        """
        repeated = self.duplicated if self.delivery == "exactly_once" else 0
        return not (self.lost or self.disordered or repeated)

    def __str__(self) -> str:
        return (
            f"in {self.sent}, out {self.out}, dead-lettered {self.dead}, lost {self.lost}, "
            f"duplicated {self.duplicated}, out of order {self.disordered}"
        )


LEDGER_LINES: list[str] = []


def note(what: str, ledger: Ledger) -> None:
    """Print *ledger* at the end of the run, and report a broken promise to `.ci/run`, which then fails.

    Call this before any assertion on the ledger. A failed test may pass when it is rerun, since a slow machine is not a
    fault of the service. But a promise that was broken once is broken, even if the rerun passes.
    """
    line = f"{ledger.delivery}, {what}: {ledger}"
    LEDGER_LINES.append(line)
    if not ledger.kept and (path := os.environ.get(BROKEN_PROMISES)):
        with Path(path).open("a") as file:
            file.write(f"{line}\n")


@dataclass
class Stream:
    """Topics, group and workers of one test. The workers' logs go to *folder*."""

    bootstrap: str
    delivery: str = "at_least_once"
    partitions: int = 4
    replicas: int = 1
    events: bool = False
    """Whether the workers write flat events."""
    raw_config: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    name: str = field(default_factory=lambda: f"t-{uuid.uuid4().hex[:8]}")
    workers: list[Worker] = field(default_factory=list)
    sent: list[tuple[int, int]] = field(default_factory=list)
    folder: Path = field(kw_only=True)

    def __post_init__(self) -> None:
        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        topics = [NewTopic(self.raw, self.partitions, self.replicas, topic_configs=self.raw_config)]
        topics += [NewTopic(name, self.partitions, self.replicas) for name in (self.enriched, self.dead)]
        topics += [NewTopic(self.events_topic, self.partitions, self.replicas)] if self.events else []
        admin.create_topics(topics, wait_for_metadata=True)
        admin.close()

    def configure(self, topic: str, config: dict[str, str]) -> None:
        """Change a topic's configuration."""
        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        admin.alter_configs([ConfigResource("TOPIC", topic, configs=config)])
        admin.close()

    def config(self, topic: str) -> dict[str, str]:
        """Return a topic's configuration."""
        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        try:
            [configs] = admin.describe_configs([ConfigResource("TOPIC", topic)], config_filter="all").values()
        finally:
            admin.close()
        return {name: entry["value"] for name, entry in configs[topic].items()}

    @property
    def raw(self) -> str:
        """Return the name of the topic of raw articles."""
        return f"{self.name}.raw"

    @property
    def enriched(self) -> str:
        """Return the name of the topic of records."""
        return f"{self.name}.enriched"

    @property
    def dead(self) -> str:
        """Return the name of the topic of dead letters."""
        return f"{self.name}.dead"

    @property
    def events_topic(self) -> str:
        """Return the name of the topic of flat events."""
        return f"{self.name}.events"

    def produce(
        self, articles: Iterable[tuple[bytes | None, bytes | None]], partition: int | None = None, **options: Any
    ) -> None:
        """Send keys and values, to *partition* if given, and remember their partitions and offsets."""
        producer = KafkaProducer(bootstrap_servers=self.bootstrap, linger_ms=5, max_request_size=8_000_000, **options)
        futures = [producer.send(self.raw, key=key, value=value, partition=partition) for key, value in articles]
        producer.flush()
        self.sent += [
            (metadata.partition, metadata.offset) for metadata in (future.get(timeout=60) for future in futures)
        ]
        producer.close()

    def produce_with_headers(self, key: bytes, value: bytes, headers: Sequence[tuple[str, bytes | None]]) -> None:
        """Send one article with headers, by aiokafka: kafka-python refuses null values, which Kafka allows."""

        async def send() -> tuple[int, int]:
            """Send the article."""
            async with AIOKafkaProducer(bootstrap_servers=self.bootstrap) as producer:
                metadata = await producer.send_and_wait(self.raw, key=key, value=value, headers=list(headers))
                return metadata.partition, metadata.offset

        self.sent.append(asyncio.run(send()))

    def produce_empty_record(self) -> None:
        """Send a record without key and value, as other producers can."""

        async def send() -> tuple[int, int]:
            """Send a batch, which unlike `send` allows both to be null."""
            async with AIOKafkaProducer(bootstrap_servers=self.bootstrap) as producer:
                batch = producer.create_batch()
                batch.append(key=None, value=None, timestamp=None)
                metadata = await (await producer.send_batch(batch, self.raw, partition=0))
                return metadata.partition, metadata.offset

        self.sent.append(asyncio.run(send()))

    def produce_light(self, count: int, first: int = 0, **article: Any) -> None:
        """Send *count* articles for the processor `Light`."""
        names = [str(number) for number in range(first, first + count)]
        self.produce((name.encode(), orjson.dumps({"id": name} | article)) for name in names)

    def start(self, processor: str = LIGHT, before: str = "", **environment: str) -> Worker:
        """Start a worker with *processor*; the Python code *before* runs in it first."""
        return self.run([sys.executable, "-c", RUN, processor, before], **environment)

    def run(self, command: list[str], **environment: str) -> Worker:
        """Start a worker with *command*."""
        env = os.environ | self.variables | {"PYTHONPATH": str(ROOT), "NEWSWIRE_LOG_FORMAT": "json"}
        worker = Worker(env | self.environment | environment, command, self.folder)
        self.workers.append(worker)
        return worker

    @property
    def variables(self) -> dict[str, str]:
        """Return the settings of the stream as environment variables."""
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap,
            "NEWSWIRE_RAW_TOPIC": self.raw,
            "NEWSWIRE_ENRICHED_TOPIC": self.enriched,
            "NEWSWIRE_DEAD_LETTER_TOPIC": self.dead,
            "NEWSWIRE_EVENTS_TOPIC": self.events_topic if self.events else "",
            "NEWSWIRE_PARKED_TOPIC": f"{self.name}.parked",
            "NEWSWIRE_GROUP": self.name,
            "NEWSWIRE_DELIVERY": self.delivery,
            "NEWSWIRE_WORKER_PROCESSES": str(WORKER_PROCESSES),
        }

    def command(self, *arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a `newswire` command on the stream's topics, with the code in *cwd*."""
        return subprocess.run(
            [sys.executable, "-m", "service", *arguments],
            env=os.environ | self.variables | self.environment | environment,
            cwd=cwd,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def stop(self) -> None:
        """Kill the workers that still run."""
        for worker in self.workers:
            worker.kill()

    def committed(self) -> int:
        """Return the number of input records that the group has committed, over all partitions."""
        return sum(self.committed_offsets().values())

    def committed_offsets(self) -> dict[int, int]:
        """Return the group's committed offset by partition, without partitions that have none."""
        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        try:
            offsets = admin.list_group_offsets({self.name: None})[self.name]
        except NO_COORDINATOR:  # the broker has no group yet, so nothing is committed
            return {}
        finally:
            admin.close()
        return {
            tp.partition: committed.offset
            for tp, committed in offsets.items()
            if tp.topic == self.raw and committed.offset >= 0
        }

    @contextlib.contextmanager
    def _consumer(self, *topics: str) -> Iterator[KafkaConsumer]:
        """Open a client at the beginning of *topics* that reads committed records only."""
        consumer = KafkaConsumer(
            bootstrap_servers=self.bootstrap,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=8_000_000,
        )
        try:
            consumer.assign([TopicPartition(topic, number) for topic in topics for number in range(self.partitions)])
            yield consumer
        finally:
            consumer.close()

    def read(self, topic: str) -> list[Any]:
        """Return all committed records of *topic*."""
        with self._consumer(topic) as consumer:
            ends = consumer.end_offsets(list(consumer.assignment()))
            records: list[Any] = []
            while any(consumer.position(tp) < end for tp, end in ends.items()):
                for batch in consumer.poll(timeout_ms=200).values():
                    records += batch
            return records

    def size_on_disk(self, topic: str) -> int:
        """Return the size of *topic* on the broker's disk, in bytes."""
        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        try:
            topics = [
                row for broker in admin.describe_log_dirs() for folder in broker["log_dirs"] for row in folder["topics"]
            ]
        finally:
            admin.close()
        return sum(part["partition_size"] for row in topics if row["name"] == topic for part in row["partitions"])

    def done(self) -> int:
        """Return the number of input records that have a record or a dead letter."""
        return len({origin(record) for record in self.read(self.enriched) + self.read(self.dead)})

    def await_done(self, seconds: float = PATIENCE) -> None:
        """Wait until every article sent has come out. On a timeout, note what is certain by then."""
        origins: set[str] = set()
        with self._consumer(self.enriched, self.dead) as consumer:  # reads every record only once

            def done() -> bool:
                """Read the records published since the last call."""
                origins.update(origin(record) for batch in consumer.poll(timeout_ms=100).values() for record in batch)
                return len(origins) >= len(self.sent)

            try:
                await_(done, f"{len(self.sent)} articles to come out", seconds, self.workers)
            except AssertionError:
                note(f"not done in {seconds:.0f} s", self.unfinished_ledger())
                raise

    def unfinished_ledger(self) -> Ledger:
        """Count while workers may still run: an article is lost only if the group has committed an offset beyond it.

        An article that is neither published nor committed may still come out. Repeats and disorder are final.
        """
        committed = self.committed_offsets()  # read before the outputs, which are never behind it
        passed = [(partition, offset) for partition, offset in self.sent if offset < committed.get(partition, 0)]
        with contextlib.suppress(AssertionError):
            await_(lambda: not self.ledger(passed).lost, "transactions to be seen as ended", SETTLE_SECONDS)
        return self.ledger(passed)

    def ledger(self, due: Sequence[tuple[int, int]] | None = None) -> Ledger:
        """Count the output. *due* are the articles that must have come out, by default all."""
        out, dead = self.read(self.enriched), self.read(self.dead)
        counts = Counter(map(origin, out + dead))
        expected = {f"{self.raw}/{partition}/{offset}" for partition, offset in (self.sent if due is None else due)}
        return Ledger(
            delivery=self.delivery,
            sent=len(set(self.sent)),
            out=len(out),
            dead=len(dead),
            lost=len(expected - set(counts)),
            duplicated=sum(counts.values()) - len(counts),
            disordered=disordered(out) + disordered(dead),
        )

    def note_events(self, what: str) -> None:
        """Count the flat events, note the ledger, and assert that none is lost, repeated in exactly once or stale.

        What must have come out is what the headers of the records name.
        """
        await_(lambda: self.committed() >= len(self.sent), "the last commit", PATIENCE, self.workers)
        records, messages = self.read(self.enriched), self.read(self.events_topic)
        named = {f"{origin(record)}#{event}" for record in records for event in events_of(record)}
        counts = Counter(dict(message.headers)["ce_id"].decode() for message in messages)
        written = {dict(message.headers)["ce_id"].decode() for message in messages if message.value is not None}
        ledger = Ledger(
            delivery=self.delivery,
            sent=len(named),
            out=len(messages),
            dead=0,
            lost=len(named - written),
            duplicated=sum(counts.values()) - len(counts),
            disordered=disordered(messages, by="ce_id"),
        )
        note(f"{what}: flat events", ledger)
        assert (ledger.lost, ledger.disordered) == (0, 0)
        assert ledger.kept
        assert self.compacted_events().keys() == {
            f"{dict(record.headers)['ce_subject'].decode()}#{event}"
            for record in newest(records)
            for event in events_of(record)
        }

    def compacted_events(self) -> dict[str, bytes]:
        """Return what a compacted events topic, or a table by its key, holds in the end: keys and values."""
        last = {message.key.decode(): message.value for message in self.read(self.events_topic)}
        return {key: value for key, value in last.items() if value is not None}


class Worker:
    """A running worker, with its log in *folder*."""

    def __init__(self, environment: dict[str, str], command: list[str], folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = folder / f"worker-{self.port}-{uuid.uuid4().hex[:6]}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                env=environment | {f"NEWSWIRE_{what}_PORT": str(self.port) for what in ("WEB", "PAGE", "FEED")},
                cwd=ROOT,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )

    def page(self, path: str, method: str = "GET") -> tuple[int, str]:
        """Return status and text of a page; status 0 if there is no answer."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - always http and loopback
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def await_ready(self, seconds: float = PATIENCE) -> Worker:
        """Wait until the worker has joined the group. Fail at once if it has ended."""

        def ready() -> bool:
            """Return whether the worker is ready."""
            assert self.process.poll() is None, f"the worker ended before it was ready:\n{self.tail()}"
            return self.page("/readyz")[0] == HTTPStatus.OK

        await_(ready, "the worker to be ready", seconds, [self])
        return self

    def metric(self, name: str) -> float:
        """Return the sum of a metric's samples."""
        return sum(
            float(value) for value in re.findall(rf"^{name}(?:{{.*}})? (\S+)$", self.page("/metrics")[1], re.MULTILINE)
        )

    def worker_processes(self) -> list[int]:
        """Return the process ids of the worker processes, which are children of the fork server."""
        return [process for fork_server in children(self.process.pid) for process in children(fork_server)]

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the parent process."""
        self.process.send_signal(number)

    def terminate(self, seconds: float = PATIENCE) -> int:
        """Send SIGTERM and return the exit code."""
        self.process.terminate()
        return self.wait(seconds)

    def wait(self, seconds: float = PATIENCE) -> int:
        """Wait for the worker to end and return the exit code."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the worker did not end within {seconds:.0f} s:\n{self.tail()}") from None

    def kill(self) -> None:
        """Kill the worker, as a crash would."""
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()

    def lines(self, event: str) -> list[dict[str, Any]]:
        """Return the lines of the log for *event*."""
        lines = [orjson.loads(line) for line in self.log.read_bytes().splitlines() if line.startswith(b"{")]
        return [line for line in lines if line["event"] == event]

    def tail(self) -> str:
        """Return the last 4,000 characters of the log."""
        return self.log.read_text(errors="replace")[-4000:]


def origin(record: Any) -> str:
    """Return topic, partition and offset of the article of an output."""
    return str(dict(record.headers)["newswire.origin"].decode())


def events_of(record: Any) -> list[str]:
    """Return the ids of the events that the headers of *record* name."""
    names: bytes = dict(record.headers).get("newswire.events", b"")
    return names.decode().split(",") if names else []


def newest(records: Iterable[Any]) -> list[Any]:
    """Return the last of the *records* of each key that is not superseded. There is none of a deleted article."""
    last = {record.key: record for record in records if "newswire.superseded" not in dict(record.headers)}
    return [record for record in last.values() if record.value is not None]


def disordered(records: Iterable[Any], by: str = "newswire.origin") -> int:
    """Return how many of *records* come before one of an earlier article of their partition, or in another partition.

    Those with the same header *by* are repeats, of which only the first counts.
    """
    count = 0
    last: dict[int, int] = {}
    seen: set[bytes] = set()
    for record in records:
        name = dict(record.headers)[by]
        if name in seen:
            continue
        seen.add(name)
        _, partition, offset = origin(record).rsplit("/", 2)
        count += int(partition) != record.partition or int(offset) < last.get(record.partition, -1)
        last[record.partition] = int(offset)
    return count


def await_(condition: Callable[[], bool], what: str, seconds: float, workers: Iterable[Worker] = ()) -> None:
    """Wait until *condition* is true, or fail with the tails of the logs of *workers*."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            tails = "\n".join(f"--- {worker.log}\n{worker.tail()}" for worker in workers)
            raise AssertionError(f"waited {seconds:.0f} s for {what}\n{tails}")
        time.sleep(0.1)
