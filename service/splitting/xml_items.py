"""Articles in XML: the items of a feed or of a newsMessage, or one document after the other.

An item is cut out of the bytes by its tags, so an error in one item costs no other, and each item keeps its bytes. It
is sent as a feed of its own, with the title, the address and the language of the feed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.contract.reject_reasons import RejectReason
from service.splitting.pieces import MAX_ARTICLE_BYTES, Part, Piece, Problem
from service.splitting.window import READ_BYTES, Window
from service.splitting.xml_feed import Feed
from service.splitting.xml_tags import (
    CLOSE_OF,
    ITEM_OF_FEED,
    MAX_HEAD_BYTES,
    NOT_CLOSED,
    TAIL_BYTES,
    find,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


_PROLOG = re.compile(
    rb"\s*(?:(?P<open><\?|<!--)|(?P<type><!DOCTYPE)|<(?P<root>(?:[\w.-]+:)?(?P<name>[\w.-]+))(?=[\s/>]))"
)
_ITEM = re.compile(rb"<(?:[\w.-]+:)?(?:rss|RDF|feed|newsMessage|newsItem|item|entry)(?=[\s/>])")
_DOCUMENTS = (*(b"newsItem", b"packageItem", b"item", b"entry", b"nitf", b"html", b"NewsML"), *ITEM_OF_FEED)
"""Elements that are documents, whatever is inside them."""


def begins(window: Window) -> bool:
    """Return whether *window* begins with XML."""
    return window.match(_PROLOG) is not None


def first_item(window: Window) -> int | None:
    """Return where the first feed or item begins among the first bytes of *window*."""
    found = _ITEM.search(window[:MAX_HEAD_BYTES])
    return found.start() if found else None


def document(window: Window, position: str) -> Iterator[Part]:
    """Yield the articles of the document at the start of *window*, and pass it."""
    start, root, name, unsafe = _read_prolog(window)
    if not root:
        yield Problem(position, RejectReason.NOT_JSON, "the XML has no root element; send one XML item")
        window.fill(MAX_HEAD_BYTES)
        item = first_item(window)
        window.skip(item or 1)
    elif name in ITEM_OF_FEED and not unsafe:
        yield from Feed(window, position, start, root, name).parts()
    elif name not in _DOCUMENTS and not unsafe and (item := first_item(window)) is not None:
        window.skip(item)  # an element around items: each of them is a document
    elif name not in _DOCUMENTS and not _closes_soon(window, root):
        yield Problem(position, RejectReason.WRONG_SHAPE, "the XML is in no format that is read, or not closed")
        window.skip(start + 1)
    else:
        yield from _whole(window, position, start, root, name)


def _read_prolog(window: Window) -> tuple[int, bytes, bytes, bool]:
    """Return where the root element starts, its name with and without prefix, and whether a DTD is inside."""
    at = 0
    unsafe = False
    while True:
        window.fill(at + 1024)
        match = window.match(_PROLOG, at)
        if match is None:
            return at, b"", b"", unsafe
        if match["root"]:
            return window.span(match)[1] - len(match["root"]) - 1, match["root"], match["name"], unsafe
        after = window.span(match)[1]
        if match["open"]:
            end = find(window, CLOSE_OF[match["open"]], after)
        else:
            end = find(window, b">", after)
            if end is not None and b"[" in window[after:end]:
                unsafe = True
                end = find(window, b"]", after)
                end = find(window, b">", end) if end is not None else None
        if end is None:
            return at, b"", b"", unsafe
        at = end


def _closes_soon(window: Window, root: bytes) -> bool:
    """Return whether the element *root*, in no format that is read, is closed among the first bytes."""
    window.fill(READ_BYTES)
    return b"</" + root in window[:READ_BYTES]


def _whole(window: Window, position: str, start: int, root: bytes, name: bytes) -> Iterator[Part]:
    """Yield the document as one article. It ends with its root element, or with the input if that is not closed."""
    tags = re.compile(rb"<!--|<!\[CDATA\[|<\?|<(/?)" + re.escape(root) + rb"(?=[\s/>])[^<>]*?(/?)>")
    unclosed: set[bytes] = set()
    at = start
    opened = 0
    while len(window) <= MAX_ARTICLE_BYTES:
        token = window.search(tags, at)
        if token is None:
            at = max(at, len(window) - TAIL_BYTES)
            if window.more():
                continue
            at = len(window)
            break
        begin, at = window.span(token)
        if token[0] in CLOSE_OF:
            section_end = None if token[0] in unclosed else find(window, CLOSE_OF[token[0]], at)
            if section_end is None:
                unclosed.add(token[0])
            at = section_end or at
            continue
        if opened and not token[1] and name in ITEM_OF_FEED.values():  # items are not inside each other
            yield Problem(position, RejectReason.NOT_JSON, NOT_CLOSED)
            window.skip(begin)
            return
        opened += -1 if token[1] else not token[2]
        if opened <= 0:
            break
    if len(window) > MAX_ARTICLE_BYTES and opened > 0:
        yield Problem(position, RejectReason.TOO_LARGE, f"the XML has more than {MAX_ARTICLE_BYTES:,} bytes")
        _skip_all(window)
        return
    following = _ITEM.search(window[start + 1 :]) if opened > 0 else None
    if following or (opened > 0 and name not in _DOCUMENTS):  # before another item, or a "<" of something else
        yield Problem(position, RejectReason.NOT_JSON, "the root element is not closed; send well-formed XML")
        window.skip(start + 1 + following.start() if following else 1)
        return
    end = window.space_end(at)
    yield Piece(position, window[:end])
    window.skip(end)


def _skip_all(window: Window) -> None:
    window.skip(len(window))
    while window.more():
        window.skip(len(window))
