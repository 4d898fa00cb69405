"""Recognise what a page says to its reader: forms, buttons, notices, menus. It works sentence by sentence in a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.enrich.boilerplate.boilerplate_phrases import any_of, phrases

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MIN_MENU_WORDS = 25
"""Words of the shortest menu: fewer may be a headline or a list of names."""
MIN_CAPITALIZED_SHARE = 0.8
"""Least share of words of a menu that begin with a capital and go on in small letters."""
MAX_WORDS_PER_MARK = 12
"""A menu has at most one mark of punctuation for so many words; a list of names has a comma for two."""
MAX_SHORT_WORDS = 5
"""Words of the longest button."""
MIN_FORM_SHARE = 0.6
"""Share of a line that must be a form's words, so that the whole line is the form."""

_SENTENCE = re.compile(r"\S.*?(?:[.!?][\"”\u2019)]*(?= [A-Z0-9“\"\u2018•@])|$)")
_STRONG = {
    word: re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
    for word, patterns in phrases().strong.items()
}
_WEAK = re.compile(any_of(phrases().weak), re.IGNORECASE)
_ADDRESSES_READER = re.compile(r"\b(?:you|your|we|our|us|I)\b", re.IGNORECASE)
_CAPITALIZED = re.compile(r"(?<![^\s(&'\u2019-])[A-Z][a-zà-ÿ'\u2019.-]+")
_MARK = re.compile(r"[,;:.!?](?=\s|$)")
_QUOTATION = re.compile(r"[“”\"]")


def patterns_for(text: str) -> dict[str, re.Pattern[str]]:
    """Return the patterns whose word is in *text*, by this word. Most texts have few, and all patterns cost 4 ms."""
    lowered = text.lower()
    return {word: pattern for word, pattern in _STRONG.items() if word in lowered}


def inside(line: str, patterns_of_text: Mapping[str, re.Pattern[str]]) -> list[tuple[int, int]]:
    """Return the spans of *line* that are words of a page to its reader, or a menu.

    If most of a line is, all of it is: a form also says "Thank you!".
    """
    lowered = line.lower()
    patterns = [pattern for word, pattern in patterns_of_text.items() if word in lowered]
    if not patterns and not _is_menu(line):
        return []
    sentences = [match.span() for match in _SENTENCE.finditer(line)]
    marked = [(start, end) for start, end in sentences if _is_prompt(line[start:end], patterns)]
    if not marked:
        return []
    of_form = {(start, end) for start, end in sentences if _fits_form(line[start:end])}.union(marked)
    if sum(end - start for start, end in of_form) >= MIN_FORM_SHARE * len(line):
        return [(0, len(line))]
    return marked


def _is_prompt(sentence: str, patterns: Sequence[re.Pattern[str]]) -> bool:
    if _QUOTATION.search(sentence):
        return False
    return any(pattern.search(sentence) for pattern in patterns) or _is_menu(sentence)


def _fits_form(sentence: str) -> bool:
    if _WEAK.search(sentence):
        return True
    if _QUOTATION.search(sentence):
        return False
    return sentence.count(" ") < MAX_SHORT_WORDS or _ADDRESSES_READER.search(sentence) is not None


def _is_menu(sentence: str) -> bool:
    words = sentence.count(" ") + 1
    if words < MIN_MENU_WORDS or len(_MARK.findall(sentence)) * MAX_WORDS_PER_MARK > words:
        return False
    return len(_CAPITALIZED.findall(sentence)) >= MIN_CAPITALIZED_SHARE * words
