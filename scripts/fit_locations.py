"""Fit the weights by which places are resolved, on articles that nobody labelled.

    python scripts/fit_locations.py ARTICLES.jsonl … [--rounds 3] [--share 0.6]

ARTICLES are raw articles, as many as there are. An article labels itself if it contains `Paris, Texas`: the container
says which Paris is meant. It is cut out of the text, and the weights are fitted so that the rest of the article gives
the same answer. This teaches small towns. That a famous city is meant when nothing else is said is learned from
names shared by a city of a million and cities at most a tenth of its size, and from countries, states and Washington.

Prints the weights in the form of `service/enrich/data/places/resolution_weights.yaml`, which they are for, and, for the
articles that were held back, the accuracy and the calibration of the confidence.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from service.contract.raw_article import RawArticle
from service.enrich import entities
from service.enrich.gazetteer.places import Gazetteer, NameRole
from service.enrich.model import loading, tokenizing
from service.enrich.places.recognition import recognise
from service.enrich.places.resolution import FEATURES, WEIGHTS, CandidateTable
from service.enrich.places.toponym_groups import ToponymGroup, group_toponyms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

WORD = r"[A-Z][\w'\u2019-]+"
CONTAINED = re.compile(
    rf"(?<![\w.])((?:(?:St\.|Mt\.|Ft\.|Fort|San|New|El|La|Los|Las) )?{WORD}(?: {WORD}){{0,2}}), "
    rf"((?:[A-Z]\.\s?){{2,3}}|[A-Z][a-z]+\.|[A-Z]{{2}}\b|{WORD}(?: {WORD}){{0,2}})"
)
SET_BY_HAND = ("district", "nature", "facility", "namesake", "contained")
"""Features whose weights are not fitted, because the labels say nothing about them."""
FAME_LABEL_WEIGHT = 2.0
"""Weight of a label from fame; one from a container weighs 1."""
FAMOUS_CITY_POPULATION = 1_000_000
L2_STRENGTH = 1e-3
"""Strength of the pull towards the weights in force."""
AMBIGUOUS_NAMES = {"georgia", "new york", "washington", "congo", "luxembourg", "victoria"}
"""Names of a country or a state that often stand for something else."""


class Label(NamedTuple):
    """The right candidate of one group in an article, said by a container or known from fame."""

    group: int
    candidate: int
    said: bool


class Example(NamedTuple):
    """One article's candidates with the labels of its groups."""

    table: CandidateTable
    labels: list[Label]


def cut_containers(text: str, gazetteer: Gazetteer) -> tuple[str, dict[int, int]]:
    """Return *text* without the containers in it, and the GeoNames id of each contained city by its offset there."""
    ids, pieces, position = {}, [], 0
    for match in CONTAINED.finditer(text):
        outer = [
            candidate.place
            for candidate in gazetteer.candidates(match[2].strip())
            if candidate.role is not NameRole.DEMONYM
        ]
        rows = {place.row for place in outer if place.kind == "admin1"}
        codes = {place.country for place in outer if place.kind == "country"}
        words = match[1].split()
        for first in range(len(words)):
            name = " ".join(words[first:])
            contained = [
                candidate.place
                for candidate in gazetteer.candidates(name)
                if candidate.role is NameRole.NAME
                and candidate.place.kind == "city"
                and (candidate.place.admin1 in rows or candidate.place.country in codes)
            ]
            if contained and (len(contained) == 1 or contained[0].population > 5 * contained[1].population):
                end = match.start() + len(match[1])
                pieces.append(text[position:end])
                ids[sum(map(len, pieces)) - len(name)] = contained[0].geonames_id or 0
                position = match.end()
                break
    return "".join([*pieces, text[position:]]), ids


def famous(group: ToponymGroup, names: set[str]) -> int | None:
    """Return the GeoNames id of what the name stands for when nothing else is said, if there is such a place."""
    places = [candidate.place for candidate in group.candidates if candidate.role is NameRole.NAME]
    if group.name.casefold() == "washington" and not names & {"seattle", "spokane", "tacoma", "oregon", "portland"}:
        return next((place.geonames_id for place in places if place.capital), None)
    if group.name.casefold() in AMBIGUOUS_NAMES:
        return None
    for place in places:
        if place.kind == "country" or (place.kind == "admin1" and place.country in {"US", "CA", "AU"}):
            return place.geonames_id
    cities = [place for place in places if place.kind == "city"]
    if len(cities) > 1 and cities[0].population > max(FAMOUS_CITY_POPULATION, 10 * cities[1].population):
        return cities[0].geonames_id
    return None


