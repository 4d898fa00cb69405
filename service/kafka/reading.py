"""Read the committed records of a topic up to its end, or follow it."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from service.errors import KafkaOperationError, MissingTopicError
from service.kafka import lenient_headers
from service.kafka.connection import kafka_python_options

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from service.settings import Settings

FETCH_BYTES = 4 * 1024 * 1024  # per response of a broker; a longer record is still returned whole
NEXT_RECORD_SECONDS = 30.0  # to wait for the next record of a partition that is known to have it
POLL_MILLISECONDS = 500  # between checks whether a follower should stop


def follow(settings: Settings, topic: str, *, from_start: bool) -> Generator[list[Any]]:
    """Yield the records that arrived on *topic* since the last time, twice per second, indefinitely.

    Each list holds records of kafka-python and may be empty. Only committed records are read. The first list, which is
    empty, comes once the position is fixed: nothing produced after that is missed.

    Raises:
        MissingTopicError: *topic* does not exist.
        KafkaOperationError: *topic* cannot be read.
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
            batches = consumer.poll(timeout_ms=POLL_MILLISECONDS)
            yield [record for batch in batches.values() for record in batch]
    except KafkaError as error:
        raise KafkaOperationError(f"{topic} cannot be read: {error}") from error
    finally:
        consumer.close()


def committed_records(settings: Settings, topic: str, *, since: float = 0, await_open: bool = False) -> Iterator[Any]:
    """Yield the committed records of *topic* up to its present end.

    With *since*, in milliseconds since 1970-01-01 UTC, reading starts in each partition at the first record with that
    timestamp or a later one. All records before it are older. Records after it may be older too, because producers set
    timestamps as they like: a caller that wants a period must filter. For the same reason the end of a period cannot be
    sought.

    Records behind an open transaction are not read. With *await_open* the end includes all that was written, and
    reading waits for such transactions to end.

    Raises:
        MissingTopicError: *topic* does not exist.
        KafkaOperationError: A transaction stayed open.
    """
    consumer = committed_reader(
        settings,
        max_partition_fetch_bytes=settings.max_record_bytes + settings.max_article_bytes,
        fetch_max_bytes=FETCH_BYTES,
    )
    try:
        partitions = partitions_of(consumer, topic)
        starts = consumer.beginning_offsets(partitions)
        ends = _written_ends(settings, partitions) if await_open else consumer.end_offsets(partitions)
        if since > 0:
            positions = consumer.offsets_for_times(dict.fromkeys(partitions, math.ceil(since)))
            starts = {tp: positions[tp].offset if positions.get(tp) else ends[tp] for tp in partitions}
        yield from read_ranges(consumer, topic, {tp: (starts[tp], ends[tp]) for tp in partitions})
    finally:
        consumer.close()


def _written_ends(settings: Settings, partitions: list[TopicPartition]) -> Mapping[TopicPartition, int]:
    """Return the ends of *partitions*, including transactions that are still open."""
    consumer = KafkaConsumer(**kafka_python_options(settings), allow_auto_create_topics=False)
    try:
        ends: Mapping[TopicPartition, int] = consumer.end_offsets(partitions)
        return ends
    finally:
        consumer.close()


def record_at(consumer: KafkaConsumer, partition: TopicPartition, offset: int) -> Any | None:
    """Return the committed record at *offset* of *partition*, or None if there is none, or none any more."""
    beginning, end = consumer.beginning_offsets([partition])[partition], consumer.end_offsets([partition])[partition]
    if not beginning <= offset < end:
        return None
    return next(read_ranges(consumer, partition.topic, {partition: (offset, offset + 1)}), None)


def read_ranges(
    consumer: KafkaConsumer,
    topic: str,
    ranges: Mapping[TopicPartition, tuple[int, int]],
    deadline: float = math.inf,
) -> Iterator[Any]:
    """Yield the records of *topic* at the offsets `[start, end)` of each partition, in order within a partition.

    Stops early when `time.monotonic()` passes *deadline*.

    Raises:
        KafkaOperationError: No record came for `NEXT_RECORD_SECONDS`.
    """
    consumer.assign(list(ranges))
    for partition, (start, _) in ranges.items():
        consumer.seek(partition, start)
    waited = 0
    while time.monotonic() < deadline and any(
        consumer.position(partition) < end for partition, (_, end) in ranges.items()
    ):
        batches = consumer.poll(timeout_ms=POLL_MILLISECONDS)
        waited = 0 if batches else waited + POLL_MILLISECONDS
        if waited > NEXT_RECORD_SECONDS * 1000:
            raise KafkaOperationError(f"{topic} returned no more records before its end; is a transaction left open?")
        for partition, batch in batches.items():
            yield from (record for record in batch if record.offset < ranges[partition][1])


def committed_reader(settings: Settings, **options: int) -> KafkaConsumer:
    """Return a consumer without a group that reads committed records only."""
    lenient_headers.patch_kafka_python()
    return KafkaConsumer(
        **kafka_python_options(settings),
        isolation_level="read_committed",
        enable_auto_commit=False,
        allow_auto_create_topics=False,
        auto_offset_reset="earliest",  # if records are deleted while we read, continue with the oldest, not at the end
        check_crcs=False,  # in Python it takes 10 ms per record, 40 times all else; brokers check what they accept
        **options,
    )


def require_topic(settings: Settings, topic: str) -> None:
    """Raise `MissingTopicError` if there is no *topic*. A producer would look for it for a minute."""
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
