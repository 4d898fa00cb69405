"""Add mentions of names already found that the model missed or cut short."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from service.enrich.entities.coverage import Coverage
from service.enrich.entities.name_candidates import TRUST_IN_HEADLINE, NameCandidate
from service.enrich.entities.name_forms import fold_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from service.enrich.entities.lexicon import Lexicon
    from service.enrich.entities.name_groups import NameGroup

WORD = re.compile(r"\w+")
NAME_CONTINUES = re.compile(r" (?:of|for|on) |[ -][A-Z]")
MIN_SURNAME_LETTERS = 3
"""Shorter surnames (Xi, Hu) are too often something else."""
MIN_LETTERS_IN_CAPITALS = 4
"""Letters from which a name in capitals can be distinguished from an acronym."""


def add_repeats(text: str, groups: list[NameGroup], figures: list[tuple[int, int]], lexicon: Lexicon) -> None:
    """Add to each group the whole-word, case-sensitive occurrences of its names that no span covers yet.

    A candidate inside a longer name that is known from elsewhere in the article grows to that name. The *figures*,
    spans of dates and amounts, stay. The text is read once, however many names there are.
    """

    def is_name(start: int, end: int) -> bool:
        return text[start:end] not in lexicon.heads or _is_short_form(text, start, end)

    named = (group for group in groups if group.label != "LANGUAGE")
    owners = owners_of_forms((form, group) for group in named for form in _forms(group, lexicon))
    add_occurrences(text, groups, figures, owners, is_name)


def add_occurrences(
    text: str,
    groups: list[NameGroup],
    figures: list[tuple[int, int]],
    owners: dict[str, NameGroup | None],
    is_name: Callable[[int, int], bool],
) -> None:
    """Add to each group the whole-word occurrences of the forms that *owners* gives it, if *is_name* says so."""
    lengths = _lengths(owners)
    covered: list[tuple[int, int, tuple[NameGroup, NameCandidate] | None]] = [
        (start, end, None) for start, end in figures
    ]
    covered += [(name.start, name.end, (group, name)) for group in groups for name in group.candidates]
    coverage = Coverage(covered)
    replaced: set[NameCandidate] = set()
    position = 0
    for match in WORD.finditer(text):
        start = match.start()
        if match[0] not in lengths or start < position:
            continue
        for length in lengths[match[0]]:
            end = start + length
            group = owners.get(text[start:end])
            if group is None or end > len(text) or not is_whole_word(text, start, end):
                continue
            if not is_name(start, end):
                continue
            inside = coverage.inside(start, end)
            inner = [owner for *_, owner in inside or () if owner]
            if inside is None or len(inner) < len(inside):
                continue
            position = end
            if [span[:2] for span in inside] == [(start, end)]:
                break
            replaced.update(candidate for _, candidate in inner)
            group.candidates.append(NameCandidate(start, end, group.label, TRUST_IN_HEADLINE, text[start:end]))
            break
    for group in groups:
        group.candidates = [candidate for candidate in group.candidates if candidate not in replaced]


def owners_of_forms(forms: Iterable[tuple[str, NameGroup]]) -> dict[str, NameGroup | None]:
    """Return the group of each form to look for, None if two have it."""
    owners: dict[str, NameGroup | None] = {}
    for form, group in forms:
        owners[form] = group if owners.get(form, group) is group else None
    return owners


def _lengths(owners: Iterable[str]) -> dict[str, list[int]]:
    """Return the lengths of the forms by first word, in descending order.

    However many names begin with "John", they have few different lengths.
    """
    lengths: dict[str, set[int]] = defaultdict(set)
    for form in owners:
        if word := WORD.match(form):
            lengths[word[0]].add(len(form))
    return {word: sorted(of_word, reverse=True) for word, of_word in lengths.items()}


def _forms(group: NameGroup, lexicon: Lexicon) -> Iterator[str]:
    """Yield the forms by which the text may name the thing again."""
    trusted = (candidate.surface for candidate in group.candidates if candidate.weight > TRUST_IN_HEADLINE)
    for surface in dict.fromkeys(trusted):
        if surface == surface.lower():
            continue
        yield surface
        if sum(map(str.isalpha, surface)) >= MIN_LETTERS_IN_CAPITALS:
            yield surface.upper()
        if group.label == "ORG" and " " in surface and lexicon.heads.get(surface.split()[-1]) == "ORG":
            yield surface.split()[-1]
        if group.label == "PERSON" and " " in surface and _is_surname(last := surface.split()[-1], lexicon):
            yield last
            if len(last) >= MIN_LETTERS_IN_CAPITALS:
                yield last.upper()


def _is_short_form(text: str, start: int, end: int) -> bool:
    """Report whether the head of a name stands for the whole name: "the Alliance", but not "Alliance for X"."""
    return text.startswith(("the ", "The "), start - 4) and not NAME_CONTINUES.match(text, end)


def _is_surname(word: str, lexicon: Lexicon) -> bool:
    folded = fold_name(word).strip(".")
    return len(word) >= MIN_SURNAME_LETTERS and word[0].isupper() and folded not in lexicon.generations


def is_whole_word(text: str, start: int, end: int) -> bool:
    """Report whether `text[start:end]` is not part of a longer word, handle or address."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if before and (_is_word_character(before[-1]) or (before[-1] == "." and before[:-1].isalnum())):
        return False
    in_address = after[:1] == "." and after[1:].isalnum() and after[1:].islower()
    return not after or not (_is_word_character(after[0]) or in_address)


def _is_word_character(char: str) -> bool:
    """Report whether *char* continues a word, a handle or an address."""
    return char.isalnum() or char in "@#_"
