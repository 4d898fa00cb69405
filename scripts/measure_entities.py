"""Measure the entity stage on labelled articles: exact spans with their type, model as it is against model and stage.

    python scripts/measure_entities.py LABELLED.jsonl [--model NAME] [--part development] [--ablate]

LABELLED has an object a line: `id`, `text`, `entities` of {`start`, `end`, `label`}. Articles are split by
sha256(id) % 10: 0 is test, 1 development, the rest is for looking at errors. WORK is WORK_OF_ART or LAW.
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
FIVE = ("PERSON", "ORG", "GPE", "LOC", "NORP")
TYPES = (*FIVE, "FAC", "EVENT", "PRODUCT", "WORK")
SAME = {"WORK_OF_ART": "WORK", "LAW": "WORK"}
PARTS = {"test": {0}, "development": {1}, "rest": set(range(2, 10)), "all": set(range(10))}

PARTS_OF_STAGE: dict[str, dict[str, Any]] = {
    "cleaning of spans": {"candidates.spans.clean": lambda _text, start, end, label, _: [(start, end, label)]},
    "weights by place": {"candidates.HEADLINE": 1.0, "candidates.TITLED": 1.0},
    "neighbouring words": {"knowledge.Knowledge.context": lambda *_: None},
    "gazetteer and word lists": {"knowledge.Knowledge.priors": lambda *_: []},
    "well-known names passed over": {"add_overlooked": lambda *_: None},
    "acronyms introduced": {"introduce": lambda *_: []},
    "joining of names": {"join": lambda groups, *_: list(groups.values())},
    "repeated mentions": {"add_repeats": lambda *_: None},
}
"""What is put in place of each part of the stage to measure what it adds."""


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled", type=Path)
    parser.add_argument("--model", default=loading.NAME, help="the shipped one, or an installed spaCy pipeline")
    parser.add_argument("--part", choices=PARTS, default="development")
    parser.add_argument("--ablate", action="store_true", help="measure the stage without each of its parts, too")
    given = parser.parse_args()

    nlp = loading.load(given.model)
    rows = [json.loads(line) for line in given.labelled.read_text("utf-8").splitlines()]
    rows = [row for row in rows if int(hashlib.sha256(row["id"].encode()).hexdigest(), 16) % 10 in PARTS[given.part]]
    gold = {
        (number, entity["start"], entity["end"], entity["label"])
        for number, row in enumerate(rows)
        for entity in row["entities"]
    }
    started = time.process_time()
    docs = [nlp(row["text"]) for row in rows]
    model_seconds = time.process_time() - started
    finder = entities.EntityFinder(Gazetteer())

    print(f"{given.model}, {given.part}: {len(rows)} articles, {len(gold)} entities\n")
    _print_types(gold, {"model": _labelled(docs, _as_it_is), "model + stage": _labelled(docs, _stage(finder))})
    started = time.process_time()
    whole = _labelled(docs, _stage(finder))
    stage_seconds = time.process_time() - started
    share = stage_seconds / model_seconds
    print(f"\nstage: {1000 * stage_seconds / len(rows):.1f} ms an article, {share:.1%} of the model's time")
    if given.ablate:
        print(f"\n{'the stage without':32} F1      change")
        for name, changes in PARTS_OF_STAGE.items():
            with ExitStack() as stack:
                for target, value in changes.items():
                    stack.enter_context(patch(f"service.enrich.entities.{target}", value))
                without = _f1(gold, _labelled(docs, _stage(entities.EntityFinder(Gazetteer()))))
            print(f"{name:32} {without:.3f}  {without - _f1(gold, whole):+.3f}")


def _labelled(docs: Iterable[Doc], read: Callable[[Doc], Iterable[tuple[int, int, str]]]) -> Labelled:
    found = ((number, span) for number, doc in enumerate(docs) for span in read(doc))
    named = {(number, start, end, SAME.get(label, label)) for number, (start, end, label) in found}
    return {row for row in named if row[3] in TYPES}


def _as_it_is(doc: Doc) -> Iterable[tuple[int, int, str]]:
    return ((ent.start_char, ent.end_char, ent.label_) for ent in doc.ents)


def _stage(finder: entities.EntityFinder) -> Callable[[Doc], Iterable[tuple[int, int, str]]]:
    def read(doc: Doc) -> Iterable[tuple[int, int, str]]:
        before = doc.ents
        found = [(mention.start, mention.end, one.type) for one in finder.find(doc) for mention in one.mentions]
        doc.ents = before  # the stage sets them; the next reader starts from the model's
        return found

    return read


def _print_types(gold: Labelled, systems: dict[str, Labelled]) -> None:
    count = Counter(row[3] for row in gold)
    print(f"{'':12}{'':>6}" + "".join(f"  {name:^20}" for name in systems))
    print(f"{'':12}{'n':>6}" + "  P     R     F1    " * len(systems))
    for name, types in [(one, (one,)) for one in TYPES] + [("these five", FIVE), ("all", TYPES)]:
        scores = [_scores(_only(gold, types), _only(found, types)) for found in systems.values()]
        cells = "".join("  " + " ".join(f"{score:.3f}" for score in row) + " " for row in scores)
        print(f"{name:12}{sum(count[one] for one in types):>6}{cells}")


def _only(labelled: Labelled, types: Iterable[str]) -> Labelled:
    wanted = set(types)
    return {row for row in labelled if row[3] in wanted}


def _scores(gold: Labelled, found: Labelled) -> tuple[float, float, float]:
    right = len(gold & found)
    return right / max(1, len(found)), right / max(1, len(gold)), 2 * right / max(1, len(gold) + len(found))


def _f1(gold: Labelled, found: Labelled) -> float:
    return _scores(gold, found)[2]


if __name__ == "__main__":
    main()
