"""Startup checks: the brokers answer, and the topics exist and have enough partitions.

`newswire check` runs the same checks, so it fails whenever a worker would.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import structlog
from kafka.errors import KafkaError

from service.errors import BrokersUnreachableError, PreflightError
from service.kafka.admin import SIZE_CONFIG, admin_client, message_limits, partition_counts

if TYPE_CHECKING:
    from kafka import KafkaAdminClient

    from service.settings import Settings

log = structlog.get_logger()

MIN_EVENT_BYTES = 256 * 1024
"""A batch of the producer, and twice the largest flat event: 15 texts of 2,000 characters, at most 4 bytes each."""
CONNECT_SECONDS = 10.0  # for the first broker to answer, per attempt
WAIT_SECONDS = 180.0  # for the brokers to come up; of the startup probe's 300 s this leaves 120 s to load the model
PAUSE_SECONDS = 1.0  # between attempts, which may fail at once


async def wait(settings: Settings) -> int:
    """Wait until the brokers answer, then return what `check` returns.

    A worker is often started together with its brokers, or while they are down. If it exited, it would only be
    restarted again and again. Any other error is raised at once.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return await asyncio.to_thread(check, settings)
        except BrokersUnreachableError as error:
            seconds_left = deadline - time.monotonic()
            if seconds_left <= 0:
                raise
            log.warning("waiting_for_brokers", error=str(error), seconds_left=round(seconds_left))
        await asyncio.sleep(PAUSE_SECONDS)


def check(settings: Settings) -> int:
    """Return the largest record, in bytes, that the output topics accept. Blocks for about 0.1 s.

    A record goes to the partition with the same number as its article's, so that records of one input partition stay
    in order in one place. Therefore the output topics need at least as many partitions as the raw topic.

    Raises:
        KafkaOperationError: A worker could not do its work. The message says what to do.
    """
    admin = admin_client(settings, CONNECT_SECONDS)
    try:
        _check_partitions(settings, admin)
        _check_event_size(settings, admin)
        return _max_record_bytes(settings, admin)
    except KafkaError as error:
        kind = BrokersUnreachableError if error.retriable else PreflightError
        raise kind(f"{settings.bootstrap_servers} did not list its topics: {error!r}") from error
    finally:
        admin.close()


def _check_partitions(settings: Settings, admin: KafkaAdminClient) -> None:
    outputs = list(filter(None, (settings.enriched_topic, settings.events_topic, settings.dead_letter_topic)))
    counts = partition_counts(admin, [settings.raw_topic, *outputs])
    for name in outputs:
        if counts[name] < counts[settings.raw_topic]:
            raise PreflightError(
                f"{name} has {counts[name]} partitions and {settings.raw_topic} {counts[settings.raw_topic]}: "
                f"give {name} as many, so that each record goes to the partition number of its article"
            )


def _max_record_bytes(settings: Settings, admin: KafkaAdminClient) -> int:
    """Return the smallest of our limit and those of the output topics; our limit if we may not describe them."""
    return min(
        [settings.max_record_bytes, *message_limits(admin, [settings.enriched_topic, settings.dead_letter_topic])]
    )


def _check_event_size(settings: Settings, admin: KafkaAdminClient) -> None:
    """Refuse an events topic that is too small: its limit must not become that of the records."""
    for limit in message_limits(admin, [settings.events_topic]) if settings.events_topic else ():
        if limit < MIN_EVENT_BYTES:
            raise PreflightError(
                f"{settings.events_topic} accepts {limit:,} bytes: set its {SIZE_CONFIG} to {MIN_EVENT_BYTES:,} or more"
            )
