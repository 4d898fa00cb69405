"""What was sent is remembered: across restarts, across feeds, and in bounded space."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from service.errors import SeenItemsError
from service.feeds import seen_items
from service.feeds.feed_items import Item
from service.feeds.fetching import Validators
from service.feeds.seen_items import FILE_NAME, SeenItems

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://harbour.example/rss"
OTHER = "https://harbour.example/ports.rss"


def item(number: int, content: str = "first") -> Item:
    """Return an item."""
    return Item(str(number).encode(), f"{number:016}".encode(), content.encode(), b"<item/>")


def test_a_restart_remembers(tmp_path: Path) -> None:
    """Items and validators are read back from the file."""
    with closing(SeenItems(tmp_path)) as seen:
        assert seen.unsent([item(1), item(2)]) == [item(1), item(2)]
        seen.note(URL, [item(1), item(2)], Validators('"v1"', "Mon, 02 Mar 2026 10:30:00 GMT"))

    with closing(SeenItems(tmp_path)) as seen:
        assert seen.unsent([item(1), item(3), item(2)]) == [item(3)]
        assert seen.validators(URL) == Validators('"v1"', "Mon, 02 Mar 2026 10:30:00 GMT")
        assert seen.validators(OTHER) == Validators()


def test_a_new_text_is_sent_and_an_old_copy_is_not(tmp_path: Path) -> None:
    """Some servers answer with newer and older copies in turn."""
    with closing(SeenItems(tmp_path)) as seen:
        seen.note(URL, [item(1)], Validators())
        assert seen.unsent([item(1, "second")]) == [item(1, "second")]
        seen.note(URL, [item(1, "second")], Validators())

        assert seen.unsent([item(1), item(1, "second")]) == []


def test_an_item_of_two_feeds_is_sent_once(tmp_path: Path) -> None:
    """Publishers put an article into the feeds of several sections. Within a feed it may stand twice, too."""
    with closing(SeenItems(tmp_path)) as seen:
        seen.note(URL, [item(1)], Validators())

        assert seen.unsent([item(1), item(2), item(2)]) == [item(2)]


def test_the_last_items_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest are forgotten, but never one that the feed still has. Other feeds keep theirs."""
    monkeypatch.setattr(seen_items, "MAX_ITEMS_PER_FEED", 10)
    with closing(SeenItems(tmp_path)) as seen:
        seen.note(OTHER, [item(1000)], Validators())
        for number in range(20):
            seen.note(URL, [item(0), *(item(other) for other in range(number, number + 3))], Validators())

        kept = [number for number in range(22) if not seen.unsent([item(number)])]
        assert kept == [0, *range(13, 22)]
        assert seen.unsent([item(1000)]) == []


def test_the_file_stays_small(tmp_path: Path) -> None:
    """With as many items as are kept, it has some 100 bytes for each; it does not grow from then on."""
    with closing(SeenItems(tmp_path)) as seen:
        sizes = []
        for start in range(0, 24_000, 2_000):
            seen.note(URL, [item(number) for number in range(start, start + 2_000)], Validators())
            sizes.append((tmp_path / FILE_NAME).stat().st_size)

    assert max(sizes) < 3_000_000
    assert sizes[-1] <= 1.2 * sizes[len(sizes) // 2]


def test_a_feed_that_is_no_longer_polled_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After three months."""
    with closing(SeenItems(tmp_path)) as seen:
        seen.note(URL, [item(1)], Validators('"v1"'))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + seen_items.FORGET_FEED_SECONDS + 1)

    with closing(SeenItems(tmp_path)) as seen:
        assert seen.unsent([item(1)]) == [item(1)]
        assert seen.validators(URL) == Validators()


def test_two_programs_do_not_share_a_file(tmp_path: Path) -> None:
    """Each would send what the other has just sent. The message says how to run two."""
    with (
        closing(SeenItems(tmp_path)),
        pytest.raises(SeenItemsError, match=r"another `newswire feed`.*NEWSWIRE_DATA_DIR"),
    ):
        SeenItems(tmp_path)

    SeenItems(tmp_path).close()


def test_a_damaged_file_is_reported(tmp_path: Path) -> None:
    """It is not replaced without a word, because all items would be sent again."""
    (tmp_path / FILE_NAME).write_bytes(b"no database" * 1000)

    with pytest.raises(SeenItemsError, match=r"is damaged .* remove it"):
        SeenItems(tmp_path)


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    """The message names it."""
    (tmp_path / "file").write_text("")

    with pytest.raises(SeenItemsError, match="file/folder"):
        SeenItems(tmp_path / "file" / "folder")


def test_addresses_are_not_written(tmp_path: Path) -> None:
    """They may hold a password."""
    with closing(SeenItems(tmp_path)) as seen:
        seen.note("https://reader:secret@harbour.example/rss", [item(1)], Validators())

    assert b"secret" not in (tmp_path / FILE_NAME).read_bytes()
