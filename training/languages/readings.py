"""How often places and countries are right in articles of other languages, by what a reader says of them.

    python -m training.languages.readings --languages FOLDER [--show ARTICLES]

`training/labels/places.jsonl` has the reader's labels by id and offsets; the texts are those of the raw news.
"""

from __future__ import annotations

import argparse
import json
import lzma
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.contract.raw_article import RawArticle
from service.enrich.data_files import LANGUAGES
from service.enrich.enricher import Enricher
from service.settings import Settings
from training.scoring.counting import Score, share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.contract.enriched_article import EnrichedArticle

LABELS = Path(__file__).parents[1] / "labels" / "places.jsonl"


def articles(folder: Path, labels: Path = LABELS) -> Iterator[tuple[dict[str, Any], RawArticle]]:
    """Yield each of *labels*, which say what a reader found, and its article from the raw news in *folder*."""
    texts = {}
    for language in LANGUAGES:
        with lzma.open(folder / f"raw_{language}.jsonl.xz", "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                texts[language, row["id"]] = row
    with labels.open(encoding="utf-8") as lines:
        for line in lines:
            label = json.loads(line)
            row = texts[label["language"], label["id"]]
            headline = row["headline"] or ""
            body = row["body"][: label["length"] - len(headline) - 2 if headline else label["length"]]
            yield label, RawArticle(id=label["id"], headline=headline, body=body, language=label["language"])


@dataclass(slots=True)
class Figures:
    """What is right in the articles of one language."""

    found: list[bool] = field(default_factory=list)
    """Whether a place of the record overlaps each place of the reader."""
    right_country: list[bool] = field(default_factory=list)
    """Whether it lies in the reader's country."""
    spans: Score = field(default_factory=Score)
    """Places with exactly the reader's span."""
    about: Score = field(default_factory=Score)

    def __str__(self) -> str:
        return f"{len(self.found)} | {share(self.found)} | {share(self.right_country)} | {self.spans} | {self.about}"


def compare(label: dict[str, Any], article: RawArticle, record: EnrichedArticle, figures: Figures) -> Iterator[str]:
    """Add an article to *figures*, and yield a line for each difference between *record* and *label*."""
    mentions = [(location, mention) for location in record.locations for mention in location.mentions]
    matched: set[int] = set()
    for place in label["places"]:
        text = article.text[place["start"] : place["end"]]
        over = [pair for pair in mentions if pair[1].start < place["end"] and place["start"] < pair[1].end]
        matched |= {mention.start for _, mention in over}
        figures.found.append(bool(over))
        if not over:
            yield f"missed {text!r} in {place['country']}"
            continue
        location = over[0][0]
        figures.right_country.append(location.country == place["country"])
        if location.country != place["country"]:
            yield f"{text!r} is in {place['country']}, and not {location.name} in {location.country}"
    for location, mention in mentions:
        if mention.start not in matched:
            yield f"{mention.text!r} is no place, and not {location.name} in {location.country}"
    wanted = {(place["start"], place["end"]) for place in label["places"]}
    given = {(mention.start, mention.end) for _, mention in mentions}
    figures.spans.add(wanted & given, given, wanted)
    ours, theirs = {row.code for row in record.countries if row.about}, set(label["about"])
    figures.about.add(ours & theirs, ours, theirs)
    if ours != theirs:
        yield f"about {sorted(theirs)}, and not {sorted(ours)}"


def main() -> None:
    """Print the figures, and with `--show` what differs in some articles."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", type=Path, required=True)
    parser.add_argument("--show", type=int, default=0, help="articles per language to print with what differs")
    options = parser.parse_args()
    enricher = Enricher(Settings())
    figures = {language: Figures() for language in LANGUAGES}
    shown: Counter[str] = Counter()
    for label, article in articles(options.languages):
        language = label["language"]
        lines = list(compare(label, article, enricher.enrich(article, {}), figures[language]))
        shown[language] += 1
        if shown[language] <= options.show:
            print(language, article.id, *lines, sep="\n  ")
    print("language | places | found | right country | exact spans | about")
    for language in LANGUAGES:
        print(f"{language} | {figures[language]}")


if __name__ == "__main__":
    main()
