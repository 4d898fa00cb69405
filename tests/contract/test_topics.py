"""The topics that `schemas/topics` declares are consistent with each other, the settings and the schemas."""

from __future__ import annotations

from pathlib import Path

from service.contract.topics import Topic, declared
from service.settings import Settings
from service.worker.preflight import MIN_EVENT_BYTES

FOLDER = Path(__file__).parents[2] / "schemas"
HEADER_BYTES = 64 * 1024  # an error message of 1 KiB, a stack trace of 1 KiB, and the headers of the producer


def by_role() -> dict[str, Topic]:
    """Return the declared topics by their role."""
    return {topic.role: topic for topic in declared()}


def max_message_bytes(role: str) -> int:
    """Return the maximum size of a message in the topic of *role*."""
    return int(by_role()[role].config["max.message.bytes"])


def test_every_declared_file_is_read() -> None:
    """Every YAML file in the folder is read."""
    assert {path.stem for path in (FOLDER / "topics").iterdir()} == by_role().keys()


def test_the_names_are_the_defaults_of_the_settings() -> None:
    """`newswire topics create` and a worker with default settings use the same topics."""
    topics = by_role()
    settings = Settings()

    assert topics["raw"].name == settings.raw_topic
    assert topics["enriched"].name == settings.enriched_topic
    assert topics["dead-letter"].name == settings.dead_letter_topic
    assert topics["parked"].name == settings.parked_topic


def test_output_has_as_many_partitions_as_input() -> None:
    """A record goes to the partition of its article, as do flat events, so these topics need the same partitions."""
    topics = by_role()

    assert {topics[role].partitions for role in ("enriched", "events", "dead-letter")} == {topics["raw"].partitions}


def test_the_limits_leave_room_for_each_other() -> None:
    """An article that is too large still arrives and is refused, and a record and a dead letter fit with headers."""
    settings = Settings()

    assert max_message_bytes("raw") >= 2 * settings.max_article_bytes
    assert max_message_bytes("events") >= MIN_EVENT_BYTES
    assert max_message_bytes("enriched") >= settings.max_record_bytes + HEADER_BYTES
    assert max_message_bytes("dead-letter") >= max_message_bytes("raw") + HEADER_BYTES
    assert max_message_bytes("parked") >= max_message_bytes("dead-letter")


def test_every_topic_names_a_schema_that_exists() -> None:
    """The messages of every topic are described by a schema of this repository."""
    assert all((FOLDER / topic.schema_file).is_file() for topic in declared())
