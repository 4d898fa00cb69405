"""Read, follow and measure topics from the command line, with kafka-python."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    KafkaError,
    NotCoordinatorError,
)

from service.errors import KafkaOperationError, MissingTopicError
from service.kafka import lenient_headers
from service.kafka.connection import kafka_python_options

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from service.settings import Settings

FETCH_BYTES = 4 * 1024 * 1024  # that one answer of a broker may have; it gives a longer record whole
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
        raise KafkaOperationError(f"{topic} cannot be read: {error}") from error
    finally:
        consumer.close()


def committed_records(settings: Settings, topic: str, *, since: float = 0, await_open: bool = False) -> Iterator[Any]:
    """Yield the committed records of *topic* up to its present end.

    With *since*, in milliseconds since 1970-01-01 UTC, reading starts in each partition at the first record with that
    timestamp or a later one. Every record before that one is older, so none of that time is missed. Records after it
    may be older all the same, since producers set timestamps as they like: whoever wants a time filters by it, and an
    end in time cannot be sought, since after a record of a later time an earlier one may come.

    Records behind an open transaction are not read. With *await_open* the end is that of all that was written, and
    reading waits for such transactions to end; `KafkaOperationError` is raised when one does not.
    """
    consumer = committed_reader(
        settings,
        max_partition_fetch_bytes=settings.max_record_bytes + settings.max_article_bytes,
        fetch_max_bytes=FETCH_BYTES,
    )
    try:
        partitions = partitions_of(consumer, topic)
        starts = consumer.beginning_offsets(partitions)
        ends = _written(settings, partitions) if await_open else consumer.end_offsets(partitions)
        if since > 0:
            found = consumer.offsets_for_times(dict.fromkeys(partitions, math.ceil(since)))
            starts = {tp: found[tp].offset if found.get(tp) else ends[tp] for tp in partitions}
        yield from stretches(consumer, topic, {tp: (starts[tp], ends[tp]) for tp in partitions})
    finally:
        consumer.close()


def _written(settings: Settings, partitions: list[TopicPartition]) -> Mapping[TopicPartition, int]:
    """Return the ends of *partitions*, transactions that are still open included."""
    consumer = KafkaConsumer(**kafka_python_options(settings), allow_auto_create_topics=False)
    try:
        ends: Mapping[TopicPartition, int] = consumer.end_offsets(partitions)
        return ends
    finally:
        consumer.close()


def record_at(consumer: KafkaConsumer, partition: TopicPartition, offset: int) -> Any | None:
    """Return the committed record at *offset* of *partition*; None when none is there, or no longer."""
    first, end = consumer.beginning_offsets([partition])[partition], consumer.end_offsets([partition])[partition]
    if not first <= offset < end:
        return None
    return next(stretches(consumer, partition.topic, {partition: (offset, offset + 1)}), None)


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
            raise KafkaOperationError(f"{topic} stopped giving records before its end; is a transaction left open?")
        for partition, batch in batches.items():
            yield from (record for record in batch if record.offset < wanted[partition][1])


def committed_reader(settings: Settings, **options: int) -> KafkaConsumer:
    """Return a consumer of no group that sees committed records only."""
    lenient_headers.read_any_with_kafka_python()
    return KafkaConsumer(
        **kafka_python_options(settings),
        isolation_level="read_committed",
        enable_auto_commit=False,
        allow_auto_create_topics=False,
        auto_offset_reset="earliest",  # records deleted while we read: go on with the oldest, not at the end
        check_crcs=False,  # in Python it takes 10 ms a record, 40 times all else; brokers check what they take
        **options,
    )


def require_topic(settings: Settings, topic: str) -> None:
    """Raise `KafkaOperationError` if there is no *topic*: a producer would look for it for a minute."""
    consumer = KafkaConsumer(**kafka_python_options(settings), allow_auto_create_topics=False)
    try:
        partitions_of(consumer, topic)
    finally:
        consumer.close()


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
