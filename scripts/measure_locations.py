"""Measure the locations: recognition, resolution within 161 km, country focus, and the stage's share of the time.

    python scripts/measure_locations.py --gold GEOVIRUS.jsonl … [--labelled LABELLED.jsonl] [--model NAME]

GOLD has one JSON object per line: `id`, `text`, and `toponyms`, a list of {`start`, `end`, `lat`, `lon`}. A gold
toponym is found if a mention overlaps it; each mention finds one toponym at most. It is right within 161 km (100 miles,
the field's tolerance since Leidner 2007). LABELLED has `id`, `text`, `about`, and `entities`, a list of {`start`,
`end`, `label`}. Its places are GPE and LOC, and mentions that overlap a FAC are ignored. Only the test part is
measured, sha256(id) % 10 == 0, unless `--all` is given.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from service.contract.raw_article import RawArticle
from service.enrich.enricher import Enricher
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.contract.annotations import Location, PlaceMention
    from service.contract.enriched_article import EnrichedArticle

TOLERANCE_KM = 161.0
Mentions = list[tuple["PlaceMention", "Location"]]


@dataclass
class Score:
    """Counts of one comparison."""

    found: int = 0
    missed: int = 0
    wrong: int = 0
    placed: int = 0
    right: int = 0

    @property
    def precision(self) -> float:
        """Share of the mentions found that are in the gold."""
        return self.found / max(1, self.found + self.wrong)

    @property
    def recall(self) -> float:
        """Share of the gold that was found."""
        return self.found / max(1, self.found + self.missed)

    @property
    def accuracy(self) -> float:
        """Share of the found toponyms with coordinates that were placed within 161 km."""
        return self.right / max(1, self.placed)

    def f1(self, factor: float = 1.0) -> float:
        """Return F1 of recognition or, if *factor* is the accuracy, from text to coordinates."""
        precision, recall = self.precision * factor, self.recall * factor
        return 2 * precision * recall / max(1e-9, precision + recall)


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the great-circle distance between two points given in degrees (haversine, radius 6,371 km)."""
    (lat, lon), (other_lat, other_lon) = (map(math.radians, point) for point in (a, b))
    half = math.sin((other_lat - lat) / 2) ** 2
    half += math.cos(lat) * math.cos(other_lat) * math.sin((other_lon - lon) / 2) ** 2
    return 2 * 6371 * math.asin(min(1.0, math.sqrt(half)))


def compare(score: Score, gold: list[dict[str, Any]], found: Mentions, neutral: list[dict[str, Any]]) -> None:
    """Add one article's counts to *score*; mentions that overlap *neutral* are not wrong."""
    unmatched = dict(enumerate(sorted(found, key=lambda pair: pair[0].start)))
    for toponym in gold:
        hit = next((number for number, (mention, _) in unmatched.items() if overlap(mention, toponym)), None)
        if hit is None:
            score.missed += 1
            continue
        place = unmatched.pop(hit)[1]
        score.found += 1
        if toponym.get("lat") is not None:
            score.placed += 1
            point = None if place.lat is None or place.lon is None else (place.lat, place.lon)
            right = point is not None and distance_km((toponym["lat"], toponym["lon"]), point) <= TOLERANCE_KM
            score.right += right
    score.wrong += sum(not any(overlap(mention, span) for span in neutral) for mention, _ in unmatched.values())


def overlap(mention: PlaceMention, span: dict[str, Any]) -> bool:
    """Report whether *mention* and *span* share a code point."""
    return bool(mention.start < span["end"] and span["start"] < mention.end)


def mentions(record: EnrichedArticle, *, demonyms: bool) -> Mentions:
    """Return the place mentions of *record*."""
    return [
        (mention, place)
        for place in record.locations
        for mention in place.mentions
        if demonyms or mention.as_ != "demonym"
    ]


class Run:
    """The pipeline, and the seconds spent in each of its stages."""

    def __init__(self, model: str | None) -> None:
        self.enricher = Enricher(Settings(model=model) if model else Settings())
        self.seconds: Counter[str] = Counter()

    def records(self, path: Path, part: set[int]) -> Iterator[tuple[dict[str, Any], EnrichedArticle]]:
        """Yield each line of *path* that is in *part*, with its record."""
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                if int(hashlib.sha256(row["id"].encode()).hexdigest(), 16) % 10 not in part:
                    continue
                seconds: dict[str, float] = {}
                yield row, self.enricher.enrich(RawArticle(id=row["id"], body=row["text"], language="en"), seconds)
                self.seconds.update(seconds)


def measure_gold(run: Run, path: Path) -> None:
    """Print the lines of the table for a data set with coordinates."""
    scores = {False: Score(), True: Score()}
    for row, record in run.records(path, set(range(10))):
        for demonyms, score in scores.items():
            compare(score, row["toponyms"], mentions(record, demonyms=demonyms), [])
    for demonyms, score in scores.items():
        name = f"{path.stem} ({'with' if demonyms else 'without'} demonyms)"
        numbers = (score.precision, score.recall, score.f1(), score.accuracy, score.f1(score.accuracy))
        print(
            f"| {name} | {score.found + score.missed:,} | " + " | ".join(f"{number:.3f}" for number in numbers) + " |"
        )


def measure_labelled(run: Run, path: Path, part: set[int]) -> None:
    """Print the scores of the labelled places and of `about`."""
    names, about, first, articles = Score(), Score(), 0, 0
    for row, record in run.records(path, part):
        places = [entity for entity in row["entities"] if entity["label"] in {"GPE", "LOC"}]
        neutral = [entity for entity in row["entities"] if entity["label"] in {"GPE", "LOC", "FAC"}]
        compare(names, places, mentions(record, demonyms=False), neutral)
        answer, gold = {country.code for country in record.countries if country.about}, set(row["about"])
        about.found += len(answer & gold)
        about.wrong += len(answer - gold)
        about.missed += len(gold - answer)
        if row["about"]:
            articles += 1
            first += bool(record.countries) and record.countries[0].code == row["about"][0]
    for name, score in ((f"{path.stem}: places", names), (f"{path.stem}: about", about)):
        numbers = " | ".join(f"{number:.3f}" for number in (score.precision, score.recall, score.f1()))
        print(f"| {name} | {score.found + score.missed:,} | {numbers} | | |")
    print(f"\nThe first country of the record is the one that the readers put first: {first / max(1, articles):.3f}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, nargs="*", default=[])
    parser.add_argument("--labelled", type=Path)
    parser.add_argument("--all", action="store_true", help="measure all labelled articles, not only the test part")
    parser.add_argument("--model", help="an installed spaCy pipeline, or a path; the shipped one if not given")
    options = parser.parse_args()
    run = Run(options.model)
    print(
        "| data set | toponyms | precision | recall | F1 | within 161 km | F1 from text to coordinates |\n"
        "|---|---|---|---|---|---|---|"
    )
    for path in options.gold:
        measure_gold(run, path)
    if options.labelled:
        measure_labelled(run, options.labelled, set(range(10)) if options.all else {0})
    total = sum(run.seconds.values())
    print(f"\nShare of the stage in the pipeline's time: {run.seconds['locations'] / max(total, 1e-9):.1%}")


if __name__ == "__main__":
    main()
