"""Decide which place each name stands for: all names of an article at once, each helping the others.

Every candidate of every name gets a score, linear in a few features: how many people live there, what kind of place it
is, and how well it agrees with what the article's other names stand for (same country, same division, near by). What
the others stand for is uncertain too, so the scores are turned into probabilities and taken again, three times. A
container said in the text ("Paris, Texas") outweighs all of it. The weights come from a conditional logistic regression
on articles that label themselves (`scripts/fit_locations.py`); a few are set by hand: those of kinds that such articles
do not label, and the shares, raised for local news, of which there was little. The winner's probability is the
confidence: of the names in articles held back, 98 % are right from 0.9 on, 80 % at 0.8, 70 % at 0.6 to 0.8.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from service.enrich.gazetteer import Role, fold
from service.enrich.locations.names import look_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from service.enrich.gazetteer import Candidate, Gazetteer, Place
    from service.enrich.locations.recognition import Toponym

ROUNDS = 3
NEAR_KM = 150.0
"""Scale of nearness: about the field's tolerance (161 km)."""
WIDE_KM = 500.0
"""The same for the wider region."""
EARTH_KM = 6371.0

WEIGHT_OF = {
    "people": 1.95,  # log10 of the population
    "country": 1.6,
    "admin1": -2.5,
    "district": -2.0,
    "nature": -1.5,
    "facility": -0.7,
    "alternate": -6.0,  # the gazetteer's name for it is another
    "exact": 0.0,  # accents and all
    "fame": 0.8,
    "capital": 0.75,
    "namesake": -2.65,  # a division named like a city in it: the city is meant
    "called_division": 6.2,
    "inside": 10.0,  # what the text says it lies in
    "same_country": -0.6,
    "same_admin1": 0.3,
    "near": 1.7,
    "wide": 0.5,
    "country_share": 4.3,  # of all that the article's other names stand for
    "admin1_share": 1.5,
    "near_share": 2.0,
}
FEATURES = tuple(WEIGHT_OF)
WEIGHTS = np.array(list(WEIGHT_OF.values()))

TOGETHER = 300
"""Names that are weighed together: no article has more, but a gazetteer that somebody sends as one."""
WEIGHED = 1_200
"""Candidates that are weighed together: time and memory grow with their square, 1,200 take 0.1 s."""
GAP = 8
"""Code points between a place and what it lies in: ` in the `."""
_KIND = "province|region|oblast|state|county|prefecture|governorate|district|canton|department|voivodeship"
_CALLED_AFTER = re.compile(rf" (?:{_KIND})\b", re.IGNORECASE)
_CALLED_BEFORE = re.compile(rf"\b(?:{_KIND}) of (?:the )?$", re.IGNORECASE)
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


def resolve(toponyms: Sequence[Toponym], context: Iterable[str], gazetteer: Gazetteer, text: str) -> list[Group]:
    """Return the names of *toponyms* with the place of each; *context* are names outside the text (its dateline)."""
    groups = group(toponyms, gazetteer, text)
    hints = [Group(name, [], look_up(name, "name", gazetteer), weight=2.0) for name in context]
    named = [one for one in groups if one.candidates]
    for start in range(0, len(named), TOGETHER):
        _choose([one for one in [*named[start : start + TOGETHER], *hints] if one.candidates], gazetteer)
    return groups


