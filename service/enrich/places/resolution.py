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

from typing import TYPE_CHECKING

import numpy as np

from service.enrich.gazetteer.places import Role
from service.enrich.places.place_names import look_up
from service.enrich.places.toponym_groups import Group, group, parents

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from service.enrich.gazetteer.places import Gazetteer
    from service.enrich.places.mentions import Toponym

ROUNDS = 3
NEAR_KM = 150.0
"""Scale of nearness: about the field's tolerance (161 km)."""
WIDE_KM = 500.0
"""The same for the wider region."""
EARTH_KM = 6371.0
LOCAL = frozenset(["city", "district", "facility", "admin1"])
"""Kinds of places that are small enough to be near others."""
NATURE = frozenset(["region", "continent", "water", "mountain"])

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
    for one, first in zip(groups, table.first.tolist(), strict=True):
        one.choice = int(probability[first : first + len(one.candidates)].argmax())
        one.confidence = float(probability[first + one.choice])


class Table:
    """The candidates of all groups as columns."""

    def __init__(self, groups: Sequence[Group], gazetteer: Gazetteer) -> None:
        rows = [(number, one, found) for number, one in enumerate(groups) for found in one.candidates]
        places = [found.place for *_, found in rows]
        self.owner = np.array([number for number, *_ in rows])
        self.first = np.flatnonzero(np.diff(self.owner, prepend=-1))
        """Row of the first candidate of each name."""
        self.weight = np.array([one.weight for _, one, _ in rows])
        others = self.owner[:, None] != self.owner
        codes = {code: number for number, code in enumerate(sorted({place.country or "" for place in places}))}
        country = np.array([codes[place.country] if place.country else -1 for place in places])
        admin1 = np.array([place.row if place.kind == "admin1" else place.admin1 for place in places])
        self.same_country = (others & (country[:, None] == country) & (country >= 0)).astype(float)
        self.same_admin1 = (others & (admin1[:, None] == admin1) & (admin1 >= 0)).astype(float)
        local = np.array([place.kind in LOCAL and place.lat is not None for place in places])
        lat = np.radians([place.lat or 0.0 for place in places])
        lon = np.radians([place.lon or 0.0 for place in places])
        apart = distances(lat, lon)
        both = others & local & local[:, None]
        self.near = np.where(both, np.exp(-apart / NEAR_KM), 0.0)
        self.wide = np.where(both, np.exp(-apart / WIDE_KM), 0.0)
        cities = {(number, found.place.admin1) for number, _, found in rows if found.place.kind == "city"}
        self.fixed = np.array(
            [
                (
                    people,
                    found.place.kind == "country",
                    found.place.kind == "admin1",
                    found.place.kind == "district",
                    found.place.kind in NATURE,
                    found.place.kind == "facility",
                    found.role is Role.ALTERNATE,
                    found.place.name == one.name,
                    fame,
                    found.place.capital,
                    (number, found.place.row) in cities,
                    one.called_division if found.place.kind in {"admin1", "district"} else 0.0,
                    bool(one.inside) and not one.inside.isdisjoint(parents(found.place, gazetteer)),
                )
                for (number, one, found), people, fame in zip(
                    rows,
                    np.log10([place.population + 100.0 for place in places]),
                    np.log1p([place.fame for place in places]),
                    strict=True,
                )
            ],
            dtype=float,
        )
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
        highest = np.maximum.reduceat(score, self.first)
        power: NDArray[np.float64] = np.exp(score - highest[self.owner])
        share: NDArray[np.float64] = power / np.bincount(self.owner, power, self.groups)[self.owner]
        return share


def distances(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the great-circle distances between all points, in km (haversine; angles in radians)."""
    half = np.sin((lat[:, None] - lat) / 2) ** 2
    cosine = np.cos(lat)
    half = half + cosine[:, None] * cosine * np.sin((lon[:, None] - lon) / 2) ** 2
    apart: NDArray[np.float64] = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return apart
