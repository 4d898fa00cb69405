"""Recognise buttons and links: short lines that are no sentences, and links in brackets inside a sentence."""

from __future__ import annotations

import re

from service.enrich.boilerplate.boilerplate_phrases import any_of, any_word_of, phrases

MAX_LINK_CODE_POINTS = 160
"""Code points of the longest line that is a link: two headlines."""

MIN_HEADLINE_WORDS = 6
"""Words of the shortest headline between paragraphs."""
MIN_PARAGRAPH_CODE_POINTS = 60
"""Code points of the shortest paragraph around it: one sentence."""

_EDGES = " .:;!>»…|*[](){}-\u2013—_"
"""Punctuation around a label."""
_SENTENCE_ENDS = tuple(".!?:;,")
_CLOSING_MARKS = "\"'”\u2019)]"
_OPENER = re.compile(any_of(phrases().link_openers))
_LIST_OPENER = re.compile(any_of(phrases().list_openers))
_CLOSER = re.compile(any_of(phrases().link_closers) + "$")
_PREFIX = re.compile(rf"{any_word_of(phrases().prefixes)}(?= [A-Z“\"\u2018])", re.IGNORECASE)
_BRACKETED = re.compile(rf"\( ?{any_of(phrases().bracketed_links)} ?:[^()\n]{{3,{MAX_LINK_CODE_POINTS}}}\)")


def is_label(line: str) -> bool:
    """Report whether *line* is a button or the slot of an advertisement."""
    return len(line) <= MAX_LINK_CODE_POINTS and line.strip(_EDGES).lower() in phrases().labels


def is_list_label(line: str) -> bool:
    """Report whether *line* heads a list of links."""
    if len(line) > MAX_LINK_CODE_POINTS:
        return False
    return line.strip(_EDGES).lower() in phrases().list_labels or _LIST_OPENER.match(line) is not None


def is_unfinished(line: str) -> bool:
    """Report whether *line* is short and ends as no sentence does, so it may be a headline."""
    return len(line) <= MAX_LINK_CODE_POINTS and not line.rstrip(_CLOSING_MARKS).endswith(_SENTENCE_ENDS)


def is_link(line: str) -> bool:
    """Report whether *line* is a link to another page: `SEE ALSO: Ministers meet again`, `Ministers meet Read more`."""
    if len(line) > MAX_LINK_CODE_POINTS:
        return False
    is_headline = line.endswith("?") or is_unfinished(line)
    return (is_headline and _OPENER.match(line) is not None) or _CLOSER.search(line) is not None


def is_inserted_headline(before: str, line: str, after: str) -> bool:
    """Report whether *line* is a headline in capitals between two paragraphs: a link to another article.

    The capitals of old wires are whole articles or tables, and subheadings in capitals are shorter or between dashes.
    """
    return (
        line.isupper()
        and line[0] not in _EDGES
        and line[-1] not in _EDGES
        and is_unfinished(line)
        and line.count(" ") >= MIN_HEADLINE_WORDS - 1
        and "  " not in line
        and _is_paragraph(before)
        and _is_paragraph(after)
    )


def _is_paragraph(line: str) -> bool:
    return len(line) >= MIN_PARAGRAPH_CODE_POINTS and not is_unfinished(line[-MAX_LINK_CODE_POINTS:])


def inside(line: str) -> list[tuple[int, int]]:
    """Return the links in brackets inside *line*, and a label that stands before its first sentence."""
    prefix = _PREFIX.match(line)
    brackets = _BRACKETED.finditer(line) if "(" in line else ()
    return ([prefix.span()] if prefix else []) + [match.span() for match in brackets]
