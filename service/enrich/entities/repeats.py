"""Mentions of a found name that the model passed over, or cut short."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from service.enrich.entities.coverage import Coverage
from service.enrich.entities.name_candidates import HEADLINE, Candidate
from service.enrich.entities.name_forms import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from service.enrich.entities.lexicon import Lexicon
    from service.enrich.entities.name_groups import Group

WORD = re.compile(r"\w+")
MORE_NAME = re.compile(r" (?:of|for|on) |[ -][A-Z]")
SURNAME = 3  # letters; shorter ones (Xi, Hu) are too often something else
CAPITALS = 4  # letters from which a name in capitals is told from an acronym


def add_repeats(text: str, groups: list[Group], figures: list[tuple[int, int]], lexicon: Lexicon) -> None:
    """Give each group the whole-word, case-sensitive occurrences of its names that no span covers yet.

    A found span inside a longer name that is known from elsewhere in the article grows to it. The *figures* (dates,
    sums) keep their place. The text is read once, whatever the number of names.
    """
    owners, lengths = _surfaces(groups, lexicon)
    taken: list[tuple[int, int, tuple[Group, Candidate] | None]] = [(start, end, None) for start, end in figures]
    taken += [(one.start, one.end, (group, one)) for group in groups for one in group.candidates]
    coverage = Coverage(taken)
    gone: set[Candidate] = set()
    position = 0
    for match in WORD.finditer(text):
        start = match.start()
        if match[0] not in lengths or start < position:
            continue
        for length in lengths[match[0]]:
            end = start + length
            group = owners.get(text[start:end])
            if group is None or end > len(text) or not whole(text, start, end):
                continue
            if text[start:end] in lexicon.heads and not _is_short_form(text, start, end):
                continue
            inside = coverage.inside(start, end)
            within = [owner for *_, owner in inside or () if owner]
            if inside is None or len(within) < len(inside):
                continue
            position = end
            if [span[:2] for span in inside] == [(start, end)]:
                break
            gone.update(candidate for _, candidate in within)
            group.candidates.append(Candidate(start, end, group.label, HEADLINE, text[start:end]))
            break
    for group in groups:
        group.candidates = [one for one in group.candidates if one not in gone]


def _surfaces(groups: Iterable[Group], lexicon: Lexicon) -> tuple[dict[str, Group | None], dict[str, list[int]]]:
    """Return the forms to look for with what they name (None for two things), and their lengths by first word.

    The lengths come longest first. However many names begin with "John", few lengths do.
    """
    owners: dict[str, Group | None] = {}
    for group in groups:
        if group.label == "LANGUAGE":
            continue
        for form in _forms(group, lexicon):
            owners[form] = group if owners.get(form, group) is group else None
    lengths: dict[str, set[int]] = defaultdict(set)
    for form in owners:
        if word := WORD.match(form):
            lengths[word[0]].add(len(form))
    return owners, {word: sorted(some, reverse=True) for word, some in lengths.items()}


def _forms(group: Group, lexicon: Lexicon) -> Iterator[str]:
    for surface in dict.fromkeys(one.surface for one in group.candidates if one.weight > HEADLINE):
        if surface == surface.lower():
            continue
        yield surface
        if sum(map(str.isalpha, surface)) >= CAPITALS:
            yield surface.upper()
        if group.label == "ORG" and " " in surface and lexicon.heads.get(surface.split()[-1]) == "ORG":
            yield surface.split()[-1]
        if group.label == "PERSON" and " " in surface and _is_surname(last := surface.split()[-1], lexicon):
            yield last
            if len(last) >= CAPITALS:
                yield last.upper()


def _is_short_form(text: str, start: int, end: int) -> bool:
    """Tell whether the head of a name stands for the whole: "the Alliance", but no "Alliance" of another name."""
    return text.startswith(("the ", "The "), start - 4) and not MORE_NAME.match(text, end)


def _is_surname(word: str, lexicon: Lexicon) -> bool:
    return len(word) >= SURNAME and word[0].isupper() and fold(word).strip(".") not in lexicon.generations


def whole(text: str, start: int, end: int) -> bool:
    """Tell whether `text[start:end]` is no part of a longer word, handle, or address."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if before and (_goes_on(before[-1]) or (before[-1] == "." and before[:-1].isalnum())):
        return False
    return not after or not (_goes_on(after[0]) or (after[0] == "." and after[1:].isalnum() and after[1:].islower()))


def _goes_on(char: str) -> bool:
    """Tell whether a word, a handle or an address goes on with *char*."""
    return char.isalnum() or char in "@#_"
