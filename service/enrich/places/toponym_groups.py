"""The names of an article, each with its mentions and what it may stand for, and what the text says of it.

Mentions of one name are one group, but for those that lie in different places by the text's own words ("Paris, Texas").
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from service.enrich.gazetteer.places import Role, fold
from service.enrich.places.place_names import look_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.enrich.gazetteer.places import Candidate, Gazetteer, Place
    from service.enrich.places.mentions import Toponym

GAP = 8
"""Code points between a place and what it lies in: ` in the `."""
_KIND = "province|region|oblast|state|county|prefecture|governorate|district|canton|department|voivodeship"
_CALLED_AFTER = re.compile(rf" (?:{_KIND})\b", re.IGNORECASE)
_CALLED_BEFORE = re.compile(rf"\b(?:{_KIND}) of (?:the )?$", re.IGNORECASE)
_OFFICE = (
    r"(?:Gov\.|[Gg]overnor|(?:Lt\.|[Ll]ieutenant) (?:Gov\.|[Gg]overnor)|[Aa]ttorney [Gg]eneral|[Ss]ecretary of [Ss]tate"
    r"|Sen\.|Rep\.|[Ss]tate (?:Sen\.|Rep\.|[Ss]enator|[Rr]epresentative|[Ll]awmaker|[Ll]egislator))"
)
"""Offices that a state of the USA has and that stand beside its name."""
_OFFICE_AFTER = re.compile(rf"(?:['\u2019]s)? (?:(?:Republican|Democratic) )?{_OFFICE}(?!\w)")
_OFFICE_BEFORE = re.compile(rf"\b{_OFFICE}(?: [A-Z][\w.'\u2019-]*){{0,3}} of (?:the (?:U\.?S\.? )?[Ss]tate of )?$")
_BEFORE = 80
"""Code points before a name in which its office is looked for."""
_GOVERNOR_NEAR = re.compile(r"[^.?!;\n]{0,80}?\b(?:Gov\.|Governor) [A-Z]")
_NATION = re.compile(r"(?:['\u2019]s)? (?i:prime|foreign|defen[cs]e|parliament)")
_INSIDE = re.compile(r"\s*(?:,|\(|in|-|\u2013)\s*\(?(?:the )?")


@dataclass(slots=True)
class Group:
    """One name of the article with its mentions and what it may stand for."""

    name: str
    mentions: list[Toponym]
    candidates: list[Candidate]
    weight: float = 1.0
    called_division: float = 0.0
    """Share of the mentions that are called a province, a county or the like."""
    inside: set[int] = field(default_factory=set)
    """Rows of the places that the text says it lies in."""
    choice: int = -1
    confidence: float = 0.0

    @property
    def place(self) -> Place | None:
        """The place that was chosen."""
        return self.candidates[self.choice].place if self.choice >= 0 else None


def group(toponyms: Sequence[Toponym], gazetteer: Gazetteer, text: str) -> list[Group]:
    """Join the mentions of one name; those that lie in different places by the text's own words stay apart."""
    inside = containers(toponyms, gazetteer, text)
    states = [_is_called_state(toponym, text, gazetteer) for toponym in toponyms]
    for rows, state in zip(inside, states, strict=True):
        if state:
            rows.add(gazetteer.countries["US"].row)
    by_name: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for index, toponym in enumerate(toponyms):
        by_name[fold(toponym.text), toponym.as_ == "demonym"].append(index)
    groups = []
    for (_, demonym), members in by_name.items():
        first = toponyms[members[0]]
        candidates = look_up(first.text, first.as_, gazetteer)
        said = {index: inside[index] for index in members if inside[index]}
        senses: dict[frozenset[int], list[int]] = defaultdict(list)
        for index in members:
            senses[frozenset(said.get(index, ()))].append(index)
        plain = senses.pop(frozenset(), [])
        parts = [(set(rows), indexes) for rows, indexes in senses.items()] or [(set(), [])]
        parts[0][1].extend(plain)
        for rows, indexes in parts:
            mentions = [toponyms[index] for index in sorted(indexes)]
            weight = (0.5 if demonym else 1.0) * (1 + np.log(len(mentions)))
            weight += any(mention.as_ == "dateline" for mention in mentions)
            called = sum(states[index] or _is_called_division(toponyms[index], text, gazetteer) for index in indexes)
            groups.append(Group(mentions[0].text, mentions, candidates, float(weight), called / len(mentions), rows))
    return groups


def _is_called_division(mention: Toponym, text: str, gazetteer: Gazetteer) -> bool:
    """Tell whether the text calls it so: `Kharkiv Oblast`, `Idlib province`, `the state of Georgia`.

    Where a name is that of a country and of a state of the USA, a governor in the same sentence tells for the state.
    """
    if (
        _CALLED_AFTER.search(mention.text)
        or _CALLED_AFTER.match(text, mention.end)
        or _CALLED_BEFORE.search(text[max(0, mention.start - 20) : mention.start])
    ):
        return True
    if not _GOVERNOR_NEAR.match(text, mention.end) or _NATION.match(text, mention.end):
        return False
    found = look_up(mention.text, mention.as_, gazetteer)
    return _has_state(found) and any(one.place.kind == "country" for one in found)


def _is_called_state(mention: Toponym, text: str, gazetteer: Gazetteer) -> bool:
    """Tell whether an office of a state of the USA stands beside it: `Georgia Gov. Kemp`, `governor of Georgia`."""
    office = _OFFICE_AFTER.match(text, mention.end) or _OFFICE_BEFORE.search(
        text[max(0, mention.start - _BEFORE) : mention.start]
    )
    return bool(office) and _has_state(look_up(mention.text, mention.as_, gazetteer))


def _has_state(found: Sequence[Candidate]) -> bool:
    return any(
        one.place.kind == "admin1" and one.place.country == "US" and one.role is not Role.ALTERNATE for one in found
    )


def containers(toponyms: Sequence[Toponym], gazetteer: Gazetteer, text: str) -> list[set[int]]:
    """Return for each toponym the rows that the next one may stand for and that hold one of its candidates."""
    found: list[set[int]] = [set() for _ in toponyms]
    for index in range(len(toponyms) - 2, -1, -1):
        inner, outer = toponyms[index], toponyms[index + 1]
        near = outer.start - inner.end <= GAP and _INSIDE.fullmatch(text, inner.end, outer.start)
        if not near or is_list(inner, outer, gazetteer):
            continue
        rows = {one.place.row for one in look_up(outer.text, outer.as_, gazetteer) if one.place.kind != "city"}
        held = set()
        for candidate in look_up(inner.text, inner.as_, gazetteer):
            held |= rows & set(parents(candidate.place, gazetteer))
        found[index] = held
    return found


def is_list(inner: Toponym, outer: Toponym, gazetteer: Gazetteer) -> bool:
    """Tell whether two names are two of a list of states: `Wyoming, Michigan and Ohio` are not a town in Michigan."""
    first = {one.place.kind for one in gazetteer.candidates(inner.text)}
    second = {(one.place.kind, one.role) for one in gazetteer.candidates(outer.text)}
    return "admin1" in first and ("admin1", Role.NAME) in second


def parents(place: Place, gazetteer: Gazetteer) -> list[int]:
    """Return the rows of what *place* lies in."""
    rows = [row for row in (place.admin1, place.admin2) if row >= 0 and row != place.row]
    if place.country in gazetteer.countries and place.kind != "country":
        rows.append(gazetteer.countries[place.country].row)
    return rows
