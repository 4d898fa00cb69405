"""Topics are read from a point in time, and single records by offset, without reading the records before."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from kafka import KafkaProducer, TopicPartition

from service.kafka.reading import committed_reader, committed_records, record_at
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.kafka.harness import Stream

SECONDS = (10, 50, 20, 90, 40)  # timestamps as producers set them, in the order of the topic
START = round(time.time() * 1000) - 3_600_000


@pytest.fixture
def stream(make_stream: Callable[..., Stream]) -> Stream:
    """Return a stream whose raw topic has records with these timestamps, each in its own batch."""
    stream = make_stream(partitions=1)
    producer = KafkaProducer(bootstrap_servers=stream.bootstrap)
    for second in SECONDS:
        producer.send(stream.raw, b"{}", timestamp_ms=START + 1000 * second).get(timeout=60)
    producer.close()
    return stream


@pytest.mark.parametrize(
    ("second", "offsets"), [(0, [0, 1, 2, 3, 4]), (50, [1, 2, 3, 4]), (50.0005, [3, 4]), (90, [3, 4]), (91, [])]
)
def test_reading_starts_at_the_first_record_of_a_time(stream: Stream, second: float, offsets: list[int]) -> None:
    """No record before it has that time or a later one. All records after it are read."""
    settings = Settings(bootstrap_servers=stream.bootstrap)

    records = committed_records(settings, stream.raw, since=START + 1000 * second)

    assert [record.offset for record in records] == offsets


def test_one_record_is_read_by_its_offset(stream: Stream) -> None:
    """There is no record before the start of the topic or after its end."""
    partition = TopicPartition(stream.raw, 0)
    with closing(committed_reader(Settings(bootstrap_servers=stream.bootstrap))) as consumer:
        records = [record_at(consumer, partition, offset) for offset in (3, 0, 5, 10**12)]

    assert [record and record.timestamp - START for record in records] == [90_000, 10_000, None, None]
