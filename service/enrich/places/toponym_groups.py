"""The place names of an article, each with its mentions, its candidates and what the text says about it.

Mentions of one name form one group, except those that the text itself puts in different places ("Paris, Texas").
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from service.enrich.gazetteer.folding import fold_place_name
from service.enrich.gazetteer.places import NameRole
from service.enrich.places import language_cues
from service.enrich.places.cues import alternatives, capitalisable
from service.enrich.places.place_names import look_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.enrich.gazetteer.places import Gazetteer, GazetteerMatch, Place
    from service.enrich.places.toponyms import Toponym

MAX_CONTAINER_GAP = 8
"""Code points between a place and what it lies in: ` in the `."""
DEMONYM_WEIGHT = 0.5
"""Weight of a people's name among the article's names, beside 1 for a place."""
_DIVISION_AFTER = re.compile(rf" (?:{alternatives('called_division')})\b", re.IGNORECASE)
_DIVISION_BEFORE = re.compile(rf"\b(?:{alternatives('called_division')}) of (?:the )?$", re.IGNORECASE)
_DIVISION_BEFORE_CODE_POINTS = 20
_OFFICE = f"(?:{capitalisable('state_offices')})"
_OFFICE_AFTER = re.compile(rf"(?:['\u2019]s)? (?:(?:{alternatives('state_parties')}) )?{_OFFICE}(?!\w)")
_OFFICE_BEFORE = re.compile(rf"\b{_OFFICE}(?: [A-Z][\w.'\u2019-]*){{0,3}} of (?:the (?:U\.?S\.? )?[Ss]tate of )?$")
_OFFICE_BEFORE_CODE_POINTS = 80
"""Length of the text before a name that is searched for an office."""
_GOVERNOR_NEAR = re.compile(r"[^.?!;\n]{0,80}?\b(?:Gov\.|Governor) [A-Z]")
_NATIONAL = re.compile(rf"(?:['\u2019]s)? (?i:{alternatives('national')})")
_INSIDE = re.compile(r"\s*(?:,|\(|in|-|\u2013)\s*\(?(?:the )?")


@dataclass(slots=True)
class ToponymGroup:
    """One name of the article with its mentions, its candidates and, after resolution, the choice among them."""

    name: str
    mentions: list[Toponym]
    candidates: list[GazetteerMatch]
    weight: float = 1.0
    """How much the name counts as evidence for the places of other names."""
    called_division: float = 0.0
    """Share of the mentions that the text calls a province, a county or the like."""
    containers: set[int] = field(default_factory=set)
    """Rows of the places that the text says it lies in."""
    choice: int = -1
    """Index of the chosen candidate, -1 for none."""
    confidence: float = 0.0

    @property
    def place(self) -> Place | None:
        """The chosen place."""
        return self.candidates[self.choice].place if self.choice >= 0 else None


def group_toponyms(toponyms: Sequence[Toponym], gazetteer: Gazetteer, text: str) -> list[ToponymGroup]:
    """Group the mentions by folded name, and by place if the text itself puts some of them in different places."""
    containers = containers_of(toponyms, gazetteer, text)
    called_state = [_is_called_state(toponym, text, gazetteer) for toponym in toponyms]
    for rows, state in zip(containers, called_state, strict=True):
        if state:
            rows.add(gazetteer.countries["US"].row)
    by_name: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for index, toponym in enumerate(toponyms):
        by_name[fold_place_name(toponym.text), toponym.as_ == "demonym"].append(index)
    groups = []
    for (_, demonym), members in by_name.items():
        first = toponyms[members[0]]
        candidates = look_up(first.text, first.as_, gazetteer)
        for rows, indexes in _senses(members, containers):
            mentions = [toponyms[index] for index in sorted(indexes)]
            weight = (DEMONYM_WEIGHT if demonym else 1.0) * (1 + np.log(len(mentions)))
            weight += any(mention.as_ == "dateline" for mention in mentions)
            called = sum(called_state[i] or _is_called_division(toponyms[i], text, gazetteer) for i in indexes)
            groups.append(
                ToponymGroup(mentions[0].text, mentions, candidates, float(weight), called / len(mentions), rows)
            )
    return groups


def _senses(members: Sequence[int], containers: Sequence[set[int]]) -> list[tuple[set[int], list[int]]]:
    """Split the mentions of one name by what the text puts them in; the first sense also gets the other mentions."""
    by_containers: dict[frozenset[int], list[int]] = defaultdict(list)
    for index in members:
        by_containers[frozenset(containers[index])].append(index)
    plain = by_containers.pop(frozenset(), [])
    senses = [(set(rows), indexes) for rows, indexes in by_containers.items()] or [(set(), [])]
    senses[0][1].extend(plain)
    return senses


def _is_called_division(mention: Toponym, text: str, gazetteer: Gazetteer) -> bool:
    """Report whether the text calls it a division: `Kharkiv Oblast`, `Idlib province`, `the state of Georgia`.

    For a name of both a country and a state of the United States, a governor in the same sentence means the state.
    """
    if gazetteer.language != "en":
        return language_cues.is_called_division(mention, text, language_cues.of(gazetteer.language))
    if (
        _DIVISION_AFTER.search(mention.text)
        or _DIVISION_AFTER.match(text, mention.end)
        or _DIVISION_BEFORE.search(text[max(0, mention.start - _DIVISION_BEFORE_CODE_POINTS) : mention.start])
    ):
        return True
    if not _GOVERNOR_NEAR.match(text, mention.end) or _NATIONAL.match(text, mention.end):
        return False
    candidates = look_up(mention.text, mention.as_, gazetteer)
    return _has_state(candidates) and any(match.place.kind == "country" for match in candidates)


def _is_called_state(mention: Toponym, text: str, gazetteer: Gazetteer) -> bool:
    """Report whether an office of a state of the United States stands beside it: `Georgia Gov. Kemp`."""
    office = _OFFICE_AFTER.match(text, mention.end) or _OFFICE_BEFORE.search(
        text[max(0, mention.start - _OFFICE_BEFORE_CODE_POINTS) : mention.start]
    )
    return bool(office) and _has_state(look_up(mention.text, mention.as_, gazetteer))


def _has_state(candidates: Sequence[GazetteerMatch]) -> bool:
    return any(
        match.place.kind == "admin1" and match.place.country == "US" and match.role is not NameRole.ALTERNATE
        for match in candidates
    )


def containers_of(toponyms: Sequence[Toponym], gazetteer: Gazetteer, text: str) -> list[set[int]]:
    """Return for each toponym the rows that the next one may stand for and that contain one of its candidates."""
    containers: list[set[int]] = [set() for _ in toponyms]
    for index in range(len(toponyms) - 2, -1, -1):
        inner, outer = toponyms[index], toponyms[index + 1]
        near = outer.start - inner.end <= MAX_CONTAINER_GAP and _INSIDE.fullmatch(text, inner.end, outer.start)
        if not near or is_list_of_states(inner, outer, gazetteer):
            continue
        outer_candidates = look_up(outer.text, outer.as_, gazetteer)
        outer_rows = {match.place.row for match in outer_candidates if match.place.kind != "city"}
        for match in look_up(inner.text, inner.as_, gazetteer):
            containers[index] |= outer_rows & set(parents(match.place, gazetteer))
    return containers


def is_list_of_states(inner: Toponym, outer: Toponym, gazetteer: Gazetteer) -> bool:
    """Report whether both names are of states: `Wyoming, Michigan and Ohio` does not name a town in Michigan."""
    inner_kinds = {match.place.kind for match in gazetteer.candidates(inner.text)}
    outer_kinds = {(match.place.kind, match.role) for match in gazetteer.candidates(outer.text)}
    return "admin1" in inner_kinds and ("admin1", NameRole.NAME) in outer_kinds


def parents(place: Place, gazetteer: Gazetteer) -> list[int]:
    """Return the rows of the divisions and the country that *place* lies in."""
    rows = [row for row in (place.admin1, place.admin2) if row >= 0 and row != place.row]
    if place.country in gazetteer.countries and place.kind != "country":
        rows.append(gazetteer.countries[place.country].row)
    return rows
