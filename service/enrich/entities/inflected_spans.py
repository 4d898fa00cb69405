"""The network's spans in languages with case endings, cut to the names in them, and the pairs that the text introduces.

Case endings stay, behind a hyphen too: "NATO-ban".
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from service.enrich.entities import lexicon
from service.enrich.entities.acronyms import LABELS_WITH_ACRONYMS
from service.enrich.entities.cross_script import script
from service.enrich.entities.name_candidates import TRUST_IN_SENTENCE, TYPES, NameCandidate
from service.enrich.entities.name_forms import DASHES, QUOTES, is_acronym
from service.enrich.entities.span_edges import TRAILING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from spacy.tokens import Span

    from service.enrich.entities.inflection import NameWords

LINE_BREAK = re.compile(r"(?<!\s)\s*\n\s*")
BREAK = re.compile(rf"(?<!\s)\s*[\n\t|;\u2026]\s*|(?<!\s)\s+(?=[(\[<])|,?\s[{DASHES}]+\s+(?=[^\W\d])")
"""What separates two names in one span. Titles of works have brackets and dashes of their own.

A run of white space is matched from its start only. Otherwise a long run would be read once per character.
"""
LEADING = re.compile(r"[\W_]+")
OPENED = {QUOTES: re.compile(rf"[{QUOTES}](?=\w)"), ")": re.compile(r"\((?=\w)")}
INITIALS = re.compile(r"(?:\w\.)+|[IVX]+\.")
WORD = re.compile(r"\S+")
BRACKET = re.compile(rf"[{QUOTES}]?\s\([{QUOTES}]?")
AFTER_BRACKET = re.compile(rf"[{QUOTES}]?[),;]")
ACRONYM = re.compile(r"[^\W\d_]{2,10}")
INITIAL = re.compile(r"\b[^\W\d_]")
MAX_PARTICLE_LETTERS = 3
"""A longer word in lower case before a person's name is a title: "premierul", but not "von" and "фон"."""


def clean_spans(text: str, ents: Iterable[Span], words: NameWords) -> list[NameCandidate]:
    """Return the cleaned names among *ents* in text order."""
    candidates = []
    for ent in ents:
        if ent.label_ not in TYPES:
            continue
        for left, right in _pieces(text, ent.start_char, ent.end_char, ent.label_):
            start, end = _trim(text, left, right)
            if ent.label_ == "PERSON":
                start, end = _trim(text, *_without_titles(text, start, end, words))
            if any(map(str.isalpha, text[start:end])):
                candidates.append(NameCandidate(start, end, ent.label_, TRUST_IN_SENTENCE, text[start:end]))
    return candidates


def _pieces(text: str, start: int, end: int, label: str) -> Iterator[tuple[int, int]]:
    for match in (LINE_BREAK if label == "WORK_OF_ART" else BREAK).finditer(text, start, end):
        yield start, match.start()
        start = match.end()
    yield start, end


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the bounds without stray punctuation; what was opened inside the name is closed there."""
    if leading := LEADING.match(text, start, end):
        start = leading.end()
    closing = "".join(marks for marks, opened in OPENED.items() if opened.search(text, start, end))
    while start < end and _is_stray(text[start:end]) and text[end - 1] not in closing:
        end -= 1
    return start, end


def _is_stray(surface: str) -> bool:
    """Report whether the last character of *surface* is punctuation that does not belong to a name."""
    last = surface[-1]
    if last == ".":
        return not _is_abbreviation(surface)
    return not surface[-2:-1].isalnum() if last == "+" else last in TRAILING


def _is_abbreviation(surface: str) -> bool:
    """Report whether the full stop at the end of *surface* belongs to its last word: "O.N.U.", "Kft.", "II."."""
    last = surface.rpartition(" ")[2]
    return bool(INITIALS.fullmatch(last)) or last[:-1].lower() in lexicon.load().legal_forms


def _without_titles(text: str, start: int, end: int, words: NameWords) -> tuple[int, int]:
    """Return the bounds of a person's name without titles before it and words in lower case around it."""
    parts = list(WORD.finditer(text, start, end))
    while len(parts) > 1 and _is_title(parts[0][0], words):
        del parts[0]
    while len(parts) > 1 and parts[-1][0].islower():
        del parts[-1]
    return (parts[0].start(), parts[-1].end()) if parts else (start, end)


def _is_title(word: str, words: NameWords) -> bool:
    return (word.islower() and len(word) > MAX_PARTICLE_LETTERS) or word.rstrip(".").lower() in words.titles


def introduced_pairs(text: str, candidates: list[NameCandidate]) -> list[tuple[NameCandidate, NameCandidate]]:
    """Return the pairs (short, long) that *text* introduces, and add to *candidates* the acronyms that were overlooked.

    "Fondul Monetar Internațional (FMI)", "МВФ (Международен валутен фонд)", "Тереза Мей (Theresa May)".
    """
    candidates += list(_overlooked_acronyms(text, candidates))
    candidates.sort()
    pairs = []
    for name, other in pairwise(candidates):
        if not BRACKET.fullmatch(text, name.end, other.start) or not AFTER_BRACKET.match(text, other.end):
            continue
        if _may_be_acronym(other, name):
            pairs.append((other, name))
        elif _may_be_acronym(name, other) and _fits(name.surface, other.surface):
            pairs.append((name, other))
        elif None is not script(name.surface) != script(other.surface) is not None and _is_one(name, other):
            pairs.append((other, name))
    return pairs


def _overlooked_acronyms(text: str, candidates: list[NameCandidate]) -> Iterator[NameCandidate]:
    starts = {candidate.start for candidate in candidates}
    for name in candidates:
        bracket = BRACKET.match(text, name.end)
        acronym = bracket and ACRONYM.match(text, bracket.end())
        if not acronym or acronym.start() in starts or not AFTER_BRACKET.match(text, acronym.end()):
            continue
        found = NameCandidate(acronym.start(), acronym.end(), name.label, TRUST_IN_SENTENCE, acronym[0])
        if _may_be_acronym(found, name) and _fits(found.surface, name.surface):
            yield found


def _may_be_acronym(short: NameCandidate, long: NameCandidate) -> bool:
    return (
        is_acronym(short.surface)
        and " " in long.surface
        and long.label in LABELS_WITH_ACRONYMS
        and (short.label == long.label or _fits(short.surface, long.surface))
    )


def _fits(acronym: str, name: str) -> bool:
    """Report whether the first and the last letter of *acronym* are initials of *name*."""
    initials = "".join(INITIAL.findall(name)).lower()
    return acronym[0].lower() in initials and acronym[-1].lower() in initials


def _is_one(name: NameCandidate, other: NameCandidate) -> bool:
    return (name.label == "PERSON") == (other.label == "PERSON") and " " in name.surface
