"""Train the type model of the events from labelled articles.

In: ARTICLES, a JSONL of labelled articles (text, events with type and trigger). Their texts are read by the shipped
pipeline, so train again when its weights change. The test part of `training/corpus.py` is left out: nothing is learned
from it; nor from the development part with `--hold-out`, which is how settings are compared. The examples of the rules
are learned from as well, and so are their words.
Out: service/enrich/data/event_model.npz. Needs scikit-learn; the service itself does not.

usage: train.py ARTICLES [--hold-out]
"""

from __future__ import annotations

# ruff: noqa: E402 - the environment must be set before NumPy is loaded, the path before our own modules
import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import argparse
import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from service.enrich.events import features, rules, trigger_candidates
from service.enrich.events.type_model import NONE, lemma_vectors
from service.enrich.grammar.frames import Frame
from service.enrich.grammar.parse import Parse
from service.enrich.grammar.word_lists import lemma_rows, word_class
from service.enrich.model import loading as pipeline
from training import corpus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from spacy.tokens import Doc

    from service.enrich.events.features import Features

OUT = ROOT / "service" / "enrich" / "data" / "event_model.npz"
STRENGTH = 0.2
"""C of the logistic regression: small, since readers differ."""
LEAST_SEEN = 3
"""A feature must hold for so many candidates."""
LEAST_SHARE = 0.18
"""A word becomes a candidate where at least this share of its uses was labelled an event, and twice at least."""
SEEN_TWICE, SHORTEST = 2, 3
LEAST_WEIGHT = 0.04
"""Features whose weights are all smaller say nothing."""
EXAMPLE_WEIGHT = 10.0
LEXICON_WEIGHT = 1.0
"""Of a rule's word by itself: it teaches the types of words, and by their vectors of their kin, that no article has."""


@dataclass(slots=True)
class Samples:
    """Candidates with what they were labelled."""

    features: list[Features] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def add(self, features: Features, kind: str, weight: float) -> None:
        """Append a candidate of type *kind*."""
        self.features.append(features)
        self.types.append(kind)
        self.weights.append(weight)


def main() -> None:
    """Train and write the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--hold-out", action="store_true", help="learn nothing from the development part")
    arguments = parser.parse_args()
    parts = {"train"} if arguments.hold_out else {"train", "development"}
    rows = [json.loads(line) for line in arguments.articles.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if corpus.part(row["id"]) in parts]
    nlp = pipeline.load()
    articles = [(nlp(row["text"]), row["events"]) for row in rows]
    examples = [(rule, nlp(example)) for rule in rules.rules() for example in rule.examples]
    samples, words = collect(articles, examples)
    vocabulary, fitted = fit(samples)
    _write(fitted, vocabulary, words)


def collect(
    articles: list[tuple[Doc, list[dict[str, Any]]]], examples: Iterable[tuple[rules.Rule, Doc]]
) -> tuple[Samples, set[tuple[str, str]]]:
    """Return the candidates of labelled *articles* and of the *examples* of rules, and the words that name events."""
    labelled = [(Parse(doc), doc, events) for doc, events in articles]
    labels = [(parse, *gold(parse, doc, events)) for parse, doc, events in labelled]
    words = candidate_words((parse, types) for parse, types, _ in labels)
    samples = Samples()
    for parse, types, inside in labels:
        for candidate in trigger_candidates.find(parse, words):
            at = candidate.frame.trigger
            if at in types or at not in inside:
                samples.add(features.describe(parse, candidate.frame, candidate.entries), types.get(at, NONE), 1.0)
    for rule, doc in examples:
        parse = Parse(doc)
        for candidate in trigger_candidates.find(parse, words):
            if any(entry.rule.id == rule.id for entry in candidate.entries):
                described = features.describe(parse, candidate.frame, candidate.entries)
                samples.add(described, rule.type, EXAMPLE_WEIGHT)
    for (kind, lemma), entries in rules.index().items():
        for entry in entries:
            samples.add(features.of_word(Frame(0, lemma, kind), [entry]), entry.rule.type, LEXICON_WEIGHT)
    return samples, words


def gold(parse: Parse, doc: Doc, events: list[dict[str, Any]]) -> tuple[dict[int, str], set[int]]:
    """Return the type of each trigger's head word, and all words of triggers."""
    types: dict[int, str] = {}
    inside: set[int] = set()
    for event in events:
        span = doc.char_span(event["trigger"]["start"], event["trigger"]["end"], alignment_mode="expand")
        if span is None:
            continue
        inside.update(range(span.start, span.end))
        words = [at for at in range(span.start, span.end) if parse.pos[at]]
        if not words:
            continue
        head = span.root.i if parse.pos[span.root.i] else words[0]
        if parse.pos[head] == "v" and parse.lemmas[head] in word_class("light_verb"):
            nouns = [
                at for at in words
                if parse.heads[at] == head and ("n", parse.lemmas[at]) in rules.index() and parse.pos[at] == "n"
            ]  # fmt: skip
            head = nouns[0] if nouns else head
        types.setdefault(head, event["type"])
    return types, inside