def _choose(groups: Sequence[Group], gazetteer: Gazetteer) -> None:
    """Choose a place for each of *groups*, all of which have candidates."""
    for one in groups:
        one.candidates = one.candidates[: max(2, WEIGHED // len(groups))]
    table = Table(groups, gazetteer)
    probability = table.probabilities(WEIGHTS)
    for number, one in enumerate(groups):
        rows = np.flatnonzero(table.owner == number)
        best = rows[np.argmax(probability[rows])]
        one.choice = int(best - rows[0])
        one.confidence = float(probability[best])


def group(toponyms: Sequence[Toponym], gazetteer: Gazetteer, text: str) -> list[Group]:
    """Join the mentions of one name; those that lie in different places by the text's own words stay apart."""
    inside = containers(toponyms, gazetteer, text)
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
            called = sum(is_called_division(mention, text) for mention in mentions)
            groups.append(Group(mentions[0].text, mentions, candidates, float(weight), called / len(mentions), rows))
    return groups


def is_called_division(mention: Toponym, text: str) -> bool:
    """Tell whether the text calls it so: `Kharkiv Oblast`, `Idlib province`, `the state of Georgia`."""
    return bool(
        _CALLED_AFTER.search(mention.text)
        or _CALLED_AFTER.match(text, mention.end)
        or _CALLED_BEFORE.search(text[max(0, mention.start - 20) : mention.start])
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


class Table:
    """The candidates of all groups as columns."""

    def __init__(self, groups: Sequence[Group], gazetteer: Gazetteer) -> None:
        pairs = [(number, one) for number, one in enumerate(groups) for _ in one.candidates]
        self.owner = np.array([number for number, _ in pairs])
        candidates = [candidate for one in groups for candidate in one.candidates]
        places = [candidate.place for candidate in candidates]
        self.weight = np.array([one.weight for _, one in pairs])
        codes = {code: number for number, code in enumerate(sorted({place.country or "" for place in places}))}
        country = np.array([codes[place.country or ""] for place in places])
        none = codes.get("", -1)
        admin1 = np.array([place.row if place.kind == "admin1" else place.admin1 for place in places])
        others = self.owner[:, None] != self.owner[None, :]
        self.same_country = (others & (country[:, None] == country) & (country != none)[:, None]).astype(float)
        self.same_admin1 = (others & (admin1[:, None] == admin1) & (admin1 >= 0)[:, None]).astype(float)
        local = np.array(
            [place.kind in {"city", "district", "facility", "admin1"} and place.lat is not None for place in places]
        )
        lat = np.radians([place.lat or 0.0 for place in places])
        lon = np.radians([place.lon or 0.0 for place in places])
        apart = distances(lat, lon)
        both = others & local & local[:, None]
        self.near = np.where(both, np.exp(-apart / NEAR_KM), 0.0)
        self.wide = np.where(both, np.exp(-apart / WIDE_KM), 0.0)
        kinds = [place.kind for place in places]
        inside = [
            not one.inside.isdisjoint(parents(place, gazetteer)) for (_, one), place in zip(pairs, places, strict=True)
        ]
        division = np.array([kind in {"admin1", "district"} for kind in kinds])
        cities = {
            (number, place.admin1)
            for number, place in zip(self.owner.tolist(), places, strict=True)
            if place.kind == "city"
        }
        namesake = [(number, place.row) in cities for number, place in zip(self.owner.tolist(), places, strict=True)]
        called = np.array([one.called_division for _, one in pairs])
        self.fixed = np.column_stack(
            [
                [np.log10(place.population + 100.0) for place in places],
                [kind == "country" for kind in kinds],
                [kind == "admin1" for kind in kinds],
                [kind == "district" for kind in kinds],
                [kind in {"region", "continent", "water", "mountain"} for kind in kinds],
                [kind == "facility" for kind in kinds],
                [candidate.role is Role.ALTERNATE for candidate in candidates],
                [candidate.place.name == one.name for candidate, (_, one) in zip(candidates, pairs, strict=True)],
                [np.log1p(place.fame) for place in places],
                [place.capital for place in places],
                namesake,
                division * called,
                inside,
            ]
        ).astype(float)
        self.groups = len(groups)

    def features(self, probability: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the features of each candidate, given what the other names probably stand for."""
        mass = probability * self.weight
        own = np.bincount(self.owner, mass, self.groups)[self.owner]
        others = np.maximum(mass.sum() - own, 1.0)
        country, admin1, near = self.same_country @ mass, self.same_admin1 @ mass, self.near @ mass
        return np.column_stack(
            [
                self.fixed,
                np.log1p(country),
                np.log1p(admin1),
                np.log1p(near),
                np.log1p(self.wide @ mass),
                country / others,
                admin1 / others,
                near / others,
            ]
        )

    def probabilities(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of each candidate among those of its name."""
        probability = self.softmax(self.fixed @ weights[: self.fixed.shape[1]])
        for _ in range(ROUNDS):
            probability = self.softmax(self.features(probability) @ weights)
        return probability

    def softmax(self, score: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the softmax of *score* within each name."""
        highest = np.full(self.groups, -np.inf)
        np.maximum.at(highest, self.owner, score)
        power: NDArray[np.float64] = np.exp(score - highest[self.owner])
        share: NDArray[np.float64] = power / np.bincount(self.owner, power, self.groups)[self.owner]
        return share


def distances(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the great-circle distances between all points, in km (haversine; angles in radians)."""
    half = np.sin((lat[:, None] - lat) / 2) ** 2
    half = half + np.cos(lat)[:, None] * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    apart: NDArray[np.float64] = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return apart
