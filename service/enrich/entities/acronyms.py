"""Acronyms that the text introduces: "Organization for Security and Co-operation in Europe (OSCE)".

After Schwartz and Hearst (PSB 2003): the letters of the acronym are searched backwards among the initials of the words
before the bracket. If a name ends there, no letter has to fit, because names are translated and their acronyms are not:
"Social Democratic Party (PSD)". An acronym that is written as a word must have the beginnings of all words of the name:
"Congress of South African Trade Unions (Cosatu)".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.enrich.entities.coverage import Coverage
from service.enrich.entities.name_candidates import TRUST_IN_SENTENCE, NameCandidate
from service.enrich.entities.name_forms import APOSTROPHES, QUOTES

if TYPE_CHECKING:
    from service.enrich.entities.lexicon import Lexicon

MARK = f"[{QUOTES}{APOSTROPHES}]?"
BRACKET = re.compile(rf"{MARK}\s\({MARK}(?P<acronym>[A-Z][A-Za-z&-]{{0,8}}[A-Z]|[A-Z][a-z]{{2,8}}){MARK}[),;]")
WORD = re.compile(rf"[\w{APOSTROPHES}&.-]+")
LABELS_WITH_ACRONYMS = frozenset({"ORG", "EVENT", "LAW", "WORK_OF_ART", "FAC", "PRODUCT"})
MIN_LETTERS = 3
"""Capitals of an acronym whose letters are matched; two letters fit too many phrases."""
MAX_LONG_FORM_CODE_POINTS = 150
MAX_SKIPPED_WORDS = 4
"""Lower-case words in a row that give no letter to the acronym."""


def introduce(text: str, candidates: list[NameCandidate], lexicon: Lexicon) -> list[tuple[str, str]]:
    """Return the pairs (long form, acronym) that *text* introduces, and correct both in *candidates* in place."""
    pairs = []
    coverage = Coverage((candidate.start, candidate.end, candidate) for candidate in candidates)
    by_end = {candidate.end: candidate for candidate in candidates}
    replaced: set[NameCandidate] = set()
    for match in BRACKET.finditer(text):
        acronym, end = match["acronym"], match.start()
        before = by_end.get(end)
        start = _long_form_start(text, end, acronym)
        may_have_acronym = before is not None and before.label in LABELS_WITH_ACRONYMS
        if start is None and before and may_have_acronym and " " in before.surface and _fits(acronym, before.surface):
            start = before.start
        if start is None or acronym in lexicon.not_names:
            continue
        start = min(start, before.start) if before else start
        if before and before.start == start and not may_have_acronym:
            continue
        inside = coverage.inside(start, end)
        if inside is None:
            continue
        label = before.label if before and may_have_acronym else "ORG"
        if not before or before.start > start:
            replaced.update(owner for *_, owner in inside)
            candidates.append(NameCandidate(start, end, label, TRUST_IN_SENTENCE, text[start:end]))
        acronym_start, acronym_end = match.span("acronym")
        if coverage.inside(acronym_start, acronym_end) == []:
            candidates.append(NameCandidate(acronym_start, acronym_end, label, TRUST_IN_SENTENCE, acronym))
        pairs.append((text[start:end], acronym))
    candidates[:] = sorted(candidate for candidate in candidates if candidate not in replaced)
    return pairs


def _fits(acronym: str, name: str) -> bool:
    return acronym.isupper() or (acronym.istitle() and _begins_words(acronym.lower(), WORD.findall(name)))


def _begins_words(letters: str, words: list[str]) -> bool:
    """Return whether *letters* are the beginnings of *words*; words in lower case may give none."""
    if not words:
        return not letters
    word, fewest = words[0], int(not words[0].islower())
    return any(
        word.lower().startswith(letters[:number]) and _begins_words(letters[number:], words[1:])
        for number in range(fewest, len(letters) + 1)
    )


def _long_form_start(text: str, end: int, acronym: str) -> int | None:
    """Return where the words before *end* begin whose initials are *acronym*, None if there are no such words."""
    letters = [letter.lower() for letter in acronym if letter.isupper()]
    if len(letters) < MIN_LETTERS:
        return None
    left = max(0, end - MAX_LONG_FORM_CODE_POINTS)
    left = max(left, text.rfind("\n", left, end) + 1)
    skipped = 0
    for word in reversed(list(WORD.finditer(text, left, end))):
        if word[0][0].isupper() and word[0][0].lower() == letters[-1]:
            letters.pop()
            skipped = 0
            if not letters:
                return word.start()
        elif word[0].islower() and skipped < MAX_SKIPPED_WORDS:
            skipped += 1
        else:
            return None
    return None
