"""Add names that are certain without context and that the model missed or cut short: countries, peoples, NATO.

The place stage has a similar step (`places.overlooked_places`) with another purpose. This one adds names of any type
that need no context, so that they become entities. That one adds mentions of places to be resolved, and accepts the
words around a name as evidence.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.enrich.entities.coverage import Coverage
from service.enrich.entities.name_candidates import TRUST_AFTER_TITLE, TRUST_IN_HEADLINE, NameCandidate
from service.enrich.entities.name_forms import APOSTROPHES, DASHES, QUOTES, is_acronym
from service.enrich.entities.repeats import is_whole_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.enrich.entities.knowledge import Knowledge

NAME_WORD = re.compile(rf"[A-Z](?:\.[A-Z])+\.?|(?!The\b)[A-Z]\w*(?:[{APOSTROPHES}-](?!s\b)\w+)*")
MAX_NAME_WORDS = 5
"""Capitalised words of the longest well-known name."""
BETWEEN_WORDS = frozenset({" ", ", ", " of ", " of the ", " and ", " for ", " in "})
"""What may stand between the capitalised words of one name."""
CAPITALISED_AFTER = re.compile(r" [A-Z][a-z]")
CAPITALISED_BEFORE = re.compile(r"(\w,? )?\b([A-Z][a-z]+) $")
DATELINE_CITY = re.compile(
    rf"(?:^|\n)[^\S\n]*(?P<place>[A-Z][A-Z .{APOSTROPHES}-]+[A-Z])(?:, [A-Z][\w.]+(?: [A-Z][\w.]+)?)?"
    r"(?:,? \([A-Z]|,? (?:Jan|Feb|March|April|May|June|July|Aug|Sept|Oct|Nov|Dec)\w*\.? \d|"
    rf"(?P<dash>,? [{DASHES}]{{1,2}} [A-Z{QUOTES}]))"
)
"""The city in capitals at the start of any line. `places.cues` reads the whole dateline at the start of the body."""
PARTY_STATE = re.compile(r"(?<=\b[RDI]-)[A-Z][A-Za-z]*\.?(?:[A-Z]\.)?(?: [A-Z][a-z]+)?")


def add_overlooked(
    text: str, candidates: list[NameCandidate], figures: list[tuple[int, int]], knowledge: Knowledge
) -> None:
    """Add the overlooked names to *candidates* in place; a longer name replaces the candidates inside it.

    *figures* are the spans of dates and amounts, which no name may touch.
    """
    for find_names in (_dateline_cities, _party_states, _certain_names):
        _overlay(candidates, list(find_names(text, knowledge)), figures)


def _overlay(
    candidates: list[NameCandidate], additions: Sequence[NameCandidate], figures: list[tuple[int, int]]
) -> None:
    if not additions:
        return
    covered: list[tuple[int, int, NameCandidate | None]] = [(start, end, None) for start, end in figures]
    coverage = Coverage([*covered, *((candidate.start, candidate.end, candidate) for candidate in candidates)])
    replaced: set[NameCandidate] = set()
    for addition in additions:
        inside = coverage.inside(addition.start, addition.end)
        inner = [candidate for *_, candidate in inside or () if candidate]
        if inside is None or len(inner) < len(inside):
            continue
        if any(candidate.weight >= TRUST_AFTER_TITLE or candidate.surface == addition.surface for candidate in inner):
            continue
        replaced.update(inner)
        candidates.append(addition)
    candidates[:] = sorted(candidate for candidate in candidates if candidate not in replaced)


def _certain_names(text: str, knowledge: Knowledge) -> Iterator[NameCandidate]:
    """Yield the names whose label needs no context, the longest at each position."""
    words = list(NAME_WORD.finditer(text))
    position = 0
    for index, word in enumerate(words):
        start = word.start()
        if start < position:
            continue
        for end in _ends(text, words, index):
            surface = text[start:end]
            prior = knowledge.certain(surface)
            if prior and is_whole_word(text, start, end):
                if " " in surface or is_acronym(surface) or not _may_be_longer(text, start, end, knowledge):
                    yield NameCandidate(start, end, prior.label, TRUST_IN_HEADLINE, surface)
                    position = end
                break


def _ends(text: str, words: list[re.Match[str]], index: int) -> list[int]:
    """Return where a name that begins with word *index* may end, the longest first."""
    ends = [words[index].end()]
    for word in words[index + 1 : index + MAX_NAME_WORDS]:
        if text[ends[-1] : word.start()] not in BETWEEN_WORDS:
            break
        ends.append(word.end())
    return ends[::-1]


def _may_be_longer(text: str, start: int, end: int, knowledge: Knowledge) -> bool:
    """Report whether a capitalised word stands beside the name, so that it may be part of a longer one."""
    before = CAPITALISED_BEFORE.search(text, max(0, start - 30), start)
    given = knowledge.lexicon.given
    return bool(CAPITALISED_AFTER.match(text, end) or (before and (before[1] or before[2].lower() in given)))


def _dateline_cities(text: str, knowledge: Knowledge) -> Iterator[NameCandidate]:
    """Yield the places in capitals that open a report: "DAR ES SALAAM, June 29 (Reuters)".

    Before a date or an agency any name is a place. Before a mere dash it has to be known, because "EXCLUSIVE - ..." is
    not a place.
    """
    for match in DATELINE_CITY.finditer(text):
        start, end = match.span("place")
        if not match["dash"] or knowledge.is_town(match["place"]):
            yield NameCandidate(start, end, "GPE", TRUST_AFTER_TITLE, match["place"])


def _party_states(text: str, knowledge: Knowledge) -> Iterator[NameCandidate]:
    """Yield the states and cities of American legislators: "(R-Ariz.)", "D-Missouri City"."""
    for match in PARTY_STATE.finditer(text):
        surface = match[0]
        if knowledge.is_abbreviation(surface) or any(prior.label == "GPE" for prior in knowledge.priors(surface)):
            yield NameCandidate(match.start(), match.end(), "GPE", TRUST_AFTER_TITLE, surface)
