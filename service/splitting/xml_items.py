"""Articles in XML: the items of a feed or of a newsMessage, or one document after the other.

An item is cut out of the bytes by its tags, so an error in one item costs no other, and each item keeps its bytes. It
is sent as a feed of its own, with the title, the address and the language of the feed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.contract.reject_reasons import InvalidArticleError, RejectReason
from service.splitting.pieces import MAX_ARTICLE_BYTES, Part, Piece, Problem
from service.wire import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.splitting.window import Window

ITEM_OF_FEED = {b"rss": b"item", b"RDF": b"item", b"feed": b"entry", b"newsMessage": b"newsItem"}
"""Names of the items by the root element, both without prefix."""
_PROLOG = re.compile(
    rb"\s*(?:(?P<open><\?|<!--)|(?P<type><!DOCTYPE)|<(?P<root>(?:[\w.-]+:)?(?P<name>[\w.-]+))(?=[\s/>]))"
)
_ITEM = re.compile(rb"<(?:[\w.-]+:)?(?:rss|RDF|feed|newsMessage|newsItem|item|entry)(?=[\s/>])")
_DOCUMENTS = (*(b"newsItem", b"packageItem", b"item", b"entry", b"nitf", b"html", b"NewsML"), *ITEM_OF_FEED)
"""Elements that are documents, whatever is inside them."""
_TAG = re.compile(rb"<[^<>]*>")
_DECLARATION = re.compile(rb"<\?xml\s[^>]*?encoding\s*=\s*[\"'](?!utf-?8[\"'])[^>]*?\?>", re.IGNORECASE)
_CLOSE_OF = {b"<?": b"?>", b"<!--": b"-->", b"<![CDATA[": b"]]>"}
_NESTED = re.compile(rb"<(image|textInput)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_MAX_HEAD_BYTES = 65_536
"""Kept of what stands before the first item. Real ones have a few hundred bytes."""
_TEXT = rb"(?:[^<]|<!\[CDATA\[.*?\]\]>)*+"
_HEAD_ELEMENTS = {
    name: tuple(
        re.compile(rb"<((?:[\w.-]+:)?" + element + rb")(?=[\s/>])[^<>]*?(?:/>|>" + content + rb"</\1\s*>)", re.DOTALL)
        for element, content in elements
    )
    for name, elements in {
        b"rss": ((b"title", _TEXT), (b"link", _TEXT), (b"language", _TEXT)),
        b"RDF": ((b"title", _TEXT), (b"link", _TEXT), (b"language", _TEXT)),
        b"feed": ((b"title", _TEXT), (b"link", _TEXT), (b"author", rb"(?:[^<]|</?(?:name|uri|email)>)*+")),
        b"newsMessage": (),
    }.items()
}
"""What every item needs of its feed."""
_AROUND_ITEMS = {
    name: re.compile(rb"<((?:[\w.-]+:)?" + around + rb")(?=[\s>])[^<>]*>")
    for name, around in {b"rss": b"channel", b"newsMessage": b"itemSet"}.items()
}
"""The element between the root and the items."""
_TAIL_BYTES = 1024
"""Looked at again when more is read: a tag that is longer is not one of those sought."""
_NOT_CLOSED = "the item is not closed; send well-formed XML"
_TOO_LONG = f"the item has more than {MAX_ARTICLE_BYTES:,} bytes"


def begins(window: Window) -> bool:
    """Return whether *window* begins with XML."""
    return window.match(_PROLOG) is not None


def first_item(window: Window) -> int | None:
    """Return where the first feed or item begins among the first bytes of *window*."""
    found = _ITEM.search(window[:_MAX_HEAD_BYTES])
    return found.start() if found else None


def document(window: Window, position: str) -> Iterator[Part]:
    """Yield the articles of the document at the start of *window*, and pass it."""
    start, root, name, unsafe = _read_prolog(window)
    if not root:
        yield Problem(position, RejectReason.NOT_JSON, "the XML has no root element; send one XML item")
        item = first_item(window)
        window.skip(item or 1)
    elif name in ITEM_OF_FEED and not unsafe:
        yield from _Feed(window, position, start, root, name).parts()
    elif name not in _DOCUMENTS and not unsafe and (item := first_item(window)) is not None:
        window.skip(item)  # an element around items: each of them is a document
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
            end = _find(window, _CLOSE_OF[match["open"]], after)
        else:
            end = _find(window, b">", after)
            if end is not None and b"[" in window[after:end]:
                unsafe = True
                end = _find(window, b"]", after)
                end = _find(window, b">", end) if end is not None else None
        if end is None:
            return at, b"", b"", unsafe
        at = end


def _find(window: Window, sought: bytes, start: int) -> int | None:
    """Return the index after *sought*, or None if it does not come within the limit."""
    at = start
    while (found := window.find(sought, at)) < 0:
        at = max(start, len(window) - len(sought))
        if len(window) > MAX_ARTICLE_BYTES or not window.more():
            return None
    return found + len(sought)


def _whole(window: Window, position: str, start: int, root: bytes, name: bytes) -> Iterator[Part]:
    """Yield the document as one article. It ends with its root element, or with the input if that is not closed."""
    tags = re.compile(rb"<!--|<!\[CDATA\[|<\?|<(/?)" + re.escape(root) + rb"(?=[\s/>])[^<>]*?(/?)>")
    at = start
    opened = 0
    while len(window) <= MAX_ARTICLE_BYTES:
        token = window.search(tags, at)
        if token is None:
            at = max(at, len(window) - _TAIL_BYTES)
            if window.more():
                continue
            at = len(window)
            break
        begin, at = window.span(token)
        if token[0] in _CLOSE_OF:
            at = _find(window, _CLOSE_OF[token[0]], at) or at
            continue
        if opened and not token[1] and name in ITEM_OF_FEED.values():  # items are not inside each other
            yield Problem(position, RejectReason.NOT_JSON, _NOT_CLOSED)
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


def _is_well_formed(raw: bytes) -> bool:
    from service.wire import xml  # noqa: PLC0415 - articles in JSON need not wait for it

    try:
        content = decode.decode_bytes(raw)
        return isinstance(content, decode.Xml) and xml.parse(content.source) is not None
    except InvalidArticleError:
        return False


class _Feed:
    """Reads the items of the feed at the start of a window.

    Until there is a second item, the feed is kept: with one item it is sent as it is.
    """

    def __init__(self, window: Window, position: str, start: int, root: bytes, name: bytes) -> None:
        self._window = window
        self._position = position
        self._root = root
        self._name = name
        self._tags = re.compile(
            rb"<!--|<!\[CDATA\[|<(?P<close>/?)(?:(?P<root>" + re.escape(root) + rb")|(?:[\w.-]+:)?" + ITEM_OF_FEED[name]
            + rb")(?=[\s/>])[^<>]*?(?P<empty>/?)>"
        )  # fmt: skip
        declared = _DECLARATION.search(window[:start])
        self._declaration = declared[0] if declared else b""
        tag = window.match(_TAG, start)
        self._at = window.span(tag)[1] if tag else start + len(root) + 1
        self._start_tag = tag[0] if tag else b"<" + root + b">"
        self._head_start = self._at
        self._head = b""
        self._number = 0
        self._opened: int | None = None
        self._broken = False
        self._kept: Piece | None = None
        self._keeps = True

    def parts(self) -> Iterator[Part]:
        """Yield the items, and pass the feed."""
        while True:
            token = self._window.search(self._tags, self._at)
            if token is None:
                self._at = max(self._at, len(self._window) - _TAIL_BYTES)
                if len(self._window) > MAX_ARTICLE_BYTES + _MAX_HEAD_BYTES:
                    yield from self._pass_long()
                elif not self._window.more():
                    self._at = len(self._window)
                    break
                continue
            begin, self._at = self._window.span(token)
            if token[0] in _CLOSE_OF:
                self._skip_section(token[0])
            elif token["root"]:
                if token["close"]:
                    break
            elif token["close"]:
                yield from self._close_item()
            elif not token["empty"]:
                yield from self._open_item(begin)
        yield from self._end()

    def _skip_section(self, opening: bytes) -> None:
        """Pass a comment or a CDATA section. One that is not closed is read as text."""
        end = _find(self._window, _CLOSE_OF[opening], self._at)
        if end is not None:
            self._broken |= opening != b"<!--" and opening in self._window[self._at : end]
            self._at = end

    def _open_item(self, begin: int) -> Iterator[Part]:
        if self._opened is not None:
            yield from self._report(_NOT_CLOSED)
        elif not self._number:
            self._head = self._window[self._head_start : min(begin, self._head_start + _MAX_HEAD_BYTES)]
        self._opened, self._broken = begin, False

    def _close_item(self) -> Iterator[Part]:
        if self._opened is None:
            yield from self._report("an item ends that does not begin; send well-formed XML")
            return
        item = self._window[self._opened : self._at]
        self._opened = None
        if self._broken:
            yield from self._report("a CDATA section is opened twice, so one may not be closed")
        elif len(item) > MAX_ARTICLE_BYTES:
            yield from self._report(_TOO_LONG, RejectReason.TOO_LARGE)
        else:
            yield from self._release()
            self._number += 1
            piece = Piece(f"{self._position}, item {self._number}", self._as_feed(item))
            if self._number == 1 and self._keeps:
                self._kept = piece
            else:
                yield piece
                self._forget(self._at)

    def _report(self, detail: str, reason: RejectReason = RejectReason.NOT_JSON) -> Iterator[Part]:
        """Report the next item in place of its text."""
        yield from self._release()
        self._keeps = False
        self._number += 1
        yield Problem(f"{self._position}, item {self._number}", reason, detail)

    def _release(self) -> Iterator[Part]:
        if self._kept:
            yield self._kept
            self._kept = None
            self._keeps = False

    def _forget(self, count: int) -> None:
        """Pass what is no longer needed."""
        self._window.skip(count)
        self._at -= count

    def _pass_long(self) -> Iterator[Part]:
        """Pass what is longer than an article, and report it if it is an item."""
        if self._opened is not None and len(self._window) - self._opened > MAX_ARTICLE_BYTES:
            yield from self._report(_TOO_LONG, RejectReason.TOO_LARGE)
            self._opened = None
        yield from self._release()
        self._keeps = False
        passed = self._opened if self._opened is not None else self._at
        if self._opened is not None:
            self._opened = 0
        self._forget(passed)

    def _end(self) -> Iterator[Part]:
        """Yield what is left. A feed with one item and no problem is sent as it is, and so is one without any."""
        end = self._window.space_end(self._at)
        if self._opened is not None:
            yield from self._report(_NOT_CLOSED)
        elif self._keeps and (self._kept is None or _is_well_formed(self._window[:end])):
            yield Piece(self._position, self._window[:end])
        else:
            yield from self._release()
        self._window.skip(end)

    def _as_feed(self, item: bytes) -> bytes:
        """Return *item* as the only item of a feed."""
        head = _NESTED.sub(b"", self._head)
        found = b"".join(match[0] for element in _HEAD_ELEMENTS[self._name] if (match := element.search(head)))
        around = _AROUND_ITEMS.get(self._name)
        tag = around.search(head) if around else None
        before, after = (tag[0] + found, b"</" + tag[1] + b">") if tag else (found, b"")
        if self._name == b"RDF" and found:
            before = b"<channel>" + found + b"</channel>"
        return self._declaration + self._start_tag + before + item + after + b"</" + self._root + b">"
