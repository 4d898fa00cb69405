"""Measure the entity stage on labelled articles: exact spans with their types, by the model alone and with the stage.

    python scripts/measure_entities.py LABELLED.jsonl [--model NAME] [--part development] [--ablate]

LABELLED has one JSON object per line: `id`, `text`, and `entities`, a list of {`start`, `end`, `label`}. Articles are
split by sha256(id) % 10: 0 is test, 1 development, and the rest is for error analysis. WORK is WORK_OF_ART or LAW.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1]))

from service.enrich import entities
from service.enrich.gazetteer.places import Gazetteer
from service.enrich.model import loading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from spacy.tokens import Doc

Labelled = set[tuple[int, int, int, str]]
CORE_TYPES = ("PERSON", "ORG", "GPE", "LOC", "NORP")
TYPES = (*CORE_TYPES, "FAC", "EVENT", "PRODUCT", "WORK")
MERGED_LABELS = {"WORK_OF_ART": "WORK", "LAW": "WORK"}
DATA_PARTS = {"test": {0}, "development": {1}, "rest": set(range(2, 10)), "all": set(range(10))}

PARTS_OF_STAGE: dict[str, dict[str, Any]] = {
    "cleaning of spans": {
        "name_candidates.span_edges.clean": lambda _text, start, end, label, _: [(start, end, label)]
    },
    "trust by position": {"name_candidates.TRUST_IN_HEADLINE": 1.0, "name_candidates.TRUST_AFTER_TITLE": 1.0},
    "neighbouring words": {"knowledge.Knowledge.context": lambda *_: None},
    "gazetteer and word lists": {"knowledge.Knowledge.priors": lambda *_: []},
    "overlooked well-known names": {"add_overlooked": lambda *_: None},
    "acronyms introduced": {"introduce": lambda *_: []},
    "joining of names": {"join": lambda groups, *_: list(groups.values())},
    "repeated mentions": {"add_repeats": lambda *_: None},
}
"""Replacements that switch off each part of the stage, to measure what it adds."""


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled", type=Path)
    parser.add_argument("--model", default=loading.NAME, help="the shipped model, or an installed spaCy pipeline")
    parser.add_argument("--part", choices=DATA_PARTS, default="development")
    parser.add_argument("--ablate", action="store_true", help="also measure the stage without each of its parts")
    options = parser.parse_args()

    nlp = loading.load(options.model)
    rows = [json.loads(line) for line in options.labelled.read_text("utf-8").splitlines()]
    rows = [
        row for row in rows if int(hashlib.sha256(row["id"].encode()).hexdigest(), 16) % 10 in DATA_PARTS[options.part]
    ]
    gold = {
        (number, entity["start"], entity["end"], entity["label"])
        for number, row in enumerate(rows)
        for entity in row["entities"]
    }
    started = time.process_time()
    docs = [nlp(row["text"]) for row in rows]
    model_seconds = time.process_time() - started
    finder = entities.EntityFinder(Gazetteer())

    print(f"{options.model}, {options.part}: {len(rows)} articles, {len(gold)} entities\n")
    _print_types(gold, {"model": _labelled(docs, _model_spans), "model + stage": _labelled(docs, _stage(finder))})
    started = time.process_time()
    whole = _labelled(docs, _stage(finder))
    stage_seconds = time.process_time() - started
    share = stage_seconds / model_seconds
    print(f"\nstage: {1000 * stage_seconds / len(rows):.1f} ms per article, {share:.1%} of the model's time")
    if options.ablate:
        print(f"\n{'the stage without':32} F1      change")
        for name, changes in PARTS_OF_STAGE.items():
            with ExitStack() as stack:
                for target, value in changes.items():
                    stack.enter_context(patch(f"service.enrich.entities.{target}", value))
                without = _f1(gold, _labelled(docs, _stage(entities.EntityFinder(Gazetteer()))))
            print(f"{name:32} {without:.3f}  {without - _f1(gold, whole):+.3f}")


def _labelled(docs: Iterable[Doc], read: Callable[[Doc], Iterable[tuple[int, int, str]]]) -> Labelled:
    spans = ((number, span) for number, doc in enumerate(docs) for span in read(doc))
    merged = {(number, start, end, MERGED_LABELS.get(label, label)) for number, (start, end, label) in spans}
    return {row for row in merged if row[3] in TYPES}


def _model_spans(doc: Doc) -> Iterable[tuple[int, int, str]]:
    return ((ent.start_char, ent.end_char, ent.label_) for ent in doc.ents)


def _stage(finder: entities.EntityFinder) -> Callable[[Doc], Iterable[tuple[int, int, str]]]:
    def read(doc: Doc) -> Iterable[tuple[int, int, str]]:
        before = doc.ents
        spans = [
            (mention.start, mention.end, entity.type) for entity in finder.find(doc) for mention in entity.mentions
        ]
        doc.ents = before  # the stage replaces them, and the next reader needs the model's
        return spans

    return read


def _print_types(gold: Labelled, systems: dict[str, Labelled]) -> None:
    count = Counter(row[3] for row in gold)
    print(f"{'':12}{'':>6}" + "".join(f"  {name:^20}" for name in systems))
    print(f"{'':12}{'n':>6}" + "  P     R     F1    " * len(systems))
    for name, types in [(label, (label,)) for label in TYPES] + [("these five", CORE_TYPES), ("all", TYPES)]:
        scores = [_scores(_only(gold, types), _only(predicted, types)) for predicted in systems.values()]
        cells = "".join("  " + " ".join(f"{score:.3f}" for score in row) + " " for row in scores)
        print(f"{name:12}{sum(count[label] for label in types):>6}{cells}")


def _only(labelled: Labelled, types: Iterable[str]) -> Labelled:
    wanted = set(types)
    return {row for row in labelled if row[3] in wanted}


def _scores(gold: Labelled, predicted: Labelled) -> tuple[float, float, float]:
    """Return precision, recall and F1."""
    right = len(gold & predicted)
    return right / max(1, len(predicted)), right / max(1, len(gold)), 2 * right / max(1, len(gold) + len(predicted))


def _f1(gold: Labelled, predicted: Labelled) -> float:
    return _scores(gold, predicted)[2]


if __name__ == "__main__":
    main()
