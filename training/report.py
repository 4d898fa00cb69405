"""Compare the base model, the shipped model, and the shipped model with the entity stage: accuracy, then speed.

    python training/report.py [development|test]

Scores are micro-averages over exact spans. "Place" means GPE or LOC. The speed is that of the tokenizer and the entity
recognizer with its network, without the parser. Needs `training/corpus`, which train.py writes.
"""

from __future__ import annotations

# ruff: noqa: E402 - the environment must be set before NumPy is loaded, the path before our own modules
import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import spacy
from spacy.training import Example
from thinc.api import NumpyOps, set_current_ops

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from service.contract.raw_article import RawArticle
from service.enrich.enricher import Enricher
from service.enrich.model import loading
from service.settings import Settings
from training import corpus
from training.trainable_parser import grammar_scores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from spacy.language import Language
    from spacy.tokens import Doc

Spans = set[tuple[int, int, str]]
NAMES = ("PERSON", "ORG", "GPE", "LOC", "NORP", "FAC", "EVENT", "PRODUCT", "WORK_OF_ART", "LAW")
CORE = ("PERSON", "ORG", "PLACE", "NORP")
PLACE = {"GPE": "PLACE", "LOC": "PLACE"}
AGREEMENT = {"tags": "tag_acc", "sentences, F1": "sents_f", "heads": "dep_uas", "heads and relations": "dep_las"}
SPEED_ROUNDS = 5
"""Passes over the articles for the speed. The fastest counts, because other work can only slow a pass down."""


def main() -> None:
    """Print the comparison as Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="?", default="test", choices=["development", "test"])
    part = parser.parse_args().part
    set_current_ops(NumpyOps(use_blis=False))
    base, ours = spacy.load(corpus.BASE_MODEL, enable=["ner"]), loading.load()
    enricher = Enricher(Settings(model=loading.NAME))
    gold = corpus.load(HERE / "corpus" / f"{part}.spacy", ours.vocab)
    texts = [doc.text for doc in gold]
    reference = [_ents(doc) for doc in gold]
    docs = list(ours.pipe(texts))
    predicted = {
        "base": [_ents(doc) for doc in base.pipe(texts)],
        "fine-tuned": [_ents(doc) for doc in docs],
        "with our stages": [_stage_entities(enricher, text) for text in texts],
    }
    print(f"Entities, {part} part: {len(texts)} articles, {sum(map(len, gold)):,} tokens. P / R / F1.\n")
    _table(reference, predicted, {label: _only(label) for label in NAMES})
    _table(reference, predicted, {"all names": _names, "PERSON, ORG, place, NORP": _core})
    _grammar(ours, gold)
    _speed(base, ours, texts)


def _ents(doc: Doc) -> Spans:
    return {(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents}


def _stage_entities(enricher: Enricher, text: str) -> Spans:
    record = enricher.enrich(RawArticle(id="article", body=text, language="en"), {})
    return {(mention.start, mention.end, entity.type) for entity in record.entities for mention in entity.mentions}


def _only(label: str) -> Callable[[Spans], Spans]:
    return lambda spans: {span for span in spans if span[2] == label}


def _names(spans: Spans) -> Spans:
    return {span for span in spans if span[2] in NAMES}


def _core(spans: Spans) -> Spans:
    joined = {(start, end, PLACE.get(label, label)) for start, end, label in spans}
    return {span for span in joined if span[2] in CORE}


def _table(
    reference: list[Spans], predicted: dict[str, list[Spans]], rows: dict[str, Callable[[Spans], Spans]]
) -> None:
    print("| | gold |", " | ".join(predicted), "|")
    print("|---|---|", "---|" * len(predicted), sep="")
    for name, select in rows.items():
        gold = [select(spans) for spans in reference]
        cells = [_figures(gold, [select(spans) for spans in spans_of]) for spans_of in predicted.values()]
        print(f"| {name} | {sum(map(len, gold)):,} |", " | ".join(cells), "|")
    print()


def _figures(gold: Iterable[Spans], predicted: Iterable[Spans]) -> str:
    count: Counter[str] = Counter()
    for correct, spans in zip(gold, predicted, strict=True):
        count.update(hit=len(correct & spans), gold=len(correct), predicted=len(spans))
    precision, recall = count["hit"] / max(1, count["predicted"]), count["hit"] / max(1, count["gold"])
    f1 = 2 * count["hit"] / max(1, count["predicted"] + count["gold"])
    return f"{precision:.3f} / {recall:.3f} / **{f1:.3f}**"


def _grammar(ours: Language, gold: list[Doc]) -> None:
    """Print how far our parser agrees with its teacher, the base model's parser."""
    examples = [Example(ours(doc.text), doc) for doc in gold]
    scores = grammar_scores(examples)
    print("Grammar, agreement with the base's tagger and parser:")
    print(", ".join(f"{name} {scores[key]:.3f}" for name, key in AGREEMENT.items()), end="\n\n")


def _speed(base: Language, ours: Language, texts: list[str]) -> None:
    tokens = sum(len(base.make_doc(text)) for text in texts)
    best: dict[str, float] = {}
    for _ in range(SPEED_ROUNDS):
        for name, nlp in (("base", base), ("ours", ours)):
            with nlp.select_pipes(disable=[pipe for pipe in nlp.pipe_names if pipe not in {"tok2vec", "ner"}]):
                started = time.process_time()
                list(nlp.pipe(texts))
                best[name] = max(best.get(name, 0.0), tokens / (time.process_time() - started))
    print("Entity recognition, tokens per second of CPU time:")
    print(", ".join(f"{name} {speed:,.0f}" for name, speed in best.items()))


if __name__ == "__main__":
    main()
