"""Acronyms that the text introduces: "Organization for Security and Co-operation in Europe (OSCE)".

After Schwartz and Hearst (PSB 2003): the letters are looked for backwards among the initials of the words before the
bracket. Where a name ends there, no letter has to fit, since names are translated and their acronyms are not:
"Social Democratic Party (PSD)".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.enrich.entities.candidates import SENTENCE, Candidate
from service.enrich.entities.names import APOSTROPHES, QUOTES

if TYPE_CHECKING:
    from service.enrich.entities.lexicon import Lexicon

MARK = f"[{QUOTES}{APOSTROPHES}]?"
BRACKET = re.compile(rf"{MARK}\s\({MARK}(?P<acronym>[A-Z][A-Za-z&-]{{0,8}}[A-Z]){MARK}[),;]")
WORD = re.compile(rf"[\w{APOSTROPHES}&.-]+")
NAMED = frozenset({"ORG", "EVENT", "LAW", "WORK_OF_ART", "FAC", "PRODUCT"})
LETTERS = 3  # two letters fit too much
SMALL_WORDS = 4  # between the words that give a letter each


def introduce(text: str, found: list[Candidate], lexicon: Lexicon) -> list[tuple[str, str]]:
    """Return the pairs (long form, acronym) that *text* introduces, and put both right in *found*."""
    pairs = []
    ends = {candidate.end: candidate for candidate in found}
    changed = {candidate.start: candidate for candidate in found}
    for match in BRACKET.finditer(text):
        acronym = match["acronym"]
        end = match.start()
        before = ends.get(end)
        start = _long_form(text, end, acronym)
        if start is None and before and before.label in NAMED and " " in before.surface and acronym.isupper():
            start = before.start
        if start is None or acronym in lexicon.not_names:
            continue
        start = min(start, before.start) if before else start
        if before is None or before.start > start:
            inside = [one for one in changed.values() if start <= one.start and one.end <= end]
            if any(one.start < end and one.end > start for one in changed.values() if one not in inside):
                continue
            for one in inside:
                del changed[one.start]
            label = before.label if before and before.label in NAMED else "ORG"
            changed[start] = Candidate(start, end, label, SENTENCE, text[start:end])
        elif before.label not in NAMED:
            continue
        left = match.start("acronym")
        if not any(one.start <= left < one.end for one in changed.values()):
            changed[left] = Candidate(left, left + len(acronym), changed[start].label, SENTENCE, acronym)
        pairs.append((text[start:end], acronym))
    found[:] = sorted(changed.values())
    return pairs


def _long_form(text: str, end: int, acronym: str) -> int | None:
    """Return where the words begin whose initials are *acronym*, None where they are not."""
    letters = [letter.lower() for letter in acronym if letter.isupper()]
    if len(letters) < LETTERS:
        return None
    left = max(0, end - 150, text.rfind("\n", 0, end) + 1)
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
