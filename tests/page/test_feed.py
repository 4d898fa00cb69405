"""The last records: the newest, and never more than the page's share of memory."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from service.page.recent import Feed

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.contract.enriched_article import EnrichedArticle


def test_the_newest_are_kept() -> None:
    """Beyond the number, the oldest goes."""
    feed = Feed(records=3)
    for number in range(5):
        feed.add(b"%d" % number)

    assert [entry.value for entry in feed.since(0)] == [b"2", b"3", b"4"]
    assert [entry.value for entry in feed.since(4)] == [b"4"]


def test_bytes_are_bounded() -> None:
    """Giants push out more than one, and one giant alone is kept."""
    feed = Feed(records=100, most_bytes=1000)
    for _ in range(50):
        feed.add(bytes(100))
    assert sum(len(entry.value) for entry in feed.since(0)) == 1000

    feed.add(bytes(5000))

    assert [len(entry.value) for entry in feed.since(0)] == [5000]


def test_an_entry_tells_what_the_filters_ask(record: EnrichedArticle) -> None:
    """Countries, tags and places come beside the fragment, and the record is rendered once."""
    feed = Feed()
    feed.add(record.model_dump_json().encode())
    (entry,) = feed.since(0)

    assert entry.shown["countries"] == ["RO"]
    assert entry.shown["tags"] == ["protest"]
    assert entry.shown["watched"] is True
    assert entry.shown["places"][0] == ["Cluj-Napoca", 46.77, 23.6, 1, False]
    assert entry.shown is entry.shown


async def test_who_waits_is_woken() -> None:
    """A record wakes those who wait, and the end does."""
    feed = Feed()
    happenings: list[Callable[[], None]] = [lambda: feed.add(b"1"), feed.close]
    for happens in happenings:
        waiting = asyncio.create_task(feed.wait(1, seconds=60))
        await asyncio.sleep(0)
        happens()
        await asyncio.wait_for(waiting, 5)
    assert feed.closed
