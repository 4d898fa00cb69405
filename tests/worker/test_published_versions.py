"""What is remembered of the versions of articles, and for how long."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

from service.contract.outcomes import Enriched
from service.worker.encoding import version_key
from service.worker.published_versions import WINDOW_RECORDS, Version, Versions, WrittenEvents


def article(name: str, revision: str) -> Enriched:
    """Return a version of the article *name*."""
    return Enriched(name, b"{}", "enriched", {}, revision)


def test_only_an_older_version_is_superseded() -> None:
    """The same version again is not, nor a later one, nor another article."""
    versions = Versions()
    versions.add(article("a", "2022-05-04/2"))

    assert versions.is_superseded(article("a", "2022-05-04/1"))
    assert not versions.is_superseded(article("a", "2022-05-04/2"))
    assert not versions.is_superseded(article("a", "2022-05-05/1"))
    assert not versions.is_superseded(article("b", "2022-05-04/1"))


def test_an_older_version_does_not_hide_the_latest() -> None:
    """What was published late does not count as the latest."""
    versions = Versions()
    for revision in ("3", "1"):
        versions.add(article("a", revision))

    assert versions.is_superseded(article("a", "2"))


def test_the_window() -> None:
    """The last records of the window are known, of all articles, and none before them."""
    versions = Versions()
    versions.add(article("a", "2"))
    for number in range(WINDOW_RECORDS - 1):
        versions.add(article(str(number), "1"))
    assert versions.is_superseded(article("a", "1"))

    versions.add(article("b", "1"))
    assert not versions.is_superseded(article("a", "1"))
    assert versions.is_superseded(article("0", "0"))


def test_an_id_that_utf8_cannot_hold() -> None:
    """Half a surrogate pair in an id or a revision stops nothing."""
    versions = Versions()
    versions.add(article("\ud83d", "2/\ud83d"))

    assert versions.is_superseded(article("\ud83d", "1"))


def with_events(name: str, revision: str, *events: str) -> Enriched:
    """Return a version of the article *name* with *events*."""
    return Enriched(name, b"{}", "enriched", {}, revision, flat_events=dict.fromkeys(events, b"{}"))


def test_the_events_of_the_newest_version_are_known() -> None:
    """Those of a late version are not added, those of a version without events replace the earlier ones."""
    versions = Versions()
    versions.add(with_events("a", "1", "x", "y"), b"key")
    versions.add(with_events("a", "3", "y", "z"), b"key")
    versions.add(replace(with_events("a", "2", "w"), superseded=True), b"key")
    assert versions.events(article("a", "4")) == ["y", "z"]

    versions.add(with_events("a", "4"), b"key")
    assert versions.events(article("a", "5")) == []


def test_a_deletion_names_the_events_of_all_articles_with_its_key() -> None:
    """They are named once. Articles with another key keep theirs, and without a key nothing is deleted."""
    versions = Versions()
    versions.add(with_events("a", "1", "x"), b"key")
    versions.add(with_events("a", "2", "y"), b"key")
    versions.add(with_events("b", "1", "x"), b"key")
    versions.add(with_events("c", "1", "x"), b"c")

    assert versions.delete(None) == []
    assert versions.delete(b"key") == [("a", "y"), ("b", "x")]
    assert versions.delete(b"key") == []
    assert versions.events(article("a", "3")) == []
    assert versions.events(article("c", "2")) == ["x"]


def test_versions_that_were_read_have_the_events_of_those_before() -> None:
    """After a crash it is not known whether the events of an earlier version have been deleted, so they count too."""
    first = Version(b"a", b"1", WrittenEvents(b"key", b"id", b"x,y"))
    second = Version(b"a", b"2", WrittenEvents(b"key", b"id", b"y,z"))

    [left] = Versions([first, second])._delete(b"key")
    assert left.events == ["x", "y", "z"]


def test_memory_is_bounded() -> None:
    """Ids and versions of any length take less than 1 kB of memory per record."""
    tracemalloc.start()
    versions = Versions()
    for number in range(3 * WINDOW_RECORDS):
        versions.add(article(f"{number}" * 200, "9" * 2_000_000 if number % 500 == 0 else "9" * 5_000))
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size < 1_000 * WINDOW_RECORDS


def test_memory_of_events() -> None:
    """With ten events per article, a record takes less than 1 kB more."""
    tracemalloc.start()
    versions = Versions()
    for number in range(3 * WINDOW_RECORDS):
        name = f"urn:example:wire:{number}"
        versions.add(with_events(name, "9" * 40, *(f"{event:012x}" for event in range(10))), name.encode())
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size < 1_000 * WINDOW_RECORDS
    assert len(version_key(article("a", "9" * 2_000_000))[1]) == 256
