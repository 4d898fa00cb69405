"""Acronyms that the text introduces: "Organization for Security and Co-operation in Europe (OSCE)".

After Schwartz and Hearst (PSB 2003): the letters are looked for backwards among the initials of the words before the
bracket. Where a name ends there, no letter has to fit, since names are translated and their acronyms are not:
"Social Democratic Party (PSD)".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.enrich.entities.coverage import Coverage
from service.enrich.entities.name_candidates import SENTENCE, Candidate
from service.enrich.entities.name_forms import APOSTROPHES, QUOTES

if TYPE_CHECKING:
    from service.enrich.entities.lexicon import Lexicon

MARK = f"[{QUOTES}{APOSTROPHES}]?"
BRACKET = re.compile(rf"{MARK}\s\({MARK}(?P<acronym>[A-Z][A-Za-z&-]{{0,8}}[A-Z]){MARK}[),;]")
WORD = re.compile(rf"[\w{APOSTROPHES}&.-]+")
NAMED = frozenset({"ORG", "EVENT", "LAW", "WORK_OF_ART", "FAC", "PRODUCT"})
LETTERS = 3  # two letters fit too much
REACH = 150  # code points before the bracket
SMALL_WORDS = 4  # between the words that give a letter each


def introduce(text: str, found: list[Candidate], lexicon: Lexicon) -> list[tuple[str, str]]:
    """Return the pairs (long form, acronym) that *text* introduces, and put both right in *found*."""
    pairs = []
    coverage = Coverage((one.start, one.end, one) for one in found)
    ends = {one.end: one for one in found}
    gone: set[Candidate] = set()
    for match in BRACKET.finditer(text):
        acronym, end = match["acronym"], match.start()
        before = ends.get(end)
        start = _long_form(text, end, acronym)
        if start is None and before and before.label in NAMED and " " in before.surface and acronym.isupper():
            start = before.start
        if start is None or acronym in lexicon.not_names:
            continue
        start = min(start, before.start) if before else start
        if before and before.start == start and before.label not in NAMED:
            continue
        inside = coverage.inside(start, end)
        if inside is None:
            continue
        label = before.label if before and before.label in NAMED else "ORG"
        if not before or before.start > start:
            gone.update(owner for *_, owner in inside)
            found.append(Candidate(start, end, label, SENTENCE, text[start:end]))
        left, right = match.span("acronym")
        if coverage.inside(left, right) == []:
            found.append(Candidate(left, right, label, SENTENCE, acronym))
        pairs.append((text[start:end], acronym))
    found[:] = sorted(one for one in found if one not in gone)
    return pairs


def _long_form(text: str, end: int, acronym: str) -> int | None:
    """Return where the words begin whose initials are *acronym*, None where they are not."""
    letters = [letter.lower() for letter in acronym if letter.isupper()]
    if len(letters) < LETTERS:
        return None
    left = max(0, end - REACH)
    left = max(left, text.rfind("\n", left, end) + 1)
    skipped = 0
    for word in reversed(list(WORD.finditer(text, left, end))):
        if word[0][0].isupper() and word[0][0].lower() == letters[-1]:
            letters.pop()
            skipped = 0
            if not letters:
                return word.start()
        elif word[0].islower() and skipped < SMALL_WORDS:
            skipped += 1
        else:
            return None
    return None
