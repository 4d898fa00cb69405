"""Decide which place each name stands for: all names of an article at once, each as evidence for the others.

Every candidate of every name gets a score, linear in a few features: how many people live there, what kind of place it
is, and how well it agrees with what the article's other names stand for (same country, same division, near by). What
the others stand for is uncertain too, so the scores are turned into probabilities, and the features are computed again
from these, three times. A container named in the text ("Paris, Texas") outweighs everything else.

The weights are data, `data/places/resolution_weights.yaml`: a conditional logistic regression on articles that label
themselves (`scripts/fit_locations.py`), with a few set by hand. The probability of the winner is its confidence: of the
names in articles held back, 98 % are right from 0.9 on, 80 % at 0.8, and 70 % at 0.6 to 0.8.
"""

from __future__ import annotations

import math
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from service.enrich import data_files
from service.enrich.gazetteer.places import GazetteerMatch, NameRole
from service.enrich.places.place_names import look_up
from service.enrich.places.toponym_groups import ToponymGroup, group_toponyms, parents

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from service.enrich.gazetteer.places import Gazetteer
    from service.enrich.places.toponyms import Toponym

ROUNDS = 3
NEAR_KM = 150.0
"""Distance at which nearness falls to 1/e: about the tolerance by which the field calls a point right (161 km)."""
WIDE_KM = 500.0
"""The same for the wider region."""
EARTH_RADIUS_KM = 6371.0
LOCAL_KINDS = frozenset(["city", "district", "facility", "admin1"])
"""Kinds of places that are small enough to be near others."""
NATURE_KINDS = frozenset(["region", "continent", "water", "mountain"])
CONTEXT_WEIGHT = 2.0
"""Weight of a name outside the text, beside 1 for one mention in it."""

HOME_WEIGHT = 1.0
"""Weight of the article's own country, times the logarithm of the pieces of evidence for it."""

_WEIGHT_OF: dict[str, float] = data_files.read(
    resources.files("service.enrich") / "data" / "places" / "resolution_weights.yaml"
)
FEATURES = tuple(_WEIGHT_OF)
"""Names of the features, in the order of the columns of `CandidateTable.features`."""
WEIGHTS = np.array(list(_WEIGHT_OF.values()))

MAX_NAMES_TOGETHER = 300
"""Names that are weighed together. No article has more, but somebody may send a gazetteer as one."""
MAX_CANDIDATES_TOGETHER = 1_200
"""Candidates that are weighed together: time and memory grow with the square, and 1,200 need 0.1 s."""


def resolve(
    toponyms: Sequence[Toponym], context: Iterable[str], home: Mapping[str, int], gazetteer: Gazetteer, text: str
) -> list[ToponymGroup]:
    """Return the names of *toponyms*, each with its place.

    *context* holds names outside the text, such as those of a dateline field, and *home* how much speaks for each
    country as the article's own; both are evidence only.
    """
    groups = group_toponyms(toponyms, gazetteer, text)
    hints = [ToponymGroup(name, [], look_up(name, "name", gazetteer), weight=CONTEXT_WEIGHT) for name in context]
    for code, pieces in home.items():
        country = GazetteerMatch(gazetteer.countries[code], NameRole.NAME)
        hints.append(ToponymGroup(code, [], [country], weight=HOME_WEIGHT * math.log1p(pieces)))
    known = [group for group in groups if group.candidates]
    for start in range(0, len(known), MAX_NAMES_TOGETHER):
        together = [*known[start : start + MAX_NAMES_TOGETHER], *hints]
        _choose([group for group in together if group.candidates], gazetteer)
    return groups


