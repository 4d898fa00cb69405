"""Articles in tables: CSV and TSV with a header that names the columns as an API names its members."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import orjson

from service.contract.reject_reasons import RejectReason
from service.splitting.pieces import MAX_ARTICLE_BYTES, Part, Piece, Problem
from service.wire import news_api

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.splitting.window import Window

_DELIMITERS = (",", "\t", ";", "|")
_NAME = re.compile(r"\w+(?:[ .:/@_-]+\w+){0,3}")
"""A name of a column: up to four words. A line of prose with commas seldom has only such parts."""
_MIN_KNOWN_NAMES = 2
_MAX_HEADER_BYTES = 10_000
_QUOTED = re.compile(rb'"[^"]*+(?:""[^"]*+)*+"')


def header(window: Window) -> tuple[str, list[str]] | None:
    """Return the delimiter and the names of the columns if *window* begins with the header of a table."""
    end = window.line_end(_MAX_HEADER_BYTES)
    line = window[:end] if end else b""
    for delimiter in _DELIMITERS:
        names = [name.strip() for name in _cells(line, delimiter)]
        if all(map(_NAME.fullmatch, names)) and news_api.known_members(names) >= _MIN_KNOWN_NAMES:
            return delimiter, names
    return None


def rows(window: Window, name: str, delimiter: str, names: list[str]) -> Iterator[Part]:
    """Yield each row of the table as an object with the names of the columns as its members."""
    csv.field_size_limit(MAX_ARTICLE_BYTES)
    window.skip_line()
    unquoted = re.compile(rb"[^\r\n" + re.escape(delimiter.encode()) + rb"]*+")
    while window.skip_blank_lines():
        position = f"{name}:{window.line}"
        end = _row_end(window, unquoted)
        cells = _cells(window[:end], delimiter) if end is not None else []
        if len(cells) == len(names):
            window.skip(end or 0)
            yield _piece(position, names, cells)
        else:
            yield _problem(position, names, cells)
            window.skip_line()


def _row_end(window: Window, unquoted: re.Pattern[bytes]) -> int | None:
    """Return the index after the row at the start of *window*, or None if a quote is not closed within the limit."""
    at = 0
    while True:
        quoted = window.match(_QUOTED, at)
        opens = window[at : at + 1] == b'"'
        after = window.match(unquoted, window.span(quoted)[1] if quoted else at)
        begin, end = window.span(after) if after else (at, at)
        if quoted and window[begin:end].strip():  # the quote is not the one that closes
            return None
        if end >= len(window) or (opens and not quoted):  # the field may go on
            if len(window) > MAX_ARTICLE_BYTES:
                return None
            if window.more():
                continue
            return None if opens and not quoted else len(window)
        mark = window[end : end + 1]
        if mark in (b"\r", b"\n"):
            return end + 2 if window[end : end + 2] == b"\r\n" else end + 1
        at = end + 1


def _cells(row: bytes, delimiter: str) -> list[str]:
    text = row.decode("utf-8", "surrogateescape")
    try:
        return next(csv.reader([text.rstrip("\r\n")], delimiter=delimiter), [])
    except csv.Error:
        return []


def _piece(position: str, names: list[str], cells: list[str]) -> Part:
    """Return the row as an object, without the empty cells. Of two columns of one name the first counts."""
    row: dict[str, str] = {}
    for column, cell in zip(names, cells, strict=True):
        if cell:
            row.setdefault(column, cell)
    try:
        return Piece(position, orjson.dumps(row))
    except orjson.JSONEncodeError:
        return Problem(position, RejectReason.NOT_UTF8, "the row is not UTF-8; send the table as UTF-8")


def _problem(position: str, names: list[str], cells: list[str]) -> Problem:
    detail = f"the row has {len(cells)} of {len(names)} columns" if cells else "a quote of the row is not closed"
    return Problem(position, RejectReason.WRONG_SHAPE, f"{detail}; separate and quote it as the header")
