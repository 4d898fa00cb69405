"""Fit `service/enrich/data/newsworthiness.tsv`, the weights that tell numbers that are news from others.

    python -m training.make_newsworthiness --labelled FOLDER --raw FILE [--folds 8]

`labels/numbers.jsonl` has `id` and `numbers` of articles: `start` and `end` in the text, and `kind`. The kind is null
for a number that is no news, "news" where nobody said what it counts, and "unsure" where readers may differ: such a
number teaches nothing. The texts are found by their ids in the labelled articles and in the raw news.
Two logistic regressions are fitted, by Newton's method: is it news, and does it count people? With `--folds`, the
precision and recall of the first are printed as well, each article by weights that other articles gave. Articles of one
outlet are in one fold.
"""

from __future__ import annotations

import argparse
import json
import lzma
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from service.contract.raw_article import RawArticle
from service.enrich.counts import money, newsworthiness
from service.enrich.data_files import DATA
from service.enrich.entities import EntityFinder
from service.enrich.gazetteer.places import Gazetteer
from service.enrich.grammar import numerals
from service.enrich.grammar.parse import Parse
from service.enrich.model import loading, tokenizing
from training.labelled import outlet_of
from training.scoring.counting import Score

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Weights = dict[str, float]

LABELS = Path(__file__).parent / "labels" / "numbers.jsonl"
UNSURE = "unsure"
THINGS = "other"
MIN_OCCURRENCES = 4
"""Features of fewer numbers are chance."""
PENALTY = 1.5
"""Strength of the penalty on squared weights (ridge)."""
NEWTON_STEPS = 12
THRESHOLD = 0.5
"""Log odds above which a number is news: a little above zero, since a wrong count is worse than a missing one."""
MIN_WEIGHT = 0.05
"""Smaller weights are left out."""
HEAD = """\
# How much each feature of a number speaks for news, and for people: weights of two logistic regressions, fitted to
# numbers that were labelled for this project. Made by training/make_newsworthiness.py.
"""


class Example(NamedTuple):
    """A labelled number."""

    group: str
    features: frozenset[str]
    is_news: bool
    is_people: bool | None
    """None if nobody said."""


def main() -> None:
    """Write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labelled", type=Path, required=True)
    parser.add_argument("--raw", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=0)
    options = parser.parse_args()
    examples = list(read(texts(options.labelled, options.raw)))
    if options.folds:
        print(cross_validated(examples, options.folds))
    news = fit([(example.features, example.is_news) for example in examples])
    news[newsworthiness.BIAS] -= THRESHOLD
    people = fit([(row.features, row.is_people) for row in examples if row.is_people is not None])
    rows = [
        f"{feature}\t{news.get(feature, 0):.2f}\t{people.get(feature, 0):.2f}\n"
        for feature in sorted(news.keys() | people.keys())
        if max(abs(news.get(feature, 0)), abs(people.get(feature, 0))) >= MIN_WEIGHT
    ]
    Path(str(DATA / "newsworthiness.tsv")).write_text(HEAD + "".join(rows), encoding="utf-8")
    print(f"{len(examples):,} numbers, {len(rows):,} features")


def texts(labelled: Path, raw: Path) -> dict[str, str]:
    """Return the texts of the *labelled* folder and of the *raw* news by id."""
    found = {}
    with lzma.open(raw, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            found[row["id"]] = row["body"]
    for name in ("articles.jsonl", "world.jsonl"):
        with (labelled / name).open(encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                found[row["id"]] = row["text"]
    return found


def read(by_id: Mapping[str, str]) -> Iterator[Example]:
    """Yield the labelled numbers of the articles, with what the service knows of each."""
    nlp, entities = loading.load(), EntityFinder(Gazetteer())
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        article = RawArticle(id=row["id"], body=by_id[row["id"]], language="en")
        doc = tokenizing.annotate(nlp, article.text)
        entities.find(doc, headline=len(article.headline))
        parse = Parse.of(doc)
        kinds = {number["start"]: number["kind"] for number in row["numbers"]}
        amounts = {point for amount in money.find(article.text, ()) for point in range(amount.start, amount.end)}
        for number in numerals.find(parse):
            start = doc[number.start].idx
            if start in kinds and start not in amounts and (kind := kinds[start]) != UNSURE:
                features = frozenset(newsworthiness.features(parse, number))
                is_people = None if kind in {None, "news"} else kind != THINGS
                yield Example(outlet_of(row["id"]), features, kind is not None, is_people)


def fit(examples: Sequence[tuple[frozenset[str], bool]]) -> Weights:
    """Return the weights of a logistic regression with a ridge penalty."""
    occurrences = Counter(feature for features, _ in examples for feature in features)
    columns = {
        feature: column
        for column, feature in enumerate(
            sorted(name for name, count in occurrences.items() if count >= MIN_OCCURRENCES)
        )
    }
    matrix = np.zeros((len(examples), len(columns)))
    for row, (features, _) in enumerate(examples):
        matrix[row, [columns[feature] for feature in features if feature in columns]] = 1
    answers = np.array([answer for _, answer in examples], dtype=float)
    weights = np.zeros(len(columns))
    for _ in range(NEWTON_STEPS):
        chances = 1 / (1 + np.exp(-matrix @ weights))
        gradient = matrix.T @ (chances - answers) + PENALTY * weights
        curvature = (matrix * (chances * (1 - chances))[:, None]).T @ matrix + PENALTY * np.eye(len(columns))
        weights -= np.linalg.solve(curvature, gradient)
    return {feature: float(weights[column]) for feature, column in columns.items()}


def cross_validated(examples: Sequence[Example], folds: int) -> Score:
    """Return how many numbers are found as news by weights that their own outlets did not give."""
    score = Score()
    groups = sorted({example.group for example in examples})
    for fold in range(folds):
        held_back = set(groups[fold::folds])
        weights = fit([(row.features, row.is_news) for row in examples if row.group not in held_back])
        for row in examples:
            if row.group in held_back:
                found = sum(weights.get(feature, 0) for feature in row.features) > THRESHOLD
                score.right += found and row.is_news
                score.predicted += found
                score.gold += row.is_news
    return score


if __name__ == "__main__":
    main()
