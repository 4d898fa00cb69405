"""The items of a feed or of a newsMessage, each with the title, the address and the language of its feed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.contract.reject_reasons import RejectReason
from service.splitting.pieces import MAX_ARTICLE_BYTES, Part, Piece, Problem
from service.splitting.xml_tags import (
    CLOSE_OF,
    ITEM_OF_FEED,
    MAX_HEAD_BYTES,
    NOT_CLOSED,
    TAIL_BYTES,
    find,
    is_well_formed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.splitting.window import Window

_TAG = re.compile(rb"<[^<>]*>")
_DECLARATION = re.compile(rb"<\?xml\s[^>]*?encoding\s*=\s*[\"'](?!utf-?8[\"'])[^>]*?\?>", re.IGNORECASE)
_NESTED = re.compile(rb"<(image|textInput)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
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
_TOO_LONG = f"the item has more than {MAX_ARTICLE_BYTES:,} bytes"


class Feed:
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
        self._unclosed: set[bytes] = set()
        self._kept: Piece | None = None
        self._keeps = True

    def parts(self) -> Iterator[Part]:
        """Yield the items, and pass the feed."""
        while True:
            token = self._window.search(self._tags, self._at)
            if token is None:
                self._at = max(self._at, len(self._window) - TAIL_BYTES)
                if len(self._window) > MAX_ARTICLE_BYTES + MAX_HEAD_BYTES:
                    yield from self._pass_long()
                elif not self._window.more():
                    self._at = len(self._window)
                    break
                continue
            begin, self._at = self._window.span(token)
            if token[0] in CLOSE_OF:
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
        if opening in self._unclosed:
            return
        end = find(self._window, CLOSE_OF[opening], self._at)
        if end is None:
            self._unclosed.add(opening)
        else:
            self._broken |= opening != b"<!--" and opening in self._window[self._at : end]
            self._at = end

    def _open_item(self, begin: int) -> Iterator[Part]:
        if self._opened is not None:
            yield from self._report(NOT_CLOSED)
        elif not self._number:
            self._head = self._window[self._head_start : min(begin, self._head_start + MAX_HEAD_BYTES)]
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
            yield from self._report(NOT_CLOSED)
        elif self._keeps and (self._kept is None or is_well_formed(self._window[:end])):
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
