"""Where to continue reading: the group's committed offsets, requested afresh and only when they are final.

aiokafka's consumer is not used here. It may answer from a request that was already under way, and its OffsetFetch
(version 3) cannot require stable offsets (KIP-447): a transaction that is just ending would be missed, and its articles
would be enriched twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from kafka import KafkaConsumer, TopicPartition

from service.kafka.connection import kafka_python_options

if TYPE_CHECKING:
    from collections.abc import Collection

    from faust.types import TP

    from service.settings import Settings

log = structlog.get_logger()
COMMITTED_MILLISECONDS = 10_000  # for a transaction that is just being committed to end


@dataclass(frozen=True, slots=True)
class Start:
    """Where work on a partition begins."""

    offset: int
    """The next offset to read."""
    metadata: str = ""
    """The metadata committed with it; see `service.worker.limits`."""


def starts(settings: Settings, partitions: Collection[TP]) -> dict[TP, Start]:
    """Return where to begin with each partition. Blocks for about 0.1 s.

    If the group has committed nothing, or an offset that the partition no longer has, reading starts at the first
    record, so that nothing is skipped.

    Raises:
        KafkaError: The brokers do not answer.
    """
    if not partitions:
        return {}
    consumer = KafkaConsumer(
        **kafka_python_options(settings),
        group_id=settings.group,
        isolation_level="read_committed",
        enable_auto_commit=False,
        allow_auto_create_topics=False,
    )
    try:
        wanted = {TopicPartition(tp.topic, tp.partition): tp for tp in partitions}
        beginnings = consumer.beginning_offsets(list(wanted))
        ends = consumer.end_offsets(list(wanted))
        starting_points = {}
        for partition, tp in wanted.items():
            committed = consumer.committed(partition, metadata=True, timeout_ms=COMMITTED_MILLISECONDS)
            if committed is None:
                starting_points[tp] = Start(beginnings[partition])
            elif beginnings[partition] <= committed.offset <= ends[partition]:
                starting_points[tp] = Start(committed.offset, committed.metadata or "")
            else:
                log.warning(
                    "committed_offset_out_of_range",
                    partition=f"{tp.topic}/{tp.partition}",
                    committed=committed.offset,
                    first=beginnings[partition],
                    end=ends[partition],
                )
                starting_points[tp] = Start(beginnings[partition])
        return starting_points
    finally:
        consumer.close()
