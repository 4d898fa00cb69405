"""The items of a feed, each as the message that it will be."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from service import wire
from service.contract.reject_reasons import InvalidArticleError
from service.errors import FeedError
from service.feeds import feed_channel
from service.feeds.feed_channel import Channel
from service.splitting import Piece, split
from service.wire.article import derived_id

MAX_ITEMS = 2_000  # per feed; feeds begin with the newest item. Real ones have 10 to 200
_DIGEST_BYTES = 16  # the chance that any two of a million items have the same digest is 1 in 10**27


@dataclass(frozen=True, slots=True)
class Item:
    """One article of a feed."""

    key: bytes
    """The id that the record will have."""
    identity: bytes
    """Digest of the id that the item states; if it states none, of what it says."""
    content: bytes
    """Digest of headline, text and status: if it changes, there is a new version of the article."""
    value: bytes


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as it was fetched."""

    channel: Channel
    items: tuple[Item, ...]
    """As the feed has them: usually the newest first."""
    unreadable: tuple[str, ...]
    """Parts from which no article could be cut, and why."""
    left_out: int
    """Items beyond `MAX_ITEMS`."""


def read(body: bytes, name: str) -> Feed:
    """Return the feed in *body*, which is UTF-8. A feed without items is one too.

    Args:
        body: RSS, Atom, JSON Feed, or another list of articles that `service.splitting` knows.
        name: Of the feed, for messages.

    Raises:
        FeedError: There is no feed in *body*.
    """
    channel = feed_channel.read(body)
    items: list[Item] = []
    unreadable: list[str] = []
    left_out = 0
    for part in split(body, name):
        try:
            if not isinstance(part, Piece):
                unreadable.append(f"{part.position}: {part.detail}")
            elif len(items) < MAX_ITEMS:
                items.append(_item(part.value))
            else:
                left_out += 1
        except InvalidArticleError as error:
            unreadable.append(f"{part.position}: {error}")
    if channel is None and not items:
        raise FeedError("not_a_feed", f"there is no feed: {unreadable[0] if unreadable else 'the body is empty'}")
    return Feed(channel or Channel(), tuple(items), tuple(unreadable), left_out)


def _item(value: bytes) -> Item:
    """Return the item in *value*. Raise `InvalidArticleError` if it is in no format that is understood."""
    try:
        article = wire.read(value, {})
    except InvalidArticleError:  # it will become a dead letter, with its reason
        article_id, content = wire.identify(value, {}), _digest(value)
    else:
        text = f"{article.status}\n{article.headline}\n\n{article.body}"
        article_id, content = article.id, _digest(text.encode(errors="replace"))
    key = article_id.encode(errors="replace")
    states_no_id = article_id == derived_id(value)  # which changes with the rest of the feed
    return Item(key, content if states_no_id else _digest(key), content, value)


def _digest(value: bytes) -> bytes:
    return hashlib.blake2b(value, digest_size=_DIGEST_BYTES).digest()