def examples(paths: list[Path], gazetteer: Gazetteer) -> Iterator[Example]:
    """Yield one example per article that labels itself."""
    nlp, finder = loading.load(), entities.EntityFinder(gazetteer)
    for path in paths:
        for line in path.open(encoding="utf-8"):
            row = json.loads(line)
            raw = RawArticle(headline=row.get("headline", ""), body=row["body"])
            text, ids_by_offset = cut_containers(raw.text, gazetteer)
            if not ids_by_offset:
                continue
            article = RawArticle(id="", body=text)
            doc = tokenizing.annotate(nlp, article.text)
            finder.find(doc)
            toponyms = recognise(doc, article, gazetteer)
            groups = [group for group in group_toponyms(toponyms, gazetteer, text) if group.candidates]
            names = {group.name.casefold() for group in groups}
            labels = []
            for number, group in enumerate(groups):
                offsets = (mention.start for mention in group.mentions)
                said = next((ids_by_offset[offset] for offset in offsets if offset in ids_by_offset), None)
                right = said if said is not None else famous(group, names)
                ids = [candidate.place.geonames_id for candidate in group.candidates]
                ambiguous = len(ids) > 1 and right in ids
                if ambiguous and not group.containers and group.mentions[0].as_ != "demonym":
                    labels.append(Label(number, ids.index(right), said is not None))
            if labels:
                yield Example(CandidateTable(groups, gazetteer), labels)


def fit(weights: NDArray[np.float64], data: list[Example], rounds: int) -> NDArray[np.float64]:
    """Return the most likely weights: conditional logistic regression by Adam, with new features in each round."""
    start = weights.copy()
    free = np.array([name not in SET_BY_HAND for name in FEATURES])
    for _ in range(rounds):
        blocks: list[NDArray[np.float64]] = []
        share: list[float] = []
        owner, gold = [], []
        for example in data:
            features = example.table.features(example.table.probabilities(weights))
            for number, index, said in example.labels:
                rows = features[example.table.owner == number]
                gold.append(sum(map(len, blocks)) + index)
                owner += [len(share)] * len(rows)
                share.append(1.0 if said else FAME_LABEL_WEIGHT)
                blocks.append(rows)
        table, owners, weight = np.vstack(blocks), np.array(owner), np.array(share)
        mean, square = np.zeros_like(weights), np.zeros_like(weights)
        for step in range(1, 201):
            score = table @ weights
            power = np.exp(score - np.array([score.max()]))
            probability = power / np.bincount(owners, power)[owners]
            slope = (table.T @ (probability * weight[owners]) - table[gold].T @ weight) / weight.sum()
            slope = free * (slope + L2_STRENGTH * (weights - start))
            mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
            weights = weights - 0.05 * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    return weights


def report(weights: NDArray[np.float64], data: list[Example]) -> None:
    """Print the accuracy by kind of label and by tenths of confidence."""
    right: Counter[tuple[bool, bool]] = Counter()
    tenths: Counter[tuple[int, bool]] = Counter()
    for example in data:
        probability = example.table.probabilities(weights)
        for number, index, said in example.labels:
            candidates = probability[example.table.owner == number]
            hit = int(candidates.argmax()) == index
            right[said, hit] += 1
            tenths[min(int(candidates.max() * 10), 9), hit] += 1
    for said, name in ((True, "said by a container"), (False, "known from fame")):
        total = right[said, True] + right[said, False]
        print(f"{name}: {right[said, True] / max(1, total):.3f} of {total}")
    for tenth in range(10):
        total = tenths[tenth, True] + tenths[tenth, False]
        if total:
            print(f"confidence {tenth / 10:.1f}-{(tenth + 1) / 10:.1f}: {tenths[tenth, True] / total:.2f} of {total}")


def main() -> None:
    """Fit the weights and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path, nargs="+")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--share", type=float, default=0.6, help="share of the articles to fit on")
    options = parser.parse_args()
    data = list(examples(options.articles, Gazetteer()))
    order = np.random.default_rng(0).permutation(len(data))
    cut = int(options.share * len(data))
    fitted_on, held_back = [data[index] for index in order[:cut]], [data[index] for index in order[cut:]]
    report(WEIGHTS, held_back)
    weights = fit(WEIGHTS.copy(), fitted_on, options.rounds)
    for name, weight in zip(FEATURES, weights.round(2).tolist(), strict=True):
        print(f"{name}: {weight}")
    report(weights, held_back)


if __name__ == "__main__":
    main()
