"""Names that need no context, where the model passed over them or cut them short: countries, peoples, NATO."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.enrich.entities.coverage import Coverage
from service.enrich.entities.name_candidates import HEADLINE, TITLED, Candidate
from service.enrich.entities.name_forms import APOSTROPHES, DASHES, QUOTES, is_acronym
from service.enrich.entities.repeats import whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.enrich.entities.knowledge import Knowledge

NAME = re.compile(rf"[A-Z](?:\.[A-Z])+\.?|(?!The\b)[A-Z]\w*(?:[{APOSTROPHES}-](?!s\b)\w+)*")
LONGEST = 5  # words of a well-known name
BETWEEN = frozenset({" ", ", ", " of ", " of the ", " and ", " for ", " in "})
"""What stands between the words of one name."""
CAPITAL_AFTER = re.compile(r" [A-Z][a-z]")
CAPITAL_BEFORE = re.compile(r"(\w,? )?\b([A-Z][a-z]+) $")
DATELINE = re.compile(
    rf"(?:^|\n)[^\S\n]*(?P<place>[A-Z][A-Z .{APOSTROPHES}-]+[A-Z])(?:, [A-Z][\w.]+(?: [A-Z][\w.]+)?)?"
    r"(?:,? \([A-Z]|,? (?:Jan|Feb|March|April|May|June|July|Aug|Sept|Oct|Nov|Dec)\w*\.? \d|"
    rf"(?P<dash>,? [{DASHES}]{{1,2}} [A-Z{QUOTES}]))"
)
STATE = re.compile(r"(?<=\b[RDI]-)[A-Z][A-Za-z]*\.?(?:[A-Z]\.)?(?: [A-Z][a-z]+)?")


def add_overlooked(text: str, found: list[Candidate], figures: list[tuple[int, int]], knowledge: Knowledge) -> None:
    """Add to *found* what needs no context; a longer name takes the place of the spans inside it."""
    for names in (_datelines, _states, _known):
        _overlay(found, list(names(text, knowledge)), figures)


def _overlay(found: list[Candidate], new: Sequence[Candidate], figures: list[tuple[int, int]]) -> None:
    if not new:
        return
    taken: list[tuple[int, int, Candidate | None]] = [(start, end, None) for start, end in figures]
    coverage = Coverage([*taken, *((one.start, one.end, one) for one in found)])
    gone: set[Candidate] = set()
    for one in new:
        inside = coverage.inside(one.start, one.end)
        owners = [owner for *_, owner in inside or () if owner]
        if inside is None or len(owners) < len(inside):
            continue
        if any(owner.weight >= TITLED or owner.surface == one.surface for owner in owners):
            continue
        gone.update(owners)
        found.append(one)
    found[:] = sorted(one for one in found if one not in gone)


def _known(text: str, knowledge: Knowledge) -> Iterator[Candidate]:
    names = list(NAME.finditer(text))
    position = 0
    for number, match in enumerate(names):
        start = match.start()
        if start < position:
            continue
        for end in _ends(text, names, number):
            surface = text[start:end]
            prior = knowledge.certain(surface)
            if prior and whole(text, start, end):
                if " " in surface or is_acronym(surface) or not _within_name(text, start, end, knowledge):
                    yield Candidate(start, end, prior.label, HEADLINE, surface)
                    position = end
                break


def _ends(text: str, names: list[re.Match[str]], number: int) -> list[int]:
    """Return where a name that begins with the word *number* may end, the longest first."""
    ends = [names[number].end()]
    for match in names[number + 1 : number + LONGEST]:
        if text[ends[-1] : match.start()] not in BETWEEN:
            break
        ends.append(match.end())
    return ends[::-1]


def _within_name(text: str, start: int, end: int, knowledge: Knowledge) -> bool:
    """Tell whether a capitalised word stands beside the name, so that it may be part of a longer one."""
    before = CAPITAL_BEFORE.search(text, max(0, start - 30), start)
    return bool(
        CAPITAL_AFTER.match(text, end) or (before and (before[1] or before[2].lower() in knowledge.lexicon.given))
    )


def _datelines(text: str, knowledge: Knowledge) -> Iterator[Candidate]:
    """Yield the places in capitals that open a report: "DAR ES SALAAM, June 29 (Reuters)".

    Before a date or an agency any name is a place; before a mere dash a known one ("EXCLUSIVE - ..." is none).
    """
    for match in DATELINE.finditer(text):
        start, end = match.span("place")
        if not match["dash"] or knowledge.is_town(match["place"]):
            yield Candidate(start, end, "GPE", TITLED, match["place"])


def _states(text: str, knowledge: Knowledge) -> Iterator[Candidate]:
    """Yield the states and cities of American legislators: "(R-Ariz.)", "D-Missouri City"."""
    for match in STATE.finditer(text):
        surface = match[0]
        if knowledge.is_abbreviation(surface) or any(prior.label == "GPE" for prior in knowledge.priors(surface)):
            yield Candidate(match.start(), match.end(), "GPE", TITLED, surface)
