"""Where to go on reading: the group's committed offsets, asked for anew and only when they are final.

aiokafka's consumer is not asked: it answers from a request that may have been under way before the question, and its
OffsetFetch (version 3) cannot insist on stable offsets (KIP-447), so a transaction that is just ending would be missed
and its articles enriched twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from kafka import KafkaConsumer, TopicPartition

from service.stream.connection import kafka_python_options

if TYPE_CHECKING:
    from collections.abc import Collection

    from faust.types import TP

    from service.settings import Settings

log = structlog.get_logger()
MILLISECONDS = 10_000  # for a transaction to end that is just being committed


def starting_offsets(settings: Settings, partitions: Collection[TP]) -> dict[TP, int]:
    """Return the next offset to read of each partition; blocks for some 0.1 s. Raise `KafkaError` where it fails.

    Where the group has committed nothing, or an offset that the partition does not have any more, reading starts at
    the first record: nothing is skipped.
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
        starts = {}
        for name, tp in names.items():
            offset = consumer.committed(name, timeout_ms=MILLISECONDS)
            if offset is not None and not first[name] <= offset <= last[name]:
                log.warning(
                    "committed_offset_out_of_range",
                    partition=f"{tp.topic}/{tp.partition}",
                    committed=offset,
                    first=first[name],
                    end=last[name],
                )
                offset = None
            starts[tp] = first[name] if offset is None else offset
        return starts
    finally:
        consumer.close()
