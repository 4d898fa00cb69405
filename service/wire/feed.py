"""RSS and Atom: a feed with one item, or the item alone. Parsed by feedparser, which forgives what feeds get wrong."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import feedparser

from service.contract.records import InvalidArticle, RejectReason
from service.wire.article import join_names
from service.wire.refusals import wrong_shape

if TYPE_CHECKING:
    from service.wire.article import Fields
    from service.wire.decode import Xml

_RSS = (
    '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>{}</channel></rss>'
)
_ATOM = '<feed xmlns="http://www.w3.org/2005/Atom">{}</feed>'


_MAX_TAGS_AND_ENTITIES = 20_000
"""Tags and entities that one item may have: feedparser takes some 50 µs for each; real items have a few hundred."""


def fields(document: Xml) -> Fields:
    """Return the fields of the one item in *document*. Raises `InvalidArticle` where that cannot be."""
    marks = document.source.count("<") + document.source.count("&")
    if marks > _MAX_TAGS_AND_ENTITIES:
        detail = (
            f"the feed has {marks:,} tags and entities, the limit is {_MAX_TAGS_AND_ENTITIES:,}; "
            "send one item per message"
        )
        raise InvalidArticle(RejectReason.TOO_LARGE, detail)
    feed = _parse(_as_feed(document.source))
    if len(feed.entries) != 1:
        many = f"{len(feed.entries):,} items; send one a message" if feed.entries else "no item"
        raise wrong_shape(f"the feed holds {many}")
    entry, channel = feed.entries[0], feed.feed
    source = entry.get("source") or {}
    return {
        "id": entry.get("id") or entry.get("link"),
        "source": {
            "name": source.get("title") or channel.get("title"),
            "uri": source.get("href") or channel.get("link"),
        },
        "url": _url(entry),
        "headline": entry.get("title"),
        "body": _body(entry),
        "language": channel.get("language") or _language(entry),
        "published_at": _date(entry, "published") or _date(entry, "updated"),
        "updated_at": _date(entry, "updated"),
        "byline": join_names(entry.get("authors")) or entry.get("author"),
    }


def _as_feed(source: str) -> str:
    """Return *source* as a feed: an item alone gets one around it, with the prefixes that items use."""
    if source.startswith("<item"):
        return _RSS.format(source)
    return _ATOM.format(source) if source.startswith("<entry") else source


def _parse(source: str) -> Any:
    # As a file: given text that looks like an address, feedparser would fetch it.
    document = BytesIO(source.encode())
    response = {"content-type": "application/xml; charset=utf-8"}
    try:
        return feedparser.parse(document, response_headers=response, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # noqa: BLE001 - its parser for broken XML raises whatever the markup leads it into
        detail = f"the feed's XML is too broken to be read ({type(error).__name__}); send well-formed XML"
        raise InvalidArticle(RejectReason.NOT_JSON, detail) from None


def _body(entry: Any) -> object:
    texts = [content.get("value") for content in entry.get("content") or []]
    return next((text for text in texts if text), None) or entry.get("summary")


def _url(entry: Any) -> str | None:
    """Return the page of *entry*; feedparser takes any id for a link."""
    link = entry.get("link") or ""
    return link if link.startswith(("http://", "https://")) else None


def _language(entry: Any) -> object:
    return next((content.get("language") for content in entry.get("content") or []), None)


def _date(entry: Any, name: str) -> object:
    """Return the date as the feed writes it: feedparser's own reading puts today in place of what is missing.

    Asked as a plain dict: feedparser would take the publication date where there is no other, and warn of it.
    """
    return dict.get(entry, name)
