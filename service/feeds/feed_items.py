"""The items of a feed as messages, and what a feed says about itself."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service import wire
from service.contract.reject_reasons import InvalidArticleError
from service.errors import FeedError
from service.splitting import Piece, split
from service.wire import decode, xml

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_ITEMS = 2_000  # per feed; feeds begin with the newest item. Real ones have 10 to 200
_DIGEST_BYTES = 16  # the chance that any two of a million items have the same digest is 1 in 10**27
_SECONDS_PER_MINUTE = 60.0
_MAX_TTL_MINUTES = 24 * 60
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Item:
    """One article of a feed."""

    key: bytes | None
    """The id that the record will have, or None if the article will be refused and has none."""
    identity: bytes
    """Digest of the id."""
    content: bytes
    """Digest of headline, text and status: if it changes, there is a new version of the article."""
    value: bytes


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as it was fetched."""

    title: str = ""
    ttl_seconds: float = 0.0
    skip_hours: frozenset[int] = frozenset()
    """Hours of the day, UTC, in which the publisher does not want to be asked."""
    skip_days: frozenset[int] = frozenset()
    """Days of the week, Monday is 0."""
    items: tuple[Item, ...] = ()
    """As the feed has them: usually the newest first."""
    unreadable: tuple[str, ...] = ()
    """Parts from which no item could be cut, and why."""
    left_out: int = 0
    """Items beyond `MAX_ITEMS`."""


def read(body: bytes, name: str) -> Feed:
    """Return the feed in *body*, which is UTF-8. Raise `FeedError` if it holds none.

    Args:
        body: RSS, Atom or JSON Feed.
        name: Of the feed, for messages.
    """
    items: list[Item] = []
    unreadable: list[str] = []
    left_out = 0
    for part in split(body, name):
        if not isinstance(part, Piece):
            unreadable.append(f"{part.position}: {part.detail}")
        elif len(items) < MAX_ITEMS:
            items.append(_item(part.value))
        else:
            left_out += 1
    if unreadable and not items:
        raise FeedError("not_a_feed", f"there is no RSS, Atom or JSON Feed: {unreadable[0]}")
    return _described(body, tuple(items), tuple(unreadable), left_out)


def _item(value: bytes) -> Item:
    try:
        article_id = wire.identify(value, {})
    except InvalidArticleError:
        return Item(None, _digest(value), _digest(value), value)
    try:
        article = wire.read(value, {})
    except InvalidArticleError:
        content = value
    else:
        content = f"{article.status}\n{article.headline}\n\n{article.body}".encode(errors="replace")
    key = article_id.encode(errors="replace")
    return Item(key, _digest(key), _digest(content), value)


def _digest(value: bytes) -> bytes:
    return hashlib.blake2b(value, digest_size=_DIGEST_BYTES).digest()


def _described(body: bytes, items: tuple[Item, ...], unreadable: tuple[str, ...], left_out: int) -> Feed:
    """Return the feed with what it says about itself, as far as that can be read."""
    plain = Feed(items=items, unreadable=unreadable, left_out=left_out)
    try:
        content = decode.decode_bytes(body)
        root = xml.parse(content.source) if isinstance(content, decode.Xml) else None
    except InvalidArticleError:
        return plain
    if root is None:
        title = content.get("title") if isinstance(content, dict) else None
        return Feed(title if isinstance(title, str) else "", items=items, unreadable=unreadable, left_out=left_out)
    xml.drop_namespaces(root)
    ttl = (xml.first_text(root, "channel/ttl") or "")[:10]
    return Feed(
        title=xml.first_text(root, "channel/title", "title") or "",
        ttl_seconds=min(int(ttl), _MAX_TTL_MINUTES) * _SECONDS_PER_MINUTE if ttl.isdecimal() else 0.0,
        skip_hours=frozenset(int(hour) % 24 for hour in _texts(root, "channel/skipHours/hour") if hour.isdecimal()),
        skip_days=frozenset(_DAYS.index(day) for day in _texts(root, "channel/skipDays/day") if day in _DAYS),
        items=items,
        unreadable=unreadable,
        left_out=left_out,
    )


def _texts(root: xml.Element, path: str) -> Iterator[str]:
    return ((element.text or "").strip().lower()[:10] for element in root.iterfind(path))
