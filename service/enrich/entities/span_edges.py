"""Cut a span to the name in it: no article, title, possessive, quotation mark or line break."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.enrich.entities.name_forms import APOSTROPHES, DASHES, HYPHENS, QUOTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.enrich.entities.lexicon import Lexicon

BREAK = re.compile(
    r"(?<!\s)\s*(?:\n[^\S\n]*\n|[\t|•·])\s*|(?<!\s)\s+(?=[(\[<])|(?<=\w)\s*/\s*(?=[A-Z])"
    rf"|,?\s[{DASHES}]+\s+|[;:…]\s+"
)
"""What separates two things in one span: paragraph, table cell, bracket, slash of a photo credit, dash, colon.

A run of white space is matched from its start only. Otherwise a long run would be read once per character.
"""
LINE_BREAK = re.compile(r"(?<![^\S\n])[^\S\n]*\n[^\S\n]*")
LEADING = re.compile(r"(?:[\s\W_]+|(?:the|a|an|this|that|these|those)\s+)+", re.IGNORECASE)
POSSESSIVES = tuple(mark + letter for mark in APOSTROPHES for letter in "sS")
PREFIX = re.compile(
    rf"(?:pro|anti|non|post|pre|ex|intra|inter|trans|neo|mid|un|then|now|all)[{HYPHENS}](?=\w)", re.IGNORECASE
)
TRAILING = " \n\t\r\xa0()[]{}<>,;:!?…/\\*|•·_=+~^&" + QUOTES + APOSTROPHES + DASHES + HYPHENS
LOWER_CASE_NAME = re.compile(r"^(?:west|east|(?>.*?\w[ .]\w).*)$")
"""Names that some write in lower case: the west, the joint chiefs of staff, example.org."""
WORD = re.compile(r"\S+")
MIN_WRAPPED_CODE_POINTS = 50
"""A line of this length or more was broken by the typesetter, a shorter one by its author."""
MAX_LINE_CODE_POINTS = 200
"""Length of the text before a line break that is searched for the start of its line."""


def clean(text: str, start: int, end: int, label: str, lexicon: Lexicon) -> Iterator[tuple[int, int, str]]:
    """Yield the bounds and the label of each name within `text[start:end]`: usually one, or none if no name is left."""
    for left, right in _pieces(text, start, end):
        yield from _clean_piece(text, left, right, label, lexicon)


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    for match in BREAK.finditer(text, start, end):
        yield start, match.start()
        start = match.end()
    for match in LINE_BREAK.finditer(text, start, end):
        line_start = text.rfind("\n", max(0, match.start() - MAX_LINE_CODE_POINTS), match.start()) + 1
        if match.start() - line_start < MIN_WRAPPED_CODE_POINTS:
            yield start, match.start()
            start = match.end()
    yield start, end


def _clean_piece(text: str, start: int, end: int, label: str, lexicon: Lexicon) -> Iterator[tuple[int, int, str]]:
    start, end = trim(text, start, end, lexicon)
    if label in {"NORP", "GPE", "LOC", "PERSON", "ORG"} and (prefix := PREFIX.match(text, start, end)):
        start = prefix.end()
    start, label = _without_titles(text, start, end, label, lexicon)
    surface = text[start:end]
    if _is_name(surface, label, lexicon):
        yield start, end, label


def _is_name(surface: str, label: str, lexicon: Lexicon) -> bool:
    """Report whether *surface* can be a name: it has letters and a capital, and is not a capitalised ordinary word."""
    if not any(map(str.isalpha, surface)) or surface in lexicon.not_names:
        return False
    return surface.lower() != surface or (label in {"ORG", "LOC", "FAC"} and bool(LOWER_CASE_NAME.search(surface)))


def trim(text: str, start: int, end: int, lexicon: Lexicon) -> tuple[int, int]:
    """Return the bounds without articles, possessive, quotation marks and stray punctuation at the edges."""
    leading = LEADING.match(text, start, end)
    if leading and not text[start:end].startswith(lexicon.with_article):
        start = leading.end()
    while start < end:
        last = text[end - 1]
        if text.endswith(POSSESSIVES, start, end):
            end -= 2
        elif last in TRAILING or (last == "." and not _is_abbreviation(text, start, end, lexicon)):
            end -= 1
        else:
            break
    if start < end and text[end : end + 1] == "." and _is_abbreviation(text, start, end + 1, lexicon):
        end += 1
    return start, end


def _is_abbreviation(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """Report whether the full stop at the end of `text[start:end]` belongs to the word before it: U.S., Inc., Conn."""
    left = right = end - 1
    while left > start and (text[left - 1].isalnum() or text[left - 1] == "_"):
        left -= 1
    if left == right:
        return False
    dotted = left > start and text[left - 1] == "."
    return dotted or right - left == 1 or text[left:right] in lexicon.abbreviations


def _without_titles(text: str, start: int, end: int, label: str, lexicon: Lexicon) -> tuple[int, str]:
    """Return the start after the titles before a person's name, and the label: an honorific makes it a person."""
    words = [(match.start(), match.end()) for match in WORD.finditer(text, start, end)]
    keys = [text[left:right].rstrip(".,").lower() for left, right in words]
    titles = 0
    while titles < len(keys) - 1 and keys[titles] in lexicon.titles:
        titles += 1
    if not titles or (not text[words[titles][0]].isupper() and keys[titles] not in lexicon.particles):
        return start, label
    last_two = " ".join(keys[max(0, titles - 2) : titles])
    honorific = keys[titles - 1] in lexicon.honorifics or last_two in lexicon.honorifics
    if label == "PERSON" or honorific:
        return words[titles][0], "PERSON"
    return start, label


def first_piece(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the part of a date or amount before a paragraph break or dash: "March 27 - Nigeria" ends at the figure."""
    match = BREAK.search(text, start, end)
    return (start, match.start()) if match and match.start() > start else (start, end)
