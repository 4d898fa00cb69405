"""Create the topics that `schemas/topics` declares, and look up those that exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError, TopicAuthorizationFailedError

from service.contract.topics import Topic, declared
from service.errors import BrokersUnreachableError, KafkaOperationError, MissingTopicError
from service.kafka.connection import kafka_python_options

if TYPE_CHECKING:
    from service.settings import Settings

SIZE_CONFIG = "max.message.bytes"
CONNECT_SECONDS = 2.0  # for a command; a broker on the same network answers in milliseconds


def declared_topics(settings: Settings) -> dict[str, Topic]:
    """Return the declared topics by the names that *settings* give them, without one that they give none."""
    names = {
        "raw": settings.raw_topic,
        "enriched": settings.enriched_topic,
        "events": settings.events_topic,
        "dead-letter": settings.dead_letter_topic,
        "parked": settings.parked_topic,
    }
    return {name: topic for topic in declared() if (name := names[topic.role])}


def create_topics(settings: Settings) -> dict[str, bool]:
    """Create the missing topics. Return for each topic whether it was created; existing ones are not changed."""
    admin = admin_client(settings)
    try:
        return {name: _create(admin, name, topic) for name, topic in declared_topics(settings).items()}
    finally:
        admin.close()


def _create(admin: KafkaAdminClient, name: str, topic: Topic) -> bool:
    """Create one topic. If two commands start at once, both must succeed, so an existing topic is accepted."""
    request = NewTopic(name=name, num_partitions=topic.partitions, replication_factor=-1, topic_configs=topic.config)
    try:
        admin.create_topics([request], wait_for_metadata=True)
    except TopicAlreadyExistsError:
        return False
    return True


def partition_counts(admin: KafkaAdminClient, names: list[str]) -> dict[str, int]:
    """Return the number of partitions of each of the topics *names*.

    Raises:
        MissingTopicError: One does not exist.
        KafkaOperationError: The user may not describe one.
    """
    topics = {topic["name"]: topic for topic in admin.describe_topics(names)}
    denied = [name for name, topic in topics.items() if topic["error_code"] == TopicAuthorizationFailedError.errno]
    if denied:
        raise KafkaOperationError(
            f"{' and '.join(denied)} cannot be described: the user needs the right Describe on each topic "
            "(deploy/README.md lists all rights that a worker needs)"
        )
    counts = {name: len(topic["partitions"]) for name, topic in topics.items()}
    if missing := [name for name in names if not counts.get(name)]:
        raise MissingTopicError(*missing)
    return counts


def message_limits(admin: KafkaAdminClient, names: list[str]) -> list[int]:
    """Return the largest message, in bytes, that each topic of *names* accepts; nothing if we may not describe them."""
    try:
        configs = admin.describe_configs([ConfigResource("TOPIC", name) for name in names], config_filter="all")
    except KafkaError:
        return []
    return [
        int(config[SIZE_CONFIG]["value"])
        for resources in configs.values()
        for config in resources.values()
        if SIZE_CONFIG in config
    ]


def admin_client(settings: Settings, connect_seconds: float = CONNECT_SECONDS) -> KafkaAdminClient:
    """Return a client that manages topics.

    Raises:
        BrokersUnreachableError: No broker answered within *connect_seconds*.
        KafkaOperationError: TLS could not be set up.
    """
    try:
        return KafkaAdminClient(**kafka_python_options(settings), bootstrap_timeout_ms=round(connect_seconds * 1000))
    except KafkaError as error:
        raise BrokersUnreachableError(
            f"no broker answers at {settings.bootstrap_servers} ({type(error).__name__}): is Kafka running there, "
            "and are KAFKA_BOOTSTRAP_SERVERS and KAFKA_SECURITY_PROTOCOL right?"
        ) from error
    except OSError as error:
        files = [str(path) for path in (settings.ssl_cafile, settings.ssl_certfile, settings.ssl_keyfile) if path]
        raise KafkaOperationError(
            f"no TLS with {', '.join(files) or 'the certificates of the system'} ({error}): are KAFKA_SSL_CAFILE, "
            "KAFKA_SSL_CERTFILE and KAFKA_SSL_KEYFILE PEM files that this user may read?"
        ) from error
