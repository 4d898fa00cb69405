"""Make the topics that `schemas/topics` declares, and tell which are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from service.stream.connection import kafka_python_options
from service.stream.traffic import TrafficError
from service.topics import Topic, declared

if TYPE_CHECKING:
    from service.settings import Settings


class UnreachableError(TrafficError):
    """Raised where no broker answers; the message says what to check."""


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


def missing(settings: Settings) -> list[str]:
    """Return the names of the topics that the brokers do not have. Raise `UnreachableError` where none answers."""
    admin = client(settings)
    try:
        found = set(admin.list_topics())
    finally:
        admin.close()
    return [name for name in names(settings) if name not in found]


def client(settings: Settings, seconds: float = 2.0) -> KafkaAdminClient:
    """Return a client that looks after topics. Raise `UnreachableError` where no broker answers in *seconds*."""
    try:
        return KafkaAdminClient(**kafka_python_options(settings), bootstrap_timeout_ms=round(seconds * 1000))
    except KafkaError as error:
        raise UnreachableError(
            f"no broker answers at {settings.bootstrap_servers} ({type(error).__name__}): is Kafka running there, "
            "and are KAFKA_BOOTSTRAP_SERVERS and KAFKA_SECURITY_PROTOCOL right?"
        ) from error
