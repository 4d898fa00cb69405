"""Fit the weights of `service/enrich/places/resolution.py` on articles that nobody labelled.

    python scripts/fit_locations.py ARTICLES.jsonl … [--rounds 3] [--share 0.6]

ARTICLES are raw articles, as many as there are. An article labels itself where it writes `Paris, Texas`: the container
tells which Paris is meant. It is cut out of the text, and the weights are fitted so that the rest of the article tells
as much. So small towns are learned; that a famous city is meant where nothing is said is learned from names that a
city of a million and ten times smaller ones bear, and from countries, states and Washington.

Prints the weights, and for the part that was held back the accuracy and how well the confidence is calibrated.
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
from service.enrich.gazetteer.places import Gazetteer, Role
from service.enrich.model import loading, tokenizing
from service.enrich.places.recognition import recognise
from service.enrich.places.resolution import FEATURES, WEIGHTS, Table
from service.enrich.places.toponym_groups import Group, group

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

WORD = r"[A-Z][\w'\u2019-]+"
CONTAINED = re.compile(
    rf"(?<![\w.])((?:(?:St\.|Mt\.|Ft\.|Fort|San|New|El|La|Los|Las) )?{WORD}(?: {WORD}){{0,2}}), "
    rf"((?:[A-Z]\.\s?){{2,3}}|[A-Z][a-z]+\.|[A-Z]{{2}}\b|{WORD}(?: {WORD}){{0,2}})"
)
FIXED = ("district", "nature", "facility", "namesake", "inside")
"""Weights set by hand: the labels say nothing of them."""
FAMOUS = 2.0
"""Weight of a label from fame; those from containers have 1."""
MILLION = 1_000_000
PULL = 1e-3
"""Strength of the pull towards the weights in force (L2)."""


class Example(NamedTuple):
    """One article's candidates, and the rows of the table that are right; `said` by a container or by fame."""

    table: Table
    right: list[tuple[int, int, bool]]


def label(text: str, gazetteer: Gazetteer) -> tuple[str, dict[int, int]]:
    """Return *text* without the containers that it names, and where which place (GeoNames id) stands in it."""
    labels, pieces, at = {}, [], 0
    for match in CONTAINED.finditer(text):
        outer = [one.place for one in gazetteer.candidates(match[2].strip()) if one.role is not Role.DEMONYM]
        rows = {place.row for place in outer if place.kind == "admin1"}
        codes = {place.country for place in outer if place.kind == "country"}
        words = match[1].split()
        for first in range(len(words)):
            name = " ".join(words[first:])
            found = [one.place for one in gazetteer.candidates(name) if one.role is Role.NAME]
            held = [one for one in found if one.kind == "city" and (one.admin1 in rows or one.country in codes)]
            if held and (len(held) == 1 or held[0].population > 5 * held[1].population):
                end = match.start() + len(match[1])
                pieces.append(text[at:end])
                labels[sum(map(len, pieces)) - len(name)] = held[0].geonames_id or 0
                at = match.end()
                break
    return "".join([*pieces, text[at:]]), labels


def famous(one: Group, names: set[str]) -> int | None:
    """Return the GeoNames id of what *one* stands for wherever nothing else is said, if there is such a thing."""
    found = [candidate.place for candidate in one.candidates if candidate.role is Role.NAME]
    if one.name.casefold() == "washington" and not names & {"seattle", "spokane", "tacoma", "oregon", "portland"}:
        return next((place.geonames_id for place in found if place.capital), None)
    if one.name.casefold() in {"georgia", "new york", "washington", "congo", "luxembourg", "victoria"}:
        return None
    for place in found:
        if place.kind == "country" or (place.kind == "admin1" and place.country in {"US", "CA", "AU"}):
            return place.geonames_id
    cities = [place for place in found if place.kind == "city"]
    if len(cities) > 1 and cities[0].population > max(MILLION, 10 * cities[1].population):
        return cities[0].geonames_id
    return None


