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
"""Where one span holds two things: paragraph, table cell, bracket, slash of a photo credit, dash, colon.

A run of white space is tried from its start alone, or a long one would be read once for each of its characters.
"""
LINE = re.compile(r"(?<![^\S\n])[^\S\n]*\n[^\S\n]*")
LEADING = re.compile(r"(?:[\s\W_]+|(?:the|a|an|this|that|these|those)\s+)+", re.IGNORECASE)
POSSESSIVES = tuple(mark + letter for mark in APOSTROPHES for letter in "sS")
PREFIX = re.compile(
    rf"(?:pro|anti|non|post|pre|ex|intra|inter|trans|neo|mid|un|then|now|all)[{HYPHENS}](?=\w)", re.IGNORECASE
)
TRAILING = " \n\t\r\xa0()[]{}<>,;:!?…/\\*|•·_=+~^&" + QUOTES + APOSTROPHES + DASHES + HYPHENS
LOWER = re.compile(r"^(?:west|east|(?>.*?\w[ .]\w).*)$")
"""Names that some write in small letters: the west, the joint chiefs of staff, example.org."""
WORD = re.compile(r"\S+")
WRAPPED = 50  # a line this long was broken by the typesetter, a shorter one by its author


def clean(text: str, start: int, end: int, label: str, lexicon: Lexicon) -> Iterator[tuple[int, int, str]]:
    """Yield the names within `text[start:end]`, each with its label; mostly one, none where no name is left."""
    for left, right in _pieces(text, start, end):
        yield from _clean(text, left, right, label, lexicon)


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    for match in BREAK.finditer(text, start, end):
        yield start, match.start()
        start = match.end()
    for match in LINE.finditer(text, start, end):
        line_start = text.rfind("\n", max(0, match.start() - 200), match.start()) + 1
        if match.start() - line_start < WRAPPED:
            yield start, match.start()
            start = match.end()
    yield start, end


def _clean(text: str, start: int, end: int, label: str, lexicon: Lexicon) -> Iterator[tuple[int, int, str]]:
    start, end = trim(text, start, end, lexicon)
    if label in {"NORP", "GPE", "LOC", "PERSON", "ORG"} and (prefix := PREFIX.match(text, start, end)):
        start = prefix.end()
    start, label = _without_titles(text, start, end, label, lexicon)
    surface = text[start:end]
    if _is_name(surface, label, lexicon):
        yield start, end, label


def _is_name(surface: str, label: str, lexicon: Lexicon) -> bool:
    """Tell whether *surface* can be a name: letters, a capital among them, and no ordinary word with a capital."""
    if not any(map(str.isalpha, surface)) or surface in lexicon.not_names:
        return False
    return surface.lower() != surface or (label in {"ORG", "LOC", "FAC"} and bool(LOWER.search(surface)))


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
    """Tell whether the full stop that ends `text[start:end]` belongs to the word before it: U.S., Inc., Conn."""
    left = right = end - 1
    while left > start and (text[left - 1].isalnum() or text[left - 1] == "_"):
        left -= 1
    if left == right:
        return False
    dotted = left > start and text[left - 1] == "."
    return dotted or right - left == 1 or text[left:right] in lexicon.abbreviations


def _without_titles(text: str, start: int, end: int, label: str, lexicon: Lexicon) -> tuple[int, str]:
    """Skip the titles before a person's name; an honorific makes a person of what follows."""
    found = [(match.start(), match.end()) for match in WORD.finditer(text, start, end)]
    keys = [text[left:right].rstrip(".,").lower() for left, right in found]
    count = 0
    while count < len(keys) - 1 and keys[count] in lexicon.titles:
        count += 1
    if not count or (not text[found[count][0]].isupper() and keys[count] not in lexicon.particles):
        return start, label
    titled = keys[count - 1] in lexicon.honorifics or " ".join(keys[max(0, count - 2) : count]) in lexicon.honorifics
    if label == "PERSON" or titled:
        return found[count][0], "PERSON"
    return start, label


def first_piece(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the part of a date or sum before a paragraph break or dash: "March 27 - Nigeria" ends at the figure."""
    match = BREAK.search(text, start, end)
    return (start, match.start()) if match and match.start() > start else (start, end)
