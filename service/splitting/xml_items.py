"""Articles in XML: the items of a feed or of a newsMessage, or one document after the other.

An item is cut out of the bytes by its tags, so an error in one item costs no other, and each item keeps its bytes. It
is sent as a feed of its own, with the title, the address and the language of the feed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.contract.reject_reasons import RejectReason
from service.splitting import json_values
from service.splitting.pieces import MAX_ARTICLE_BYTES, Part, Piece, Problem
from service.splitting.window import READ_BYTES, Window
from service.splitting.xml_feed import Feed
from service.splitting.xml_tags import (
    CLOSE_OF,
    ITEM,
    ITEM_OF_FEED,
    MAX_HEAD_BYTES,
    NOT_CLOSED,
    TAIL_BYTES,
    find,
    is_well_formed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


_PROLOG = re.compile(
    rb"\s*(?:(?P<open><\?|<!--)|(?P<type><!DOCTYPE)|<(?P<root>(?:[\w.-]+:)?(?P<name>[\w.-]+))(?=[\s/>]))"
)
_CUT_TAG = re.compile(rb"<[!?\w.:-]{0,100}\Z")
"""What may become the begin of XML when more of a pipe is read."""
_FIRST_TAGS = re.compile(rb"<[^<>]*>\s*<")
"""How every document begins: its root element has no text of its own."""
_ANGLE_BRACKET = re.compile(rb"[<>]")
_DOCUMENTS = (*(b"newsItem", b"packageItem", b"item", b"entry", b"nitf", b"html", b"NewsML"), *ITEM_OF_FEED)
"""Elements that are documents, whatever is inside them."""
_ITEMS = frozenset(ITEM_OF_FEED.values())
_ROOT_NOT_CLOSED = "the root element is not closed; send well-formed XML"


def begins(window: Window) -> bool:
    """Return whether *window* begins with XML."""
    while window.match(_CUT_TAG) and window.more():
        pass
    return window.match(_PROLOG) is not None


def first_item(window: Window) -> int | None:
    """Return where the first feed or item begins among the first bytes of *window*."""
    found = ITEM.search(window[:MAX_HEAD_BYTES])
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
    end = _document_end(window, start, root, name)
    following = None
    if end is None or name not in _DOCUMENTS:
        following = _next_article(window, start + 1, len(window) if end is None else end)
    elif (value := json_values.first_article(window[start + 1 : end])) is not None and not (
        window.match(_FIRST_TAGS, start) and is_well_formed(window[:end])
    ):  # an "<item>" in a broken line of JSON may be closed by another line
        following = start + 1 + value
    if end is None and len(window) > MAX_ARTICLE_BYTES:
        yield Problem(position, RejectReason.TOO_LARGE, f"the XML has more than {MAX_ARTICLE_BYTES:,} bytes")
        if following is None:
            _skip_all(window)
        else:
            window.skip(following)
    elif following is not None or (end is None and name not in _DOCUMENTS):
        yield Problem(position, RejectReason.NOT_JSON, NOT_CLOSED if name in _ITEMS else _ROOT_NOT_CLOSED)
        window.skip(following or 1)
    else:
        end = window.space_end(len(window) if end is None else end)
        yield Piece(position, window[:end])
        window.skip(end)


def _document_end(window: Window, start: int, root: bytes, name: bytes) -> int | None:
    """Return the index after the document whose root element begins at *start*, or None if that is not closed.

    Then the window holds the rest of the input, more than an article, or the next item.
    """
    if not _has_start_tag(window, start):
        window.fill(MAX_ARTICLE_BYTES + 1)
        return None
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
            return None
        begin, at = window.span(token)
        if token[0] in CLOSE_OF:
            section_end = None if token[0] in unclosed else find(window, CLOSE_OF[token[0]], at)
            if section_end is None:
                unclosed.add(token[0])
            at = section_end or at
            continue
        if begin > start and not token[1] and name in _ITEMS:  # items are not inside each other
            return None
        opened += -1 if token[1] else not token[2]
        if opened <= 0:
            return at
    return None


def _has_start_tag(window: Window, start: int) -> bool:
    """Return whether the tag at *start* ends before another begins."""
    at = start + 1
    while (found := window.search(_ANGLE_BRACKET, at)) is None:
        at = len(window)
        if at > MAX_ARTICLE_BYTES or not window.more():
            return False
    return found[0] == b">"


def _next_article(window: Window, start: int, stop: int) -> int | None:
    """Return where the first article between *start* and *stop* begins, in XML or in JSON."""
    item = window.search(ITEM, start)
    item_start = window.span(item)[0] if item else stop
    # An item may also be named in the text of an article in JSON.
    value = json_values.first_article(window[start : min(stop, item_start + READ_BYTES)])
    begin = item_start if value is None else min(item_start, start + value)
    return begin if begin < stop else None


def _skip_all(window: Window) -> None:
    window.skip(len(window))
    while window.more():
        window.skip(len(window))
