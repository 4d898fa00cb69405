"""How far the consumer group is behind, per partition of the raw topic."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    NotCoordinatorError,
)

from service.kafka.connection import kafka_python_options
from service.kafka.reading import partitions_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from service.settings import Settings

NO_COORDINATOR = (CoordinatorLoadInProgressError, CoordinatorNotAvailableError, NotCoordinatorError)
COORDINATOR_SECONDS = 10.0  # for the brokers to elect the group's coordinator
RETRY_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """How far the group is behind on one partition of the raw topic. Offsets count records from 0."""

    partition: int
    committed: int | None
    end: int
    lag: int


def partition_lags(settings: Settings) -> list[PartitionLag]:
    """Return the group's lag on each partition of the raw topic.

    Raises:
        MissingTopicError: The raw topic does not exist.
        KafkaError: The brokers do not answer.
    """
    consumer = KafkaConsumer(**kafka_python_options(settings), allow_auto_create_topics=False)
    try:
        partitions = partitions_of(consumer, settings.raw_topic)
        beginnings, ends = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
    finally:
        consumer.close()
    committed_offsets = _committed_offsets(settings)
    rows = []
    for partition in partitions:
        committed = committed_offsets.get(partition)
        offset = committed.offset if committed is not None and committed.offset >= 0 else None
        lag = ends[partition] - (beginnings[partition] if offset is None else offset)
        rows.append(PartitionLag(partition.partition, offset, ends[partition], lag))
    return rows


def _committed_offsets(settings: Settings) -> Mapping[TopicPartition, Any]:
    """Return the group's offsets.

    For their first group, brokers create the topic of offsets, which takes about a second. Until then there is no
    coordinator.
    """
    admin = KafkaAdminClient(**kafka_python_options(settings))
    deadline = time.monotonic() + COORDINATOR_SECONDS
    try:
        while True:
            try:
                offsets: Mapping[TopicPartition, Any] = admin.list_group_offsets({settings.group: None})[settings.group]
            except NO_COORDINATOR:
                if time.monotonic() > deadline:
                    raise
                time.sleep(RETRY_SECONDS)
            else:
                return offsets
    finally:
        admin.close()
