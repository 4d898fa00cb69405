"""Startup checks: the brokers answer, and the topics exist and have enough partitions.

`newswire check` makes the same ones, so it fails where a worker would.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import structlog
from kafka.admin import ConfigResource
from kafka.errors import KafkaError

from service.errors import BrokersUnreachableError, PreflightError
from service.kafka import admin as topics

if TYPE_CHECKING:
    from kafka import KafkaAdminClient

    from service.settings import Settings

log = structlog.get_logger()

SIZE = "max.message.bytes"
SECONDS = 10.0  # for the first broker to answer, per try
WAIT_SECONDS = 180.0  # for the brokers to come; of the startup probe's 300 s that leaves 120 s to load the model
PAUSE_SECONDS = 1.0  # between tries, which may fail at once


async def wait(settings: Settings) -> int:
    """Wait until the brokers answer, then return what `check` returns.

    A worker is often started together with its brokers, or while they are away: to exit then would only have it started
    over and over. Any other fault is raised at once.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return await asyncio.to_thread(check, settings)
        except BrokersUnreachableError as error:
            left = deadline - time.monotonic()
            if left <= 0:
                raise
            log.warning("waiting_for_brokers", error=str(error), seconds_left=round(left))
        await asyncio.sleep(PAUSE_SECONDS)


def check(settings: Settings) -> int:
    """Return the most bytes that a record may have. Raise `KafkaOperationError` if a worker cannot do its work.

    Blocks for some 0.1 s. A record goes to the partition of the same number as its article, so that an input
    partition's records stand in order in one place: the output topics need as many.
    """
    admin = topics.client(settings, SECONDS)
    try:
        _check_topics(settings, admin)
        return _most_bytes(settings, admin)
    except KafkaError as error:
        kind = BrokersUnreachableError if error.retriable else PreflightError
        raise kind(f"{settings.bootstrap_servers} does not say which topics there are: {error!r}") from error
    finally:
        admin.close()


def _check_topics(settings: Settings, admin: KafkaAdminClient) -> None:
    outputs = [settings.enriched_topic, settings.dead_letter_topic]
    found = topics.partitions(admin, [settings.raw_topic, *outputs])
    for name in outputs:
        if found[name] < found[settings.raw_topic]:
            raise PreflightError(
                f"{name} has {found[name]} partitions and {settings.raw_topic} {found[settings.raw_topic]}: "
                f"give {name} as many, so that each record stands where its article stood"
            )


def _most_bytes(settings: Settings, admin: KafkaAdminClient) -> int:
    """Return the least of our limit and the output topics'; without the right to ask, our limit."""
    names = [settings.enriched_topic, settings.dead_letter_topic]
    try:
        answer = admin.describe_configs([ConfigResource("TOPIC", name) for name in names], config_filter="all")
    except KafkaError:
        return settings.max_record_bytes
    sizes = [int(config[SIZE]["value"]) for kind in answer.values() for config in kind.values() if SIZE in config]
    return min([settings.max_record_bytes, *sizes])
