"""What must be so before the first article is read: the topics are there, and as wide as they must be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kafka.admin import ConfigResource
from kafka.errors import KafkaError

from service.stream import topics

if TYPE_CHECKING:
    from kafka import KafkaAdminClient

    from service.settings import Settings

SIZE = "max.message.bytes"
SECONDS = 10.0  # for the first broker to answer; who starts the worker tries again


class PreflightError(Exception):
    """Raised where the worker must not start; the message says what to do."""


def check(settings: Settings) -> int:
    """Return the most bytes that a record may have. Raise `PreflightError` where the worker cannot do its work.

    Blocks for some 0.1 s. A record goes to the partition of the same number as its article, so that an input
    partition's records stand in order in one place: the output topics need as many.
    """
    try:
        admin = topics.client(settings, SECONDS)
    except topics.UnreachableError as error:
        raise PreflightError(str(error)) from error
    try:
        _check_topics(settings, admin)
        return _most_bytes(settings, admin)
    except KafkaError as error:
        raise PreflightError(f"the topics cannot be looked at: {error!r}") from error
    finally:
        admin.close()


def _check_topics(settings: Settings, admin: KafkaAdminClient) -> None:
    wanted = [settings.raw_topic, settings.enriched_topic, settings.dead_letter_topic]
    found = {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics(wanted)}
    missing = [name for name in wanted if not found.get(name)]
    if missing:
        raise PreflightError(f"there is no topic {', '.join(missing)}: `newswire topics create` makes it")
    for name in wanted[1:]:
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