def candidate_words(labels: Iterable[tuple[Parse, Collection[int]]]) -> set[tuple[str, str]]:
    """Return the words (kind, lemma) that are often enough the trigger of an event."""
    events: Counter[tuple[str, str]] = Counter()
    total: Counter[tuple[str, str]] = Counter()
    for parse, triggers in labels:
        total.update(key for key in zip(parse.pos, parse.lemmas, strict=True) if key[0])
        events.update((parse.pos[at], parse.lemmas[at]) for at in triggers)
    return {
        key
        for key, number in events.items()
        if number >= SEEN_TWICE and number / total[key] >= LEAST_SHARE and len(key[1]) >= SHORTEST
    }


def fit(samples: Samples) -> tuple[list[str], LogisticRegression]:
    """Return the names of the sparse features, sorted, and the regression over them and the vectors of the slots."""
    seen = Counter(name for each in samples.features for name in each.names)
    vocabulary = sorted(name for name, number in seen.items() if number >= LEAST_SEEN)
    column = {name: at for at, name in enumerate(vocabulary)}
    ends, columns = [0], []
    for each in samples.features:
        columns += [column[name] for name in each.names if name in column]
        ends.append(len(columns))
    shape = (len(samples.features), len(vocabulary))
    sparse = csr_matrix((np.ones(len(columns), np.float32), columns, ends), shape=shape)
    dense = np.array([np.concatenate([mean(lemmas) for lemmas in each.lemmas]) for each in samples.features])
    matrix = hstack([sparse, csr_matrix(dense)]).tocsr()
    print("candidates", matrix.shape)
    regression = LogisticRegression(C=STRENGTH, max_iter=200, tol=1e-3)
    return vocabulary, regression.fit(matrix, samples.types, sample_weight=samples.weights)


def mean(lemmas: list[str]) -> Any:
    """Return the mean vector of those of *lemmas* that have one; zeros where none has."""
    rows = [row for lemma in lemmas if (row := lemma_rows().get(lemma)) is not None]
    vectors = lemma_vectors()
    return vectors[rows].mean(axis=0) if rows else np.zeros(vectors.shape[1], np.float32)


def _write(fitted: LogisticRegression, vocabulary: list[str], words: set[tuple[str, str]]) -> None:
    size = len(vocabulary)
    table = fitted.coef_.T[:size]
    keep = np.abs(table).max(axis=1) >= LEAST_WEIGHT
    table = table[keep]
    scale = np.abs(table).max(axis=0) / 127
    names = "\0".join(name for name, kept in zip(vocabulary, keep, strict=True) if kept)
    arrays = {
        "types": np.array(list(fitted.classes_)),
        "sparse": np.round(table / scale).astype(np.int8),
        "scale": scale.astype(np.float32),
        "dense": fitted.coef_.T[size:].astype(np.float16),
        "bias": fitted.intercept_.astype(np.float32),
        "names": np.frombuffer(names.encode(), np.uint8),
        "candidates": np.frombuffer("\n".join(f"{lemma}/{kind}" for kind, lemma in sorted(words)).encode(), np.uint8),
    }
    np.savez_compressed(OUT, **arrays)
    print("words", len(words), "kept", int(keep.sum()), "of", size, "features;", OUT.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
