"""What was sent, in a file of SQLite: it survives restarts, and its size is bounded.

Items are noted after the brokers have confirmed them, all items of a poll in one transaction, together with the
validators of the answer. A crash between confirmation and note repeats the new items of that poll, and nothing else.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from contextlib import contextmanager
from dataclasses import astuple
from typing import TYPE_CHECKING

from service.errors import SeenItemsError
from service.feeds.fetching import Validators

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from service.feeds.feed_items import Item

MAX_ITEMS_PER_FEED = 10_000  # of some 100 bytes with their indexes: 1 MB. Five times what one poll may hold
FORGET_FEED_SECONDS = 90 * 86_400.0  # since the last poll: the feed was taken off the command line
FILE_NAME = "feeds.sqlite3"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS feeds (
    feed BLOB PRIMARY KEY, etag TEXT, last_modified TEXT, not_before REAL NOT NULL DEFAULT 0, polled_at REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS items (
    identity BLOB, content BLOB, feed BLOB, seen_at REAL NOT NULL, PRIMARY KEY (identity, content, feed)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS items_by_feed ON items (feed, seen_at);
"""


class SeenItems:
    """The items that were sent, by feed. One process at a time may open the file.

    Args:
        folder: Where the file is, or will be.

    Raises:
        SeenItemsError: The file cannot be used, or another process uses it.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        with self._errors():
            folder.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(self._path, timeout=0, isolation_level=None)
            self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._database.execute("BEGIN EXCLUSIVE")  # takes the lock, which is kept until the file is closed
            self._database.execute("COMMIT")
            self._database.executescript(_SCHEMA)
            with self._transaction() as run:
                old = time.time() - FORGET_FEED_SECONDS
                run("DELETE FROM items WHERE feed IN (SELECT feed FROM feeds WHERE polled_at < ?)", (old,))
                run("DELETE FROM feeds WHERE polled_at < ?", (old,))

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def validators(self, url: str) -> Validators:
        """Return the validators that came with the last answer of the feed *url*."""
        with self._errors():
            row = self._database.execute(
                "SELECT etag, last_modified FROM feeds WHERE feed = ?", (_key(url),)
            ).fetchone()
        return Validators(*row) if row else Validators()

    def not_before(self, url: str) -> float:
        """Return the time, in seconds since 1970, before which the server of *url* does not want to be asked."""
        with self._errors():
            row = self._database.execute("SELECT not_before FROM feeds WHERE feed = ?", (_key(url),)).fetchone()
        return float(row[0]) if row else 0.0

    def unsent(self, items: Iterable[Item]) -> list[Item]:
        """Return those of *items* that were not sent with this content, by any feed, each once.

        A content that comes back is not new: some servers answer with older and newer copies in turn.
        """
        new: dict[tuple[bytes, bytes], Item] = {}
        with self._errors():
            for item in items:
                pair = (item.identity, item.content)
                if not self._database.execute(
                    "SELECT 1 FROM items WHERE identity = ? AND content = ?", pair
                ).fetchone():
                    new.setdefault(pair, item)
        return list(new.values())

    def note(self, url: str, items: Sequence[Item], validators: Validators) -> None:
        """Note that the feed *url* holds *items*, and that all of them were sent."""
        feed, now = _key(url), time.time()
        rows = [(item.identity, item.content, feed, now) for item in items]
        with self._errors(), self._transaction() as run:
            run("INSERT OR REPLACE INTO feeds VALUES (?, ?, ?, 0, ?)", (feed, *astuple(validators), now))
            self._database.executemany("INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?)", rows)
            run(
                "DELETE FROM items WHERE feed = ?1 AND (identity, content) IN (SELECT identity, content FROM items "
                "WHERE feed = ?1 ORDER BY seen_at DESC LIMIT -1 OFFSET ?2)",
                (feed, MAX_ITEMS_PER_FEED),
            )

    def note_unchanged(self, url: str) -> None:
        """Note that the feed *url* was polled and has nothing new."""
        with self._errors():
            self._database.execute("UPDATE feeds SET polled_at = ? WHERE feed = ?", (time.time(), _key(url)))

    def note_not_before(self, url: str, wait_seconds: float) -> None:
        """Note that the server of *url* does not want to be asked for *wait_seconds*."""
        now = time.time()
        with self._errors():
            self._database.execute(
                "INSERT INTO feeds VALUES (?, NULL, NULL, ?, ?) "
                "ON CONFLICT (feed) DO UPDATE SET not_before = excluded.not_before, polled_at = excluded.polled_at",
                (_key(url), now + wait_seconds, now),
            )

    @contextmanager
    def _transaction(self) -> Iterator[Callable[..., object]]:
        self._database.execute("BEGIN")
        try:
            yield self._database.execute
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                raise SeenItemsError(
                    f"another `newswire feed` uses {self._path}: NEWSWIRE_DATA_DIR gives each a folder of its own"
                ) from error
            raise SeenItemsError(
                f"{self._path} cannot be used ({error}): is there room, and may it be written?"
            ) from error
        except sqlite3.DatabaseError as error:
            raise SeenItemsError(
                f"{self._path} is damaged ({error}): remove it, then all items of the feeds are sent once more"
            ) from error
        except OSError as error:
            raise SeenItemsError(f"{self._path.parent} cannot be used: {error.strerror or error}") from error


def _key(url: str) -> bytes:
    """Return a digest of *url*, because an address may hold a password."""
    return hashlib.blake2b(url.encode(), digest_size=16).digest()
