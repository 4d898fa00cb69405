"""The topics that `schemas/topics` declares fit each other, the settings and the schemas."""

from __future__ import annotations

from pathlib import Path

from service.contract.topics import Topic, declared
from service.settings import Settings

FOLDER = Path(__file__).parents[2] / "schemas"
HEADERS = 64 * 1024  # bytes; a message of 1 KiB, a place of 1 KiB, and whatever the producer sent along


def by_role() -> dict[str, Topic]:
    """Return the declared topics by their role."""
    return {topic.role: topic for topic in declared()}


def longest(role: str) -> int:
    """Return the longest message in bytes that the topic of *role* takes."""
    return int(by_role()[role].config["max.message.bytes"])


def test_every_declared_file_is_read() -> None:
    """No YAML file in the folder is overlooked."""
    assert {path.stem for path in (FOLDER / "topics").iterdir()} == by_role().keys()


def test_the_names_are_the_defaults_of_the_settings() -> None:
    """`newswire topics create` and a worker without settings mean the same topics."""
    topics = by_role()
    settings = Settings()

    assert topics["raw"].name == settings.raw_topic
    assert topics["enriched"].name == settings.enriched_topic
    assert topics["dead-letter"].name == settings.dead_letter_topic
    assert topics["parked"].name == settings.parked_topic


def test_output_has_as_many_partitions_as_input() -> None:
    """A record goes to the partition of its article, so each must exist."""
    topics = by_role()

    assert topics["raw"].partitions == topics["enriched"].partitions == topics["dead-letter"].partitions


def test_the_limits_leave_room_for_each_other() -> None:
    """An article that is too long still arrives to be refused; a record and a dead letter fit with their headers."""
    settings = Settings()

    assert longest("raw") >= 2 * settings.max_article_bytes
    assert longest("enriched") >= settings.max_record_bytes + HEADERS
    assert longest("dead-letter") >= longest("raw") + HEADERS
    assert longest("parked") >= longest("dead-letter")


def test_every_topic_names_a_schema_that_exists() -> None:
    """What is in a topic is told by a schema of this repository."""
    assert all((FOLDER / topic.schema_file).is_file() for topic in declared())
