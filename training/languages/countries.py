"""Fit the weights by which a country that an article is about is told in other languages than English.

    python -m training.languages.countries --languages FOLDER

`training/labels/about.jsonl` says by id what a reader found each article to be about. There are few articles, so the
weights stay near those of English, which `scripts/fit_focus.py` fits. Prints them in the form of
`service/enrich/data/places/focus_weights_without_parse.yaml`, and on standard error what six parts of the articles say
of weights that were fitted without them.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from service.enrich import entities
from service.enrich.data_files import LANGUAGES
from service.enrich.gazetteer.languages import LanguageGazetteer
from service.enrich.gazetteer.places import Gazetteer
from service.enrich.model import loading, tokenizing
from service.enrich.places import focus, home_country, language_cues, language_recognition
from service.enrich.places.resolution import resolve
from training.languages.readings import articles
from training.logistic import fit
from training.scoring.counting import Score

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

LABELS = Path(__file__).parents[1] / "labels" / "about.jsonl"
STRENGTH = 3.0
"""How much the weights are drawn to those of English."""
FOLDS = 6
Example = tuple[dict[str, dict[str, float]], set[str]]
"""The features of each country of an article, and the countries that it is about."""


def examples(folder: Path) -> Iterator[Example]:
    """Yield the examples of the labelled articles that name a place."""
    nlp, shipped = loading.load_names(), Gazetteer()
    gazetteers = {language: LanguageGazetteer(shipped, language) for language in LANGUAGES}
    for label, article in articles(folder, LABELS):
        gazetteer, lists = gazetteers[label["language"]], language_cues.of(label["language"])
        doc = tokenizing.annotate(nlp, article.text)
        entities.find_in(doc, label["language"], gazetteer, headline=len(article.headline))
        toponyms = language_recognition.recognise(doc, article, gazetteer, lists)
        home = home_country.evidence_in_language(doc, article, toponyms, gazetteer, lists.home)
        mentions = focus.mentions_of(resolve(toponyms, [], home.total, gazetteer, article.text))
        if mentions:
            yield focus.features(mentions, article, doc, home.institutions), set(label["about"])


def fit_near(data: list[Example], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weights of the features that are near *prior*."""
    table = np.array([list(row.values()) for rows, _ in data for row in rows.values()])
    right = np.array([float(code in about) for rows, about in data for code in rows])
    return fit(table, right, STRENGTH, prior)


def told(rows: dict[str, dict[str, float]], weights: NDArray[np.float64]) -> set[str]:
    """Return the countries of *rows* that reach the probability that is asked for, as `focus.weigh` does."""
    chance = {code: 1 / (1 + math.exp(-np.array(list(row.values())) @ weights)) for code, row in rows.items()}
    ranked = sorted(chance, key=lambda code: (-chance[code], code))[: focus.MAX_COUNTRIES_ABOUT]
    limits = [focus.MIN_PROBABILITY_OF_ONLY] + [focus.WITHOUT_PARSE.min_probability] * len(ranked)
    return {code for code, limit in zip(ranked, limits, strict=False) if chance[code] >= limit}


def main() -> None:
    """Fit the weights and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", type=Path, required=True)
    data = list(examples(parser.parse_args().languages))
    prior = np.array(list(focus.ENGLISH.of.values()))
    for name, weight in zip(focus.ENGLISH.of, fit_near(data, prior), strict=True):
        print(f"{name}: {weight:.2f}")
    order = list(range(len(data)))
    random.Random(0).shuffle(order)  # noqa: S311 - no secret
    score = Score()
    for fold in range(FOLDS):
        weights = fit_near([data[index] for place, index in enumerate(order) if place % FOLDS != fold], prior)
        for index in order[fold::FOLDS]:
            rows, about = data[index]
            ours = told(rows, weights)
            score.add(ours & about, ours, about)
    print(f"# held back in turn: {score}", file=sys.stderr)


if __name__ == "__main__":
    main()
