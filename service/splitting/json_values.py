"""Articles in JSON: one value after the other, a list, or an object around a list, as APIs answer.

A value is cut out by its brackets and strings, so that no more than one article is in memory and an article that is
not well-formed costs no other. If brackets or quotes are missing, articles that stand whole are looked for.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

import orjson

from service.contract.reject_reasons import InvalidArticleError, RejectReason
from service.splitting import envelopes
from service.splitting.json_nesting import TOKEN, Nesting, value_end
from service.splitting.pieces import MAX_ARTICLE_BYTES, Part, Piece, Problem
from service.splitting.window import READ_BYTES, Window
from service.splitting.xml_tags import ITEM, ITEM_END
from service.wire import decode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OBJECT_START = re.compile(rb"(?:\A|[\[,}\n\x1e])[ \t\r]*+\{")
"""Where an article may start in broken JSON: not as the value of a member."""
_NAME = re.compile(rb'("(?:[^"\\]|\\.)*+")\s*:\s*\Z', re.DOTALL)
_MAX_NAME_BYTES = 2000
_SCALAR_END = re.compile(rb"[,{}\[\]]|" + ITEM.pattern)
_MAX_RESCANS = 3
"""How often, in all, broken JSON is scanned again. A bracket that is not closed could otherwise cost its square."""


def values(window: Window, name: str, *, by_line: bool) -> Iterator[Part]:
    """Yield the articles of the value at the start of *window*, and pass it.

    Args:
        window: A list or an object begins here.
        name: Of the file or stream.
        by_line: Whether the value before this one was a line, so that a broken line costs no other.
    """
    line = window.line
    end = window.line_end(MAX_ARTICLE_BYTES)
    text = window[:end] if end else b""
    position = f"{name}:{line}"
    if end and (value := _loads(text)) is not None:
        window.skip(end)
        yield from _articles(text, value, position, {})
    elif end and not _goes_on(text) and (by_line or _begins_with_json(window, end)):
        window.skip(end)
        yield from broken_line(text, position)
    elif window[:1] == b"[":
        window.skip(1)
        yield from _items(window, name, {}, 1)
    else:
        yield from _document(window, name if line == 1 else position)


def next_value(text: bytes) -> int | None:
    """Return where the first article in *text* begins, or what may be one that does not end in *text*."""
    return next((start for start, end, row in _objects(text) if end is None or envelopes.is_article(row)), None)


def _goes_on(line: bytes) -> bool:
    """Return whether *line* looks like one of several of a value."""
    return line.rstrip()[-1:] in (b"{", b"[", b",", b":")


def _begins_with_json(window: Window, start: int) -> bool:
    """Return whether the line at *start* is a JSON object of its own, so that the line before it is not its begin."""
    while (end := window.find(b"\n", start)) < 0 and len(window) - start < READ_BYTES and window.more():
        pass
    line = window[start : end if end >= 0 else start + READ_BYTES]
    return line[:1] == b"{" and _loads(line) is not None


def first_article(text: bytes) -> int | None:
    """Return where the first article begins that stands whole in *text*, which need not be JSON."""
    return next((start for start, _ in _whole_objects(text)), None)


def _loads(text: bytes) -> Any:
    """Return the value of *text* as a worker reads it, or None."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    try:
        return decode.decode_bytes(text) if b"\\u" in text else None
    except InvalidArticleError:
        return None


def _articles(raw: bytes, value: Any, position: str, head: Mapping[str, Any], depth: int = 1) -> Iterator[Part]:
    """Yield the articles in *value*, which *raw* holds: it is one, or a list, or an object around a list."""
    path = envelopes.list_path(value) if isinstance(value, dict) else ()
    if depth > envelopes.MAX_DEPTH and (path or isinstance(value, list)):
        yield Problem(position, RejectReason.WRONG_SHAPE, "too many lists are inside each other")
    elif isinstance(value, list):
        window = _window(raw)
        window.skip_space()
        window.skip(1)
        yield from _items(window, position, {}, depth + 1)
    elif path:
        yield from _streamed(_window(raw), position, path, depth + 1)
    elif isinstance(value, dict):
        yield Piece(position, envelopes.with_head(raw, head))
    else:
        yield Problem(position, RejectReason.WRONG_SHAPE, "the value is not an object; one JSON object is expected")


def _window(raw: bytes) -> Window:
    window = Window(BytesIO(raw))
    window.fill(len(raw))
    return window


def _document(window: Window, position: str) -> Iterator[Part]:
    """Yield the articles of an object over several lines, or of one that is longer than an article."""
    end = value_end(window)
    if end is not None:
        value = _loads(window[:end])
        if value is not None:
            end = window.space_end(end)
            raw = window[:end]
            window.skip(end)
            yield from _articles(raw, value, position, {})
            return
    elif (found := _list_start(window, ())) and _loads(window[: found[0]] + found[1]) is not None:
        yield from _streamed(window, position, (), 1)
        return
    yield from _region(window, end, position)


def _list_start(window: Window, path: envelopes.Path) -> tuple[int, bytes] | None:
    """Return where the list at *path* begins, and the closing brackets of what is open there.

    Without a *path*, the first list is meant whose names may lead to one.
    """
    nesting = Nesting(0)
    names: list[str] = []
    while (kind := nesting.step(window)) is not None and nesting.open and nesting.open[-1]:
        if not kind:
            del names[len(nesting.open) :]
            continue
        before = window[max(0, nesting.at - _MAX_NAME_BYTES) : nesting.at - 1]
        name = _NAME.search(before) if len(names) <= envelopes.MAX_DEPTH else None
        names.append(str(_loads(name[1])) if name else "")
        way = tuple(names[1:]) if len(names) <= envelopes.MAX_DEPTH + 1 else ()
        if kind == ord("[") and way and (way == path if path else envelopes.may_lead_to_list(way)):
            return nesting.at, bytes(reversed(nesting.open))
    return None


