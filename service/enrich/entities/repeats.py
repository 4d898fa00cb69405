"""Mentions of a found name that the model passed over, or cut short."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from service.enrich.entities.candidates import HEADLINE, Candidate
from service.enrich.entities.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from service.enrich.entities.groups import Group
    from service.enrich.entities.lexicon import Lexicon

WORD = re.compile(r"\w+")
BESIDE = re.compile(r"[\w@#_]")
CAPITALS = 4  # letters from which a name in capitals is told from an acronym


def add_repeats(text: str, groups: Iterable[Group], blocked: list[tuple[int, int]], lexicon: Lexicon) -> None:
    """Give each group the whole-word, case-sensitive occurrences of its names that no span covers yet.

    A found span inside a longer name that is known from elsewhere in the article grows to it.
    The text is read once, whatever the number of names.
    """
    surfaces = _surfaces(groups, lexicon)
    taken = sorted(
        [(start, end, None, None) for start, end in blocked]
        + [(one.start, one.end, group, one) for group in groups for one in group.candidates],
        key=lambda row: row[:2],
    )
    index = 0
    position = 0
    for match in WORD.finditer(text):
        start = match.start()
        if start < position or match[0] not in surfaces:
            continue
        while index < len(taken) and taken[index][1] <= start:
            index += 1
        for surface, group in surfaces[match[0]]:
            end = start + len(surface)
            if not text.startswith(surface, start) or not _whole(text, start, end):
                continue
            inside = []
            probe = index
            while probe < len(taken) and taken[probe][0] < end:
                inside.append(taken[probe])
                probe += 1
            if any(row[0] < start or row[1] > end or row[2] is None for row in inside):
                continue
            if len(inside) == 1 and inside[0][:2] == (start, end):
                position = end
                break
            for _, _, owner, candidate in inside:
                owner.candidates.remove(candidate)
            group.candidates.append(Candidate(start, end, group.label, HEADLINE, surface))
            position = end
            break


def _surfaces(groups: Iterable[Group], lexicon: Lexicon) -> dict[str, list[tuple[str, Group]]]:
    """Return the forms to look for by their first word, longest first."""
    owners: dict[str, Group | None] = {}
    for group in groups:
        for form in _forms(group, lexicon):
            owners[form] = group if owners.get(form, group) is group else None
    by_word: dict[str, list[tuple[str, Group]]] = defaultdict(list)
    for form, owner in owners.items():
        word = WORD.search(form)
        if owner and word and word.start() == 0:
            by_word[word[0]].append((form, owner))
    for rows in by_word.values():
        rows.sort(key=lambda row: (-len(row[0]), row[0]))
    return by_word


def _forms(group: Group, lexicon: Lexicon) -> Iterator[str]:
    trusted = [one.surface for one in group.candidates if one.weight > HEADLINE]
    for surface in dict.fromkeys(trusted):
        if surface == surface.lower():
            continue
        yield surface
        if sum(map(str.isalpha, surface)) >= CAPITALS:
            yield surface.upper()
        if group.label == "PERSON" and " " in surface:
            last = surface.split()[-1]
            if fold(last).strip(".") not in lexicon.generations and len(last) > 2 and last[0].isupper():
                yield last
                if len(last) >= CAPITALS:
                    yield last.upper()


def _whole(text: str, start: int, end: int) -> bool:
    """Tell whether `text[start:end]` is no part of a longer word, handle, or address."""
    if start and (
        BESIDE.match(text[start - 1]) or (text[start - 1] == "." and start > 1 and text[start - 2].isalnum())
    ):
        return False
    after = text[end : end + 2]
    return not after or not (
        BESIDE.match(after[0]) or (after[0] in ".@" and after[1:].isalnum() and after[1:].islower())
    )
