"""What is remembered of the versions of articles, and for how long."""

from __future__ import annotations

import tracemalloc

from service.contract.outcomes import Enriched
from service.worker.encoding import version_key
from service.worker.published_versions import WINDOW_RECORDS, Versions


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


def test_memory_is_bounded() -> None:
    """Ids and versions of any length take less than 1 kB of memory per record."""
    tracemalloc.start()
    versions = Versions()
    for number in range(3 * WINDOW_RECORDS):
        versions.add(article(f"{number}" * 200, "9" * 2_000_000 if number % 500 == 0 else "9" * 5_000))
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size < 1_000 * WINDOW_RECORDS
    assert len(version_key(article("a", "9" * 2_000_000))[1]) == 256
