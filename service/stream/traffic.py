"""Produce, follow and measure topics from the command line, with kafka-python."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    KafkaError,
    NotCoordinatorError,
)

from service.stream import header_names
from service.stream.connection import kafka_python_options

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

    from service.settings import Settings

PATIENCE_SECONDS = 30.0  # for the next record of a topic that is known to have one
NO_COORDINATOR = (CoordinatorLoadInProgressError, CoordinatorNotAvailableError, NotCoordinatorError)
COORDINATOR_SECONDS = 10.0  # for the brokers to tell who looks after the group
POLL_MILLISECONDS = 500  # how long a tail waits for more before it looks whether it should stop


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """How far the group is behind on one partition of the raw topic. Offsets count records from 0."""

    partition: int
    committed: int | None
    end: int
    lag: int


class TrafficError(Exception):
    """Raised where Kafka does not take or give what was asked for; the message says what to do."""


class MissingTopicError(TrafficError):
    """Raised if topics do not exist."""

    def __init__(self, *names: str) -> None:
        super().__init__(f"there is no topic {', '.join(names)}: `newswire topics create` creates it")


def produce(settings: Settings, topic: str, values: Iterable[bytes]) -> int:
    """Send *values* to *topic* with the article's id as key; return how many the broker has confirmed.

    An article without an id, or a value that is no JSON, is sent without a key: it is the worker that judges it.
    """
    producer = KafkaProducer(
        **kafka_python_options(settings),
        acks="all",
        linger_ms=20,
        compression_type="zstd",
        max_request_size=settings.max_record_bytes,
        allow_auto_create_topics=False,
    )
    try:
        sent = [producer.send(topic, key=_article_id(value), value=value) for value in values]
        producer.flush()
        for future in sent:
            future.get(timeout=0)
    except KafkaError as error:
        raise TrafficError(f"{topic} did not take the articles: {error}") from error
    finally:
        producer.close()
    return len(sent)


def _article_id(value: bytes) -> bytes | None:
    try:
        article = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    found = article.get("id") if isinstance(article, dict) else None
    return found.encode() if isinstance(found, str) and found else None


def follow(settings: Settings, topic: str, *, from_start: bool) -> Generator[list[Any]]:
    """Yield what came on *topic* since the last time, twice a second, for ever: kafka-python's records, perhaps none.

    Only committed records are seen. The first list comes when the position is fixed, so that nothing produced after
    it is missed.
    """
    consumer = committed_reader(
        settings, max_partition_fetch_bytes=settings.max_record_bytes + settings.max_article_bytes
    )
    try:
        partitions = partitions_of(consumer, topic)
        consumer.assign(partitions)
        if from_start:
            consumer.seek_to_beginning()
        else:
            consumer.seek_to_end()
        for partition in partitions:
            consumer.position(partition)
        yield []
        while True:
            found = consumer.poll(timeout_ms=POLL_MILLISECONDS)
            yield [record for batch in found.values() for record in batch]
    except KafkaError as error:
        raise TrafficError(f"{topic} cannot be read: {error}") from error
    finally:
        consumer.close()


def committed_records(
    settings: Settings, topic: str, only: TopicPartition | None = None, start: int | None = None
) -> Iterator[Any]:
    """Yield the committed records of *topic* up to its present end, or those of one partition from offset *start*."""
    consumer = committed_reader(
        settings, max_partition_fetch_bytes=settings.max_record_bytes + settings.max_article_bytes
    )
    try:
        partitions = [only] if only else partitions_of(consumer, topic)
        first, ends = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
        wanted = {partition: (max(first[partition], start or 0), end) for partition, end in ends.items()}
        yield from stretches(consumer, topic, wanted)
    finally:
        consumer.close()


def stretches(
    consumer: KafkaConsumer,
    topic: str,
    wanted: Mapping[TopicPartition, tuple[int, int]],
    deadline: float = math.inf,
) -> Iterator[Any]:
    """Yield the records of *topic* in the stretches `[start, end)` of its partitions; each partition's in order.

    Stops early when `time.monotonic()` passes *deadline*.
    """
    consumer.assign(list(wanted))
    for partition, (start, _) in wanted.items():
        consumer.seek(partition, start)
    waited = 0
    while time.monotonic() < deadline and any(
        consumer.position(partition) < end for partition, (_, end) in wanted.items()
    ):
        batches = consumer.poll(timeout_ms=POLL_MILLISECONDS)
        waited = 0 if batches else waited + POLL_MILLISECONDS
        if waited > PATIENCE_SECONDS * 1000:
            raise TrafficError(f"{topic} stopped giving records before its end; is a transaction left open?")
        for partition, batch in batches.items():
            yield from (record for record in batch if record.offset < wanted[partition][1])


def committed_reader(settings: Settings, **options: int) -> KafkaConsumer:
    """Return a consumer of no group that sees committed records only."""
    header_names.read_any_with_kafka_python()
    return KafkaConsumer(
        **kafka_python_options(settings),
        isolation_level="read_committed",
        enable_auto_commit=False,
        allow_auto_create_topics=False,
        check_crcs=False,  # in Python it takes 10 ms a record, 40 times all else; brokers check what they take
        **options,
    )


def partitions_of(consumer: KafkaConsumer, topic: str) -> list[TopicPartition]:
    """Return the partitions of *topic* in order. Raise `MissingTopicError` if it does not exist."""
    numbers = sorted(consumer.partitions_for_topic(topic) or ())
    if not numbers:
        raise MissingTopicError(topic)
    return [TopicPartition(topic, number) for number in numbers]


def lag(settings: Settings) -> list[PartitionLag]:
    """Return how far the group is behind on each partition of the raw topic."""
    consumer = KafkaConsumer(**kafka_python_options(settings), allow_auto_create_topics=False)
    try:
        partitions = partitions_of(consumer, settings.raw_topic)
        first, last = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
    finally:
        consumer.close()
    committed = _committed(settings)
    rows = []
    for partition in partitions:
        known = committed.get(partition)
        offset = known.offset if known is not None and known.offset >= 0 else None
        behind = last[partition] - (first[partition] if offset is None else offset)
        rows.append(PartitionLag(partition.partition, offset, last[partition], behind))
    return rows


def _committed(settings: Settings) -> Mapping[TopicPartition, Any]:
    """Return the group's offsets. Brokers that have never had a group first make the topic for them, in a second."""
    admin = KafkaAdminClient(**kafka_python_options(settings))
    deadline = time.monotonic() + COORDINATOR_SECONDS
    try:
        while True:
            try:
                offsets: Mapping[TopicPartition, Any] = admin.list_group_offsets({settings.group: None})[settings.group]
            except NO_COORDINATOR:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return offsets
    finally:
        admin.close()