def _choose(groups: Sequence[ToponymGroup], gazetteer: Gazetteer) -> None:
    """Choose a place for each of *groups*, all of which have candidates."""
    for group in groups:
        group.candidates = group.candidates[: max(2, MAX_CANDIDATES_TOGETHER // len(groups))]
    table = CandidateTable(groups, gazetteer)
    probability = table.probabilities(WEIGHTS)
    for group, first in zip(groups, table.first.tolist(), strict=True):
        group.choice = int(probability[first : first + len(group.candidates)].argmax())
        group.confidence = float(probability[first + group.choice])


class CandidateTable:
    """The candidates of all groups as columns, one row per candidate, those of a group in consecutive rows."""

    def __init__(self, groups: Sequence[ToponymGroup], gazetteer: Gazetteer) -> None:
        rows = [(number, group, match) for number, group in enumerate(groups) for match in group.candidates]
        places = [match.place for *_, match in rows]
        self.groups = len(groups)
        self.owner = np.array([number for number, *_ in rows])
        """Number of the group of each candidate."""
        self.first = np.flatnonzero(np.diff(self.owner, prepend=-1))
        """Row of the first candidate of each group."""
        self.weight = np.array([group.weight for _, group, _ in rows])
        others = self.owner[:, None] != self.owner
        codes = {code: number for number, code in enumerate(sorted({place.country or "" for place in places}))}
        country = np.array([codes[place.country] if place.country else -1 for place in places])
        admin1 = np.array([place.row if place.kind == "admin1" else place.admin1 for place in places])
        self.same_country = (others & (country[:, None] == country) & (country >= 0)).astype(float)
        self.same_admin1 = (others & (admin1[:, None] == admin1) & (admin1 >= 0)).astype(float)
        local = np.array([place.kind in LOCAL_KINDS and place.lat is not None for place in places])
        lat = np.radians([place.lat or 0.0 for place in places])
        lon = np.radians([place.lon or 0.0 for place in places])
        distance = distances_km(lat, lon)
        comparable = others & local & local[:, None]
        self.near = np.where(comparable, np.exp(-distance / NEAR_KM), 0.0)
        self.wide = np.where(comparable, np.exp(-distance / WIDE_KM), 0.0)
        divisions_of_cities = {(number, match.place.admin1) for number, _, match in rows if match.place.kind == "city"}
        self.fixed = np.array(
            [
                (
                    log_population,
                    match.place.kind == "country",
                    match.place.kind == "admin1",
                    match.place.kind == "district",
                    match.place.kind in NATURE_KINDS,
                    match.place.kind == "facility",
                    match.role is NameRole.ALTERNATE,
                    match.place.name == group.name,
                    log_fame,
                    match.place.capital,
                    (number, match.place.row) in divisions_of_cities,
                    group.called_division if match.place.kind in {"admin1", "district"} else 0.0,
                    bool(group.containers) and not group.containers.isdisjoint(parents(match.place, gazetteer)),
                )
                for (number, group, match), log_population, log_fame in zip(
                    rows,
                    np.log10([place.population + 100.0 for place in places]),
                    np.log1p([place.fame for place in places]),
                    strict=True,
                )
            ],
            dtype=float,
        )
        """The features that do not depend on what the other names stand for."""

    def features(self, probability: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the features of each candidate, given the *probability* of every candidate."""
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
        """Return the probability of each candidate among those of its group."""
        probability = self.softmax(self.fixed @ weights[: self.fixed.shape[1]])
        for _ in range(ROUNDS):
            probability = self.softmax(self.features(probability) @ weights)
        return probability

    def softmax(self, score: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the softmax of *score* within each group."""
        highest = np.maximum.reduceat(score, self.first)
        power: NDArray[np.float64] = np.exp(score - highest[self.owner])
        share: NDArray[np.float64] = power / np.bincount(self.owner, power, self.groups)[self.owner]
        return share


def distances_km(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the great-circle distances between all points, by the haversine formula.

    *lat* and *lon* are radians of shape (n,); the result has shape (n, n).
    """
    half = np.sin((lat[:, None] - lat) / 2) ** 2
    cosine = np.cos(lat)
    half = half + cosine[:, None] * cosine * np.sin((lon[:, None] - lon) / 2) ** 2
    distance: NDArray[np.float64] = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return distance
