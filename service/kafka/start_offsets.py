"""Where to go on reading: the group's committed offsets, asked for anew and only when they are final.

aiokafka's consumer is not asked: it answers from a request that may have been under way before the question, and its
OffsetFetch (version 3) cannot insist on stable offsets (KIP-447), so a transaction that is just ending would be missed
and its articles enriched twice.
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
MILLISECONDS = 10_000  # for a transaction to end that is just being committed


@dataclass(frozen=True, slots=True)
class Start:
    """Where work on a partition begins."""

    offset: int
    """The next to read."""
    metadata: str = ""
    """What was committed with it; see `service.worker.limits`."""


def starts(settings: Settings, partitions: Collection[TP]) -> dict[TP, Start]:
    """Return where to begin with each partition. Blocks for about 0.1 s. Raise `KafkaError` if that fails.

    If the group has committed nothing, or an offset that the partition no longer has, reading starts at the first
    record: nothing is skipped.
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
        names = {TopicPartition(tp.topic, tp.partition): tp for tp in partitions}
        first = consumer.beginning_offsets(list(names))
        last = consumer.end_offsets(list(names))
        found = {}
        for name, tp in names.items():
            committed = consumer.committed(name, metadata=True, timeout_ms=MILLISECONDS)
            if committed is None:
                found[tp] = Start(first[name])
            elif first[name] <= committed.offset <= last[name]:
                found[tp] = Start(committed.offset, committed.metadata or "")
            else:
                log.warning(
                    "committed_offset_out_of_range",
                    partition=f"{tp.topic}/{tp.partition}",
                    committed=committed.offset,
                    first=first[name],
                    end=last[name],
                )
                found[tp] = Start(first[name])
        return found
    finally:
        consumer.close()
