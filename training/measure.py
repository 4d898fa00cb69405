"""Measure the shipped pipeline on labelled articles and print one table.

    python -m training.measure --labelled FOLDER --evaluation FOLDER [--part development] [--only events,topics]

Every text is enriched as the service does it, with the settings of the environment. LABELLED has the files that
`training/labelled.py` reads and `topics.txt`; EVALUATION has `events_plover.jsonl` (`id`, `text`, `codes`) and
`locations_geovirus.jsonl` (`id`, `text`, `toponyms`), which have no parts. "readings" are the labels of
`training/readings.py`.

Of a labelled event, the first word must be in the trigger of the record's event. A name must have its exact span.
"Place" is GPE or LOC, "work" WORK_OF_ART or LAW.

"base" is the base model on the same articles: its names, how far our tags, sentences and trees agree with its own, and
the speed of both in one run. Agreement is not accuracy: the base model is wrong at times, too. Nor are its names judged
fairly: it was trained on labels that begin with "the".
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training import labelled, labelled_roles, readings, records, topics
from training.scoring.base_model import base_rows
from training.scoring.counting import markdown
from training.scoring.events import event_rows, plover_rows
from training.scoring.locations import geovirus_rows
from training.scoring.names import name_rows
from training.scoring.roles import from_spans, role_rows
from training.scoring.topics import topic_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.contract.enriched_article import EnrichedArticle
    from service.enrich.media_topics import TopicTree
    from training.labelled import LabelledArticle
    from training.scoring.counting import Row
    from training.scoring.roles import LabelledText

    Sets = dict[str, list[LabelledArticle]]

RECORD_MEASURES = {"events", "topics", "names"}
"""Those that compare the records of labelled articles."""
MEASURES = ("events", "roles", "readings", "topics", "names", "base", "plover", "geovirus")
EVALUATION_FILES = {"plover": "events_plover.jsonl", "geovirus": "locations_geovirus.jsonl"}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labelled", type=Path, required=True)
    parser.add_argument("--evaluation", type=Path, required=True)
    parser.add_argument("--part", choices=["development", "test"], default="test")
    parser.add_argument("--only", type=_measures, default=MEASURES, help="what to measure, separated by commas")
    parser.add_argument("--records", type=Path, help="file to write the records to, as JSON lines")
    options = parser.parse_args()

    sets = _labelled_sets(options.labelled, options.part, options.only)
    evaluation = {
        measure: _rows_of(options.evaluation / file)
        for measure, file in EVALUATION_FILES.items()
        if measure in options.only
    }
    enriched = sets if RECORD_MEASURES & set(options.only) else {}
    texts = [(article.id, article.text) for articles in enriched.values() for article in articles]
    with_roles = _labelled_roles(options.labelled, options.part) if "roles" in options.only else {}
    texts += [(article.id, article.text) for articles in with_roles.values() for article in articles]
    of_readers = readings.read(options.labelled, options.part) if "readings" in options.only else []
    texts += [(reading.id, reading.text) for reading in of_readers]
    texts += [(row["id"], row["text"]) for rows in evaluation.values() for row in rows]
    by_id = records.enrich(dict.fromkeys(texts))
    if options.records:
        options.records.write_text("".join(f"{record.model_dump_json()}\n" for record in by_id.values()), "utf-8")
    tree = topics.read(options.labelled / "topics.txt")
    rows = [*_labelled_rows(enriched, by_id, tree, options.only)]
    for name, articles in with_roles.items():
        rows += role_rows(name, [(article, by_id[article.id]) for article in articles])
    rows += readings.rows(of_readers, by_id)
    rows += _evaluation_rows(evaluation, by_id)
    if "base" in options.only:
        rows += base_rows({name: sets[name] for name in ("world", "wire")})
    print(markdown(rows))


def _measures(text: str) -> Sequence[str]:
    """Return the measures that *text* names.

    Raises:
        argparse.ArgumentTypeError: One of them is unknown.
    """
    measures = text.split(",")
    if unknown := set(measures) - set(MEASURES):
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: choose from {', '.join(MEASURES)}")
    return measures


def _labelled_sets(folder: Path, part: str, measures: Sequence[str]) -> Sets:
    """Return the articles of *part* that *measures* need, by the name of their set."""
    sets: Sets = {"world": [], "wire": [], "topics only": []}
    for article in labelled.read(folder):
        if article.part != part:
            continue
        wanted = {"topics"} if article.collection == "topics only" else RECORD_MEASURES | {"base"}
        if wanted & set(measures):
            sets[article.collection].append(article)
    return sets


def _labelled_roles(folder: Path, part: str) -> dict[str, list[LabelledText]]:
    """Return the articles of *part* with labelled participants: those of all events, and those of the main ones."""
    articles = [article for article in labelled_roles.read(folder) if article.part == part]
    return {
        name: [
            from_spans(article.id, article.text, article.events) for article in articles if article.is_whole == whole
        ]
        for name, whole in (("wire, all events", True), ("main events", False))
    }


def _rows_of(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _labelled_rows(
    sets: Sets, by_id: dict[str, EnrichedArticle], tree: TopicTree, measures: Sequence[str]
) -> Iterator[Row]:
    pairs = {name: [(article, by_id[article.id]) for article in articles] for name, articles in sets.items()}
    if "events" in measures:
        for name in ("world", "wire"):
            yield from event_rows(name, pairs[name])
    if "topics" in measures:
        for name, pairs_of_set in pairs.items():
            yield from topic_rows(name, pairs_of_set, tree)
    if "names" in measures:
        yield from name_rows("world", pairs["world"], others=False)
        yield from name_rows("wire", pairs["wire"], others=True)


def _evaluation_rows(evaluation: dict[str, list[dict[str, Any]]], by_id: dict[str, EnrichedArticle]) -> Iterator[Row]:
    if "plover" in evaluation:
        yield from plover_rows((row["codes"], by_id[row["id"]]) for row in evaluation["plover"])
    if "geovirus" in evaluation:
        yield from geovirus_rows([(row["toponyms"], by_id[row["id"]]) for row in evaluation["geovirus"]])


if __name__ == "__main__":
    main()