def examples(paths: list[Path], gazetteer: Gazetteer) -> Iterator[Example]:
    """Yield an example for each article that labels itself."""
    nlp, finder = loading.load(), entities.EntityFinder(gazetteer)
    for path in paths:
        for line in path.open(encoding="utf-8"):
            row = json.loads(line)
            text, labels = label(RawArticle(headline=row.get("headline", ""), body=row["body"]).text, gazetteer)
            if not labels:
                continue
            article = RawArticle(id="", body=text)
            doc = tokenizing.annotate(nlp, article.text)
            finder.find(doc)
            groups = [one for one in group(recognise(doc, article, gazetteer), gazetteer, text) if one.candidates]
            names = {one.name.casefold() for one in groups}
            right = []
            for number, one in enumerate(groups):
                said = next((labels[mention.start] for mention in one.mentions if mention.start in labels), None)
                wanted = said if said is not None else famous(one, names)
                ids = [candidate.place.geonames_id for candidate in one.candidates]
                if len(ids) > 1 and wanted in ids and not one.inside and one.mentions[0].as_ != "demonym":
                    right.append((number, ids.index(wanted), said is not None))
            if right:
                yield Example(Table(groups, gazetteer), right)


def fit(weights: NDArray[np.float64], data: list[Example], rounds: int) -> NDArray[np.float64]:
    """Return the weights of most likelihood: conditional logistic regression by Adam, the features anew each round."""
    start = weights.copy()
    free = np.array([name not in FIXED for name in FEATURES])
    for _ in range(rounds):
        blocks: list[NDArray[np.float64]] = []
        share: list[float] = []
        owner, gold = [], []
        for example in data:
            features = example.table.features(example.table.probabilities(weights))
            for number, index, said in example.right:
                rows = features[example.table.owner == number]
                gold.append(sum(map(len, blocks)) + index)
                owner += [len(share)] * len(rows)
                share.append(1.0 if said else FAMOUS)
                blocks.append(rows)
        table, owners, weight = np.vstack(blocks), np.array(owner), np.array(share)
        mean, square = np.zeros_like(weights), np.zeros_like(weights)
        for step in range(1, 201):
            score = table @ weights
            power = np.exp(score - np.array([score.max()]))
            probability = power / np.bincount(owners, power)[owners]
            slope = (table.T @ (probability * weight[owners]) - table[gold].T @ weight) / weight.sum()
            slope = free * (slope + PULL * (weights - start))
            mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
            weights = weights - 0.05 * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    return weights


def report(weights: NDArray[np.float64], data: list[Example]) -> None:
    """Print accuracy by kind of label, and the accuracy by tenths of confidence."""
    right: Counter[tuple[bool, bool]] = Counter()
    tenths: Counter[tuple[int, bool]] = Counter()
    for example in data:
        probability = example.table.probabilities(weights)
        for number, index, said in example.right:
            mine = probability[example.table.owner == number]
            hit = int(mine.argmax()) == index
            right[said, hit] += 1
            tenths[min(int(mine.max() * 10), 9), hit] += 1
    for said, name in ((True, "said by a container"), (False, "told by fame")):
        total = right[said, True] + right[said, False]
        print(f"{name}: {right[said, True] / max(1, total):.3f} of {total}")
    for tenth in range(10):
        total = tenths[tenth, True] + tenths[tenth, False]
        if total:
            print(f"confidence {tenth / 10:.1f}-{(tenth + 1) / 10:.1f}: {tenths[tenth, True] / total:.2f} of {total}")


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path, nargs="+")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--share", type=float, default=0.6, help="share of the articles that is fitted on")
    options = parser.parse_args()
    data = list(examples(options.articles, Gazetteer()))
    order = np.random.default_rng(0).permutation(len(data))
    cut = int(options.share * len(data))
    kept, held_back = [data[index] for index in order[:cut]], [data[index] for index in order[cut:]]
    report(WEIGHTS, held_back)
    weights = fit(WEIGHTS.copy(), kept, options.rounds)
    print(json.dumps(dict(zip(FEATURES, weights.round(2).tolist(), strict=True))))
    report(weights, held_back)


if __name__ == "__main__":
    main()
