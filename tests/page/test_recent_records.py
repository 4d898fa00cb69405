"""The page holds the newest records within its share of memory, and shows only what may be shown."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from service.kafka.kafka_record import KafkaRecord
from service.page.publications import Deletion, parse
from service.page.recent_records import MAX_REMOVALS, RecentRecords
from tests.page.publishing import publication, published

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.contract.enriched_article import EnrichedArticle

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def shown(recent: RecentRecords) -> list[str]:
    """Return the ids of the articles that are shown, oldest first."""
    return [entry.publication.id for entry in recent.since(0)]


def deletion(key: str) -> Deletion:
    """Return a tombstone."""
    return Deletion(key, timestamp=0)


def test_the_newest_are_kept() -> None:
    """Beyond the maximum number, the oldest is dropped."""
    recent = RecentRecords(max_records=3)
    for number in range(5):
        recent.add(publication(str(number)))

    assert shown(recent) == ["2", "3", "4"]
    assert [entry.publication.id for entry in recent.since(4)] == ["4"]


def test_bytes_are_bounded() -> None:
    """A large record displaces several small ones, and a single record beyond the bound is kept."""
    recent = RecentRecords(max_records=100, max_bytes=1000)
    for number in range(50):
        recent.add(publication(str(number), bytes(100)))
    assert sum(len(entry.publication.value) for entry in recent.since(0)) == 1000

    recent.add(publication("large", bytes(5000)))

    assert [len(entry.publication.value) for entry in recent.since(0)] == [5000]


def test_an_entry_has_what_the_filters_need(record: EnrichedArticle) -> None:
    """Countries, tags and places accompany the HTML, and a record is rendered once."""
    recent = RecentRecords()
    recent.add(published(record))
    (entry,) = recent.since(0)

    assert entry.payload is not None
    assert entry.payload["countries"] == ["RO"]
    assert entry.payload["tags"] == ["protest"]
    assert entry.payload["watched"] is True
    assert entry.payload["places"][0] == ["Cluj-Napoca", 46.77, 23.6, 1, False]
    assert entry.payload is entry.payload


def test_a_record_of_another_version_of_the_service_is_not_shown() -> None:
    """A record that is not valid is left out and does not disturb the others."""
    recent = RecentRecords()
    recent.add(publication("a", b"{}"))

    assert [entry.payload for entry in recent.since(0)] == [None]


def test_a_deletion_removes_the_article() -> None:
    """A tombstone removes the article with its key, even if the id of the article is another."""
    recent = RecentRecords()
    recent.add(publication("a", key="key-of-a"))
    recent.add(publication("b"))
    recent.add(deletion("key-of-a"))

    assert shown(recent) == ["b"]
    assert recent.removed_since(0) == ["key-of-a"]
    assert recent.removed_since(recent.removals) == []


def test_a_deletion_is_passed_on_after_the_record_was_dropped() -> None:
    """A browser may still show an article that is no longer held."""
    recent = RecentRecords()
    recent.add(deletion("long-gone"))

    assert recent.removed_since(0) == ["long-gone"]


def test_too_many_deletions_are_reported() -> None:
    """A browser that has missed more deletions than are remembered has to compare what it shows."""
    recent = RecentRecords()
    for number in range(MAX_REMOVALS + 1):
        recent.add(deletion(str(number)))

    assert recent.removed_since(0) is None
    assert recent.removed_since(1) == [str(number) for number in range(1, MAX_REMOVALS + 1)]


def test_a_later_version_takes_the_place_of_an_earlier_one() -> None:
    """Only the newest version of an article is shown."""
    recent = RecentRecords()
    recent.add(publication(revision="1", value=b"old"))
    recent.add(publication(revision="2", value=b"new"))

    assert [entry.publication.value for entry in recent.since(0)] == [b"new"]


@pytest.mark.parametrize("late", [{"revision": "1"}, {"revision": "2", "superseded": True}])
def test_an_older_version_does_not_replace_a_newer_one(late: dict[str, Any]) -> None:
    """A version is older by its revision, or by the header that marks it as superseded."""
    recent = RecentRecords()
    recent.add(publication(revision="2", value=b"new"))
    recent.add(publication(value=b"old", **late))

    assert [entry.publication.value for entry in recent.since(0)] == [b"new"]


def test_a_retraction_hides_the_text(record: EnrichedArticle) -> None:
    """The entry of a retracted article has neither its text nor its places."""
    recent = RecentRecords()
    recent.add(published(record))
    recent.add(published(record, status="retracted"))
    (entry,) = recent.since(0)

    assert entry.payload is not None
    assert entry.payload["retracted"] is True
    assert entry.payload["places"] == []
    assert "Teachers" not in entry.payload["html"]
    assert "retracted" in entry.payload["html"]


def test_an_embargoed_record_waits() -> None:
    """A record is shown when its embargo ends, and not before."""
    now = NOON
    recent = RecentRecords(clock=lambda: now)
    recent.add(publication("embargoed", embargoed_until=NOON + timedelta(hours=1)))
    recent.add(publication("free", embargoed_until=NOON))

    assert shown(recent) == ["free"]
    now = NOON + timedelta(hours=1)
    assert shown(recent) == ["free", "embargoed"]


def test_an_embargo_on_a_new_version_hides_the_old_one() -> None:
    """The newest version decides whether an article may be shown."""
    recent = RecentRecords(clock=lambda: NOON)
    recent.add(publication(revision="1"))
    recent.add(publication(revision="2", embargoed_until=NOON + timedelta(hours=1)))

    assert shown(recent) == []
    assert recent.removed_since(0) == ["a"]


def test_what_happens_under_embargo_counts() -> None:
    """An embargoed record is deleted, superseded and retracted like any other."""
    now = NOON
    recent = RecentRecords(clock=lambda: now)
    later = NOON + timedelta(hours=1)
    for name in ("deleted", "corrected", "retracted"):
        recent.add(publication(name, revision="2", embargoed_until=later, value=b"embargoed"))
    recent.add(deletion("deleted"))
    recent.add(publication("corrected", revision="1", value=b"late"))
    recent.add(publication("corrected", revision="3", value=b"correct"))
    recent.add(publication("retracted", revision="3", status="retracted", embargoed_until=later, value=b"retraction"))

    now = later
    assert [entry.publication.value for entry in recent.since(0)] == [b"correct", b"retraction"]


def test_embargoed_records_are_bounded() -> None:
    """Of too many embargoed records, those whose embargo ends last are dropped."""
    now = NOON
    recent = RecentRecords(max_records=2, clock=lambda: now)
    for hours in (3, 1, 2):
        recent.add(publication(str(hours), embargoed_until=NOON + timedelta(hours=hours)))

    now = NOON + timedelta(hours=9)
    assert shown(recent) == ["1", "2"]


def test_a_reset_replaces_everything() -> None:
    """After an outage only the records that were read again are shown, under new numbers."""
    recent = RecentRecords()
    recent.add(publication("before"))
    recent.reset([publication("a"), publication("b"), deletion("a")])

    assert recent.ids() == ["b"]
    assert [entry.publication.id for entry in recent.since(1)] == ["b"]
    assert recent.resets == 1


async def test_waiting_ends_with_a_change() -> None:
    """A record, a deletion and the end wake those who wait."""
    recent = RecentRecords()
    changes: list[Callable[[], None]] = [
        lambda: recent.add(publication()),
        lambda: recent.add(deletion("a")),
        recent.close,
    ]
    for change in changes:
        waiting = asyncio.create_task(recent.wait(recent.version, seconds=60))
        await asyncio.sleep(0)
        change()
        await asyncio.wait_for(waiting, 5)
    assert recent.closed


@pytest.mark.parametrize("value", [b"", b"[]", b"null", b"{}", b"not JSON", b'{"id":"a","status":"enriched"}'])
def test_what_is_not_a_record_is_refused(value: bytes) -> None:
    """A value that this service did not write is reported with its place."""
    with pytest.raises(ValueError, match="topic/0/7 is not a record of this service"):
        parse(KafkaRecord("topic", 0, 7, 0, b"a", value, ()))


def test_a_record_is_parsed(record: EnrichedArticle) -> None:
    """Key, id, revision, status, embargo and header are read without validating the record."""
    until = NOON + timedelta(hours=1)
    value = record.model_copy(update={"embargoed_until": until, "revision": "r"}).model_dump_json().encode()

    parsed = parse(KafkaRecord("topic", 0, 7, 5, b"key", value, (("newswire.superseded", b"true"),)))

    assert parsed == publication(
        "cluj-1", value, key="key", revision="r", embargoed_until=until, superseded=True, timestamp=5
    )
    assert parse(KafkaRecord("topic", 0, 7, 5, b"key", None, ())) == Deletion("key", 5)