def _streamed(window: Window, position: str, path: envelopes.Path, depth: int) -> Iterator[Part]:
    """Yield the articles in the list at *path* of the envelope at the start of *window*, one at a time."""
    found = _list_start(window, path)
    if found is None:  # its name is written with escapes
        yield Problem(position, RejectReason.WRONG_SHAPE, "the list of articles cannot be found; send it alone")
        return
    start, closing = found
    head = envelopes.feed_head(_loads(window[:start] + closing))
    window.skip(start)
    yield from _items(window, position, head, depth)
    for bracket in closing[1:]:
        _skip_to_closing(window, bracket)


def _skip_to_closing(window: Window, bracket: int) -> None:
    """Pass what follows the list in the object around it. If it is broken, it stays and is read as what comes next."""
    nesting = Nesting(0)
    nesting.open.append(bracket)
    while nesting.open and nesting.open[-1]:
        if nesting.step(window) is None and (len(window) > MAX_ARTICLE_BYTES or not window.more()):
            return
    if not nesting.open and _loads(b'{"":0' + window[: nesting.at]) is not None:
        window.skip(nesting.at)


def _items(window: Window, name: str, head: Mapping[str, Any], depth: int) -> Iterator[Part]:
    """Yield the articles of a list whose bracket is passed, and pass the list."""
    number = 0
    empty = True
    strange = False
    while window.skip_space():
        first = window[:1]
        if first in (b"]", b"}"):  # } if the bracket of the list is missing
            window.skip(first == b"]")
            if number and empty:
                yield Problem(name, RejectReason.WRONG_SHAPE, "the list holds no article")
            return
        if window.match(ITEM):  # no list: a broken begin of XML
            break
        number += 1
        position = f"{name}, item {number}"
        if first not in (b"{", b"["):
            if not strange:
                detail = "the list holds a value that is not an object; a list of JSON objects is expected"
                yield Problem(position, RejectReason.WRONG_SHAPE, detail)
            strange, empty = True, False
            _skip_scalar(window)
            continue
        end = value_end(window)
        raw = window[:end] if end is not None else b""
        value = _loads(raw) if raw else None
        if value is None:
            empty = False
            yield from _region(window, end, position)
            continue
        window.skip(len(raw))
        if not isinstance(value, dict) or not envelopes.is_part_of_page(value):
            empty = False
            yield from _articles(raw, value, position, head, depth)
    yield Problem(name, RejectReason.NOT_JSON, "the list breaks off; send all of it")


def _skip_scalar(window: Window) -> None:
    """Pass a text, a number or what else is not an object."""
    string = window.match(TOKEN)
    if string and _loads(string[0]) is not None:
        window.skip(window.span(string)[1])
        return
    window.skip(1)
    while (found := window.search(_SCALAR_END)) is None:
        window.skip(len(window))
        if not window.more():
            return
    window.skip(window.span(found)[0])


def _region(window: Window, end: int | None, position: str) -> Iterator[Part]:
    """Report broken JSON, and pass it up to the next article that stands whole.

    The broken part is looked at up to *end*, or as far as an article may reach.
    """
    if end is None:
        window.fill(MAX_ARTICLE_BYTES)
    raw = window[: MAX_ARTICLE_BYTES if end is None else end]
    item = ITEM.search(raw)
    if item and not ITEM_END.search(raw, item.end()):  # named in a text, and not the begin of XML
        item = None
    looked = raw[: item.start() + READ_BYTES] if item else raw
    following = next((start for start, _ in _whole_objects(looked) if start), item.start() if item else None)
    if end is None and following is None and len(raw) == MAX_ARTICLE_BYTES:
        detail = f"there is no article in {MAX_ARTICLE_BYTES:,} bytes of JSON"
        yield Problem(position, RejectReason.TOO_LARGE, detail)
    else:
        yield Problem(position, RejectReason.NOT_JSON, _detail(raw[:following]))
    window.skip(following or len(raw))


def broken_line(raw: bytes, position: str) -> Iterator[Part]:
    """Yield the articles that stand whole in a line of broken JSON."""
    found = list(_whole_objects(raw))
    if not found or found[0][0] > 0 or raw[found[-1][1] :].strip():
        yield Problem(position, RejectReason.NOT_JSON, _detail(raw))
    for start, stop in found:
        yield Piece(position, raw[start:stop])


def _detail(raw: bytes) -> str:
    try:
        decode.decode_bytes(raw)
    except InvalidArticleError as invalid:
        return invalid.detail
    return "the JSON is broken; send one JSON object"


def _whole_objects(raw: bytes) -> Iterator[tuple[int, int]]:
    """Yield start and end of the objects in *raw* that are whole articles, none inside another."""
    passed = 0
    for start, end, row in _objects(raw):
        if end is not None and start >= passed and envelopes.is_article(row):
            yield start, end
            passed = end


def _objects(raw: bytes) -> Iterator[tuple[int, int | None, dict[str, Any]]]:
    """Yield start, end and value of the objects in *raw*. The end of those that do not end in it is None."""
    window = _window(raw)
    at = 0
    budget = _MAX_RESCANS * len(raw)
    while budget > 0 and (match := _OBJECT_START.search(raw, at)):
        start = match.end() - 1
        end = value_end(window, start)
        budget -= (end or len(raw)) - start
        value = _loads(raw[start:end]) if end is not None else {}
        if isinstance(value, dict):
            yield start, end, value
        at = end if value and end is not None and envelopes.is_article(value) else start + 1
