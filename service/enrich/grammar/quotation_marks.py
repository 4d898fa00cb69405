"""The passages between quotation marks, as newspapers and keyboards set them.

A quotation over several paragraphs has an opening mark on each of them and a closing one only on the last. Marks are
also mistyped: a straight one opens what a curly one closes, or a curly opening mark stands where a closing one belongs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

OPENING, CLOSING, STRAIGHT = "“„«", "”»", '"'
EXCLAIMING = "!?…"
BEFORE_OPENING = " (-[:,\u2013\u2014"
_LINE = re.compile(r"[^\n]*\S[^\n]*")
_MARK = re.compile(f"[{OPENING}{CLOSING}{STRAIGHT}]")


class Passage(NamedTuple):
    """The words between two marks: `[start, end)` in code points of the text, without the marks."""

    start: int
    end: int
    line: int
    """Number of the paragraph."""
    continues: bool
    """Whether it goes on with the last passage of the paragraph before."""


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Return `[start, end)` of each line of *text* that is not blank."""
    return [line.span() for line in _LINE.finditer(text)]


def passages(text: str) -> list[Passage]:
    """Return the passages of *text* in its order. Each ends with its paragraph at the latest."""
    found: list[Passage] = []
    is_open = False
    for number, (first, last) in enumerate(paragraphs(text)):
        was_open, is_open = is_open, False
        for position, (opened, end, is_closed) in enumerate(_in_line(text, first, last, was_open=was_open)):
            words = text[opened:end].strip()
            if words:
                start = text.index(words[0], opened)
                continues = was_open and not position and not text[first:start].strip(OPENING + STRAIGHT + " ")
                found.append(Passage(start, start + len(words), number, continues))
                is_open = not is_closed
    return found


def leads_on(text: str, passage: Passage) -> bool:
    """Return whether the sentence goes on after *passage*, to its speaker.

    There is a comma inside or outside the mark, or a small letter after an exclamation or a question.
    """
    if "," in text[passage.end - 1 : passage.end + 2]:
        return True
    following = text[passage.end + 1 : passage.end + 3].lstrip()
    return text[passage.end - 1] in EXCLAIMING and following[:1].islower()


def _in_line(text: str, first: int, last: int, *, was_open: bool) -> Iterator[tuple[int, int, bool]]:
    """Yield start, end and whether it is closed of each passage in the line `[first, last)`."""
    marks = list(_MARK.finditer(text, first, last))
    start = first if was_open and marks and marks[0][0] in CLOSING else None
    closing = [number for number, mark in enumerate(marks) if _can_close(text, mark.start())]
    last_closing = closing[-1] if closing else -1
    for number, mark in enumerate(marks):
        at = mark.start()
        opens = _can_open(text, at, first)
        if start is None:
            start = at + 1 if opens else None
        elif mark[0] in OPENING or (mark[0] == STRAIGHT and opens):
            if number >= last_closing and text[start:at].strip():
                yield start, at, True
                start = None
            else:
                start = at + 1
        else:
            yield start, at, True
            start = None
    if start is not None:
        yield start, last, False


def _can_open(text: str, at: int, first: int) -> bool:
    """Return whether the mark at *at* can open a passage: a straight one after a figure means inches."""
    if text[at] in OPENING:
        return True
    before, after = text[at - 1 : at] if at > first else "", text[at + 1 : at + 2]
    return text[at] != "»" and (not before or before in BEFORE_OPENING) and after.strip() != ""


def _can_close(text: str, at: int) -> bool:
    return text[at] in CLOSING or (text[at] == STRAIGHT and not text[at - 1].isspace())
