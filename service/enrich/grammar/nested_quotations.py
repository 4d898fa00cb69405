"""The passages between quotation marks of any style: „…”, „…“, »…«, «…», “…” and "…", one within another.

The same mark opens in one language and closes in another, so the space beside it decides which it does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.enrich.grammar.quotation_marks import Passage, paragraphs

if TYPE_CHECKING:
    from collections.abc import Iterator

CLOSED_BY = {"„": '”“"', "\u201a": "\u2019\u2018", ",,": '”“"', "“": '”“"', "”": "”", "«": "»", "»": "«", '"': '"”“'}
"""The marks that may close a passage, by the mark that opens it: straight ones and those of English are mistyped."""
ALWAYS_OPENING = frozenset({"„", "\u201a", ",,"})
BEFORE_OPENING = '([:/-\u2013\u2014„“«»"'
AFTER_CLOSING = ",.;:!?)\u2013"
MARK = re.compile('[„“”\u201a\u2018\u2019«»"]|,,(?=\\w)')
MAX_DEPTH = 2


def passages(text: str) -> list[Passage]:
    """Return the outermost passages of *text* in its order. Each ends with its paragraph at the latest."""
    found: list[Passage] = []
    is_open = False
    for number, (first, last) in enumerate(paragraphs(text)):
        was_open, is_open = is_open, False
        for opened, end, is_closed in _in_line(text, first, last):
            words = text[opened:end].strip()
            if words:
                start = text.index(words[0], opened)
                continues = was_open and not text[first:opened].strip("".join(CLOSED_BY) + " ")
                found.append(Passage(start, start + len(words), number, continues))
                is_open = not is_closed
    return found


def _in_line(text: str, first: int, last: int) -> Iterator[tuple[int, int, bool]]:
    """Yield start, end and whether it is closed of each outermost passage in the line `[first, last)`."""
    opened: list[re.Match[str]] = []
    within: list[tuple[int, int, bool]] = []
    for mark in MARK.finditer(text, first, last):
        opens, closes = _directions(text, mark, first, last)
        if opened and closes and mark[0] in CLOSED_BY[opened[-1][0]]:
            passage = (opened.pop().end(), mark.start(), True)
            if opened:
                within.append(passage)
            else:
                yield passage
                within.clear()
        elif opens and mark[0] in CLOSED_BY and len(opened) < MAX_DEPTH:
            opened.append(mark)
    if opened and within and text[within[0][0] - 1] == opened[0][0]:
        yield from within  # marks of the same kind: the first was not closed
    elif opened:
        yield opened[0].end(), last, False


def _directions(text: str, mark: re.Match[str], first: int, last: int) -> tuple[bool, bool]:
    """Return whether *mark* can open a passage, and whether it can close one."""
    before = text[mark.start() - 1 : mark.start()] if mark.start() > first else ""
    after = text[mark.end() : mark.end() + 1] if mark.end() < last else ""
    if mark[0] in ALWAYS_OPENING:
        return True, False
    follows_space, precedes_space = not before.strip(), not after.strip()
    if after and after in AFTER_CLOSING:
        return False, bool(before)
    opens = (follows_space or before in BEFORE_OPENING) and not (precedes_space and mark[0] in '"”')
    return opens and bool(after), bool(before) and (not follows_space or precedes_space)
