"""What a stream holds, when it is not compressed: JSON, XML, a table or plain text."""

from __future__ import annotations

import codecs
import io
import re
from pathlib import PurePath
from typing import TYPE_CHECKING, cast

import orjson

from service.contract.reject_reasons import RejectReason
from service.splitting import json_values, tables, xml_items
from service.splitting.pieces import MAX_ARTICLE_BYTES, Part, Piece, Problem
from service.splitting.window import READ_BYTES, Window
from service.splitting.xml_tags import TAIL_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

STANDARD_INPUT = "standard input"
_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_BOM_BYTES = 3
_LEFT_OVER = re.compile(rb"</[^<>]{1,200}>|[\]}]")
"""What closes an element or a list around articles."""


def articles(window: Window, name: str) -> Iterator[Part]:
    """Yield the articles in *window*. Compressed files and archives are taken apart before."""
    window = _as_utf8(window)
    if not window.skip_space():
        pass  # nothing but space
    elif window[:1] in (b"{", b"[") or xml_items.begins(window):
        yield from _sequence(window, name)
    elif table := tables.header(window):
        yield from tables.rows(window, name, *table)
    elif _is_broken(window):
        yield from _sequence(window, name)
    else:
        yield _plain_text(window, name)
    if window.damage is not None:
        yield Problem(name, RejectReason.NOT_JSON, f"the input breaks off here: {describe(window.damage)}")


def describe(damage: Exception) -> str:
    """Return what is wrong with an input that breaks off, in words."""
    return getattr(damage, "strerror", None) or str(damage) or type(damage).__name__


def _as_utf8(window: Window) -> Window:
    """Return *window* without a byte order mark, and in UTF-8 if it is UTF-16, as some spreadsheets write."""
    window.fill(_BOM_BYTES)
    if window[:_BOM_BYTES] == _UTF8_BOM:
        window.skip(_BOM_BYTES)
    encoding = _UTF16_BOMS.get(window[:2])
    if encoding is None:
        return window
    window.skip(2)
    return Window(cast("IO[bytes]", io.BufferedReader(_Utf16(window, encoding))))


class _Utf16(io.RawIOBase):
    """The rest of a window in UTF-16, as a stream in UTF-8, without the XML declaration that names the encoding."""

    def __init__(self, window: Window, encoding: str) -> None:
        self._window = window
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._ready = b""
        self._begun = False

    def readable(self) -> bool:
        """Return True: this is a stream to read."""
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        """Fill *buffer* and return the number of bytes."""
        while not self._ready:
            raw = self._window[:READ_BYTES]
            if not raw and not self._window.more():
                return 0
            self._window.skip(len(raw))
            text = self._decoder.decode(raw)
            if text and not self._begun:
                self._begun = True
                text = re.sub(r"\A\s*<\?xml\s[^>]*\?>", "", text)
            self._ready = text.encode()
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count


def _is_broken(window: Window) -> bool:
    """Return whether articles in JSON or XML stand in what begins like neither."""
    window.fill(READ_BYTES)
    return xml_items.first_item(window) is not None or json_values.first_article(window[:READ_BYTES]) is not None


def _sequence(window: Window, name: str) -> Iterator[Part]:
    """Yield the articles of JSON values and XML documents that follow each other, mostly one per line."""
    by_line = False
    first = True
    strange = False
    while window.skip_space():
        line = window.line
        left_over = window.match(_LEFT_OVER)
        if left_over:
            window.skip(window.span(left_over)[1])
            continue
        if window[:1] in (b"{", b"["):
            yield from json_values.values(window, name, by_line=by_line)
        elif xml_items.begins(window):
            yield from xml_items.document(window, name if first else f"{name}:{line}")
        elif not strange:
            yield Problem(f"{name}:{line}", RejectReason.NOT_JSON, "this is neither JSON nor XML; send one of them")
            strange = True
            _skip_strange(window)
            continue
        else:
            _skip_strange(window)
            continue
        by_line = window.line == line + 1
        first = strange = False


def _skip_strange(window: Window) -> None:
    """Pass what is neither JSON nor XML, up to the next article or the next line in what is looked at."""
    while True:
        known = window[:READ_BYTES]
        begins = [xml_items.first_item(window), json_values.next_value(known)]
        passed = min((begin for begin in begins if begin), default=known.rfind(b"\n") + 1)
        if passed:
            window.skip(passed)
            return
        if len(known) == READ_BYTES:
            window.skip(READ_BYTES - TAIL_BYTES)  # an article may begin at the end
            return
        if not window.more():
            window.skip(len(window))
            return


def _plain_text(window: Window, name: str) -> Part:
    """Return the whole input as one article, named by its file."""
    window.fill(MAX_ARTICLE_BYTES + 1)
    if len(window) > MAX_ARTICLE_BYTES:
        while window.more():
            window.skip(len(window))
        return Problem(name, RejectReason.TOO_LARGE, f"the text has more than {MAX_ARTICLE_BYTES:,} bytes")
    raw = window[:]
    window.skip(len(raw))
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        detail = f"byte {error.start} ({raw[error.start]:#04x}) is not UTF-8; this is neither JSON nor XML nor text"
        return Problem(name, RejectReason.NOT_UTF8, detail)
    if "\0" in text:
        return Problem(name, RejectReason.NOT_JSON, "the input has a NUL; it is neither JSON nor XML nor text")
    row = (
        {"body": text}
        if name == STANDARD_INPUT
        else {"id": PurePath(name.removesuffix(".gz").removesuffix(".xz")).stem, "body": text}
    )
    return Piece(name, orjson.dumps(row))
