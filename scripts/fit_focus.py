"""Fit the weights that separate the countries that an article is about from those that it only mentions.

    python scripts/fit_focus.py LABELLED.jsonl

LABELLED has `id`, `title`, `text` and `about`, the codes of the countries that a reader named. The train part is fitted
(`training/labelled.py`), each article with and without its headline; precision and recall are those of the development
part. Prints the weights in the form of `service/enrich/data/places/focus_weights.yaml`, which they are for.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from service.contract.raw_article import RawArticle
from service.enrich import entities
from service.enrich.gazetteer.places import Gazetteer
from service.enrich.model import loading, tokenizing
from service.enrich.places import focus, home_country
from service.enrich.places.recognition import recognise
from service.enrich.places.resolution import resolve
from training.labelled import part_of_article
from training.logistic import fit

if TYPE_CHECKING:
    from collections.abc import Iterator

L2_STRENGTH = 1.0


def examples(path: Path) -> Iterator[tuple[str, dict[str, dict[str, float]], set[str]]]:
    """Yield the part, the features of each country and the right countries of each labelled article."""
    gazetteer = Gazetteer()
    nlp, finder = loading.load(), entities.EntityFinder(gazetteer)
    for line in path.open(encoding="utf-8"):
        row = json.loads(line)
        part = part_of_article(row["id"])
        if part == "test":
            continue
        for headline in sorted({"", row["title"]}):
            article = RawArticle(id=row["id"], headline=headline, body=row["text"])
            doc = tokenizing.annotate(nlp, article.text)
            finder.find(doc, headline=len(headline))
            toponyms = recognise(doc, article, gazetteer)
            home = home_country.evidence(doc, article, toponyms, gazetteer)
            mentions = focus.mentions_of(resolve(toponyms, [], home.total, gazetteer, article.text))
            if mentions:
                yield part, focus.features(mentions, article, doc, home.institutions), set(row["about"])


def main() -> None:
    """Fit the weights and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled", type=Path)
    data = list(examples(parser.parse_args().labelled))
    train = [(row, code in right) for part, rows, right in data if part == "train" for code, row in rows.items()]
    names = list(train[0][0])
    table = np.array([[row[name] for name in names] for row, _ in train])
    weights = fit(table, np.array([float(is_right) for _, is_right in train]), L2_STRENGTH)
    for name, weight in zip(names, weights, strict=True):
        print(f"{name}: {weight:.2f}")
    hits = predicted = labelled = 0
    for part, rows, right in data:
        if part == "development":
            likely = {
                code
                for code, row in rows.items()
                if 1 / (1 + np.exp(-np.array([row[name] for name in names]) @ weights)) >= focus.ENGLISH.min_probability
            }
            hits, predicted, labelled = hits + len(likely & right), predicted + len(likely), labelled + len(right)
    print(f"# development: P {hits / max(1, predicted):.3f}, R {hits / max(1, labelled):.3f}", file=sys.stderr)


if __name__ == "__main__":
    main()
