"""Create the topics that `schemas/topics` declares, and look at those that exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError, TopicAuthorizationFailedError

from service.contract.topics import Topic, declared
from service.errors import BrokersUnreachableError, KafkaOperationError, MissingTopicError
from service.kafka.connection import kafka_python_options

if TYPE_CHECKING:
    from service.settings import Settings


def names(settings: Settings) -> dict[str, Topic]:
    """Return the declared topics by the names that *settings* give them."""
    chosen = {
        "raw": settings.raw_topic,
        "enriched": settings.enriched_topic,
        "dead-letter": settings.dead_letter_topic,
        "parked": settings.parked_topic,
    }
    return {chosen[topic.role]: topic for topic in declared()}


def create(settings: Settings) -> dict[str, bool]:
    """Create what is missing and return whether each topic was made; one that exists is left as it is."""
    admin = client(settings)
    try:
        return {name: _create(admin, name, topic) for name, topic in names(settings).items()}
    finally:
        admin.close()


def _create(admin: KafkaAdminClient, name: str, topic: Topic) -> bool:
    """Create one topic; two who start at once must both succeed, so an existing one is no error."""
    new = NewTopic(name=name, num_partitions=topic.partitions, replication_factor=-1, topic_configs=topic.config)
    try:
        admin.create_topics([new], wait_for_metadata=True)
    except TopicAlreadyExistsError:
        return False
    return True


def partitions(admin: KafkaAdminClient, wanted: list[str]) -> dict[str, int]:
    """Return how many partitions each of the topics *wanted* has.

    Raise `MissingTopicError` if one does not exist, and `KafkaOperationError` if we may not look at it.
    """
    found = {topic["name"]: topic for topic in admin.describe_topics(wanted)}
    denied = [name for name, topic in found.items() if topic["error_code"] == TopicAuthorizationFailedError.errno]
    if denied:
        raise KafkaOperationError(
            f"{' and '.join(denied)} cannot be looked at: the user needs the right Describe on each topic "
            "(deploy/README.md lists all rights that a worker needs)"
        )
    counts = {name: len(topic["partitions"]) for name, topic in found.items()}
    if missing := [name for name in wanted if not counts.get(name)]:
        raise MissingTopicError(*missing)
    return counts


def client(settings: Settings, seconds: float = 2.0) -> KafkaAdminClient:
    """Return a client that looks after topics. Raise `BrokersUnreachableError` if no broker answers in *seconds*."""
    try:
        return KafkaAdminClient(**kafka_python_options(settings), bootstrap_timeout_ms=round(seconds * 1000))
    except KafkaError as error:
        raise BrokersUnreachableError(
            f"no broker answers at {settings.bootstrap_servers} ({type(error).__name__}): is Kafka running there, "
            "and are KAFKA_BOOTSTRAP_SERVERS and KAFKA_SECURITY_PROTOCOL right?"
        ) from error
    except OSError as error:
        files = [str(path) for path in (settings.ssl_cafile, settings.ssl_certfile, settings.ssl_keyfile) if path]
        raise KafkaOperationError(
            f"no TLS with {', '.join(files) or 'the certificates of the system'} ({error}): are KAFKA_SSL_CAFILE, "
            "KAFKA_SSL_CERTFILE and KAFKA_SSL_KEYFILE files in PEM that this user may read?"
        ) from error
