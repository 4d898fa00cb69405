"""RSS and Atom: a feed with one item, or the item alone. feedparser reads them, since it accepts malformed feeds."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import feedparser

from service.contract.reject_reasons import InvalidArticleError, RejectReason
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
"""Accepted per item. feedparser needs some 50 µs for each, so this is a second; real items have a few hundred."""


def fields(document: Xml) -> Fields:
    """Map the only item of *document* to our fields. Raise `InvalidArticleError` if there is not exactly one."""
    marks = document.source.count("<") + document.source.count("&")
    if marks > _MAX_TAGS_AND_ENTITIES:
        detail = (
            f"the feed has {marks:,} tags and entities, the limit is {_MAX_TAGS_AND_ENTITIES:,}; "
            "send one item per message"
        )
        raise InvalidArticleError(RejectReason.TOO_LARGE, detail)
    feed = _parse(_as_feed(document.source))
    if len(feed.entries) != 1:
        many = f"{len(feed.entries):,} items; send one per message" if feed.entries else "no item"
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
    """Return *source* as a feed. A lone item is wrapped in one that declares the usual prefixes."""
    if source.startswith("<item"):
        return _RSS.format(source)
    return _ATOM.format(source) if source.startswith("<entry") else source


def _parse(source: str) -> Any:
    # Passed as a file, because feedparser would fetch a text that looks like an address.
    document = BytesIO(source.encode())
    response = {"content-type": "application/xml; charset=utf-8"}
    try:
        return feedparser.parse(document, response_headers=response, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # noqa: BLE001 - its parser for broken XML can raise anything
        detail = f"the feed's XML is too broken to be read ({type(error).__name__}); send well-formed XML"
        raise InvalidArticleError(RejectReason.NOT_JSON, detail) from None


def _body(entry: Any) -> object:
    texts = [content.get("value") for content in entry.get("content") or []]
    return next((text for text in texts if text), None) or entry.get("summary")


def _url(entry: Any) -> str | None:
    """Return the page of *entry*. feedparser reports any id as a link, so only web addresses count."""
    link = entry.get("link") or ""
    return link if link.startswith(("http://", "https://")) else None


def _language(entry: Any) -> object:
    return next((content.get("language") for content in entry.get("content") or []), None)


def _date(entry: Any, name: str) -> object:
    """Return the date as the feed writes it, because feedparser's own parser fills missing parts from today.

    Read as from a plain dict, because feedparser would substitute the publication date for a missing one, and warn.
    """
    return dict.get(entry, name)
