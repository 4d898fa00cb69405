"""Where a value of JSON ends: found by its brackets and strings, without reading it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.splitting.pieces import MAX_ARTICLE_BYTES

if TYPE_CHECKING:
    from service.splitting.window import Window

TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["\[\]{}]', re.DOTALL)
"""A string, a bracket, or the quote of a string that does not end in what is looked at."""
_CLOSING = {ord("{"): ord("}"), ord("["): ord("]")}
_MAX_NESTING = 1024
"""Of brackets, as in the parser of JSON (orjson)."""


class Nesting:
    """How far a value is read: its open brackets, and where the next token is looked for."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.at = start
        self.open = bytearray()

    def step(self, window: Window) -> int | None:
        """Read one token. Return the bracket that it opens, 0 for another token, or None if there is none."""
        token = window.search(TOKEN, self.at)
        if token is None or token[0] == b'"':
            self.at = window.span(token)[0] if token else len(window)
            return None
        self.at = window.span(token)[1]
        kind = token[0][0]
        if kind in _CLOSING and len(self.open) <= _MAX_NESTING:
            self.open.append(_CLOSING[kind])
            return kind
        if len(self.open) > _MAX_NESTING or (kind != ord('"') and (not self.open or self.open.pop() != kind)):
            self.open.append(0)  # a bracket that closes another kind: never closed
        return 0


def value_end(window: Window, start: int = 0) -> int | None:
    """Return the index after the object or list that begins at *start*, or None if it does not end within the limit."""
    nesting = Nesting(start)
    while True:
        kind = nesting.step(window)
        if kind is None:
            if len(window) - start > MAX_ARTICLE_BYTES or not window.more():
                return None
        elif not nesting.open:
            return nesting.at if nesting.at - start <= MAX_ARTICLE_BYTES else None
        elif not nesting.open[-1]:
            return None
