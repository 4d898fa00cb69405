"""Train the type model of the events from labelled articles.

    python training/events/train.py ARTICLES [--hold-out]

Input: ARTICLES, JSON lines of labelled articles (text, events with type and trigger). The shipped model annotates the
texts, so train again when its weights change. The model also learns from the examples and from the words of the rules.
It never learns from the test part of `training/corpus.py`, and with `--hold-out` not from the development part either,
so that settings can be compared.

Output: service/enrich/data/event_model.npz. Needs scikit-learn; the service does not.
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
REGULARIZATION_C = 0.2
"""C of the logistic regression, the inverse of its regularization. Small, because human labels disagree."""
MIN_CANDIDATES_PER_FEATURE = 3
"""Number of candidates for which a feature must hold to be learned."""
MIN_EVENT_SHARE = 0.18
"""A word becomes a candidate if at least this share of its uses, and at least `MIN_EVENT_USES`, are labelled events."""
MIN_EVENT_USES, MIN_LEMMA_LETTERS = 2, 3
MIN_FEATURE_WEIGHT = 0.04
"""A feature is dropped if all its weights are smaller."""
EXAMPLE_WEIGHT = 10.0
LEXICON_WEIGHT = 1.0
"""Weight of a rule's word by itself.

It teaches the types of words that occur in no article, and through their vectors those of similar words.
"""


@dataclass(slots=True)
class Samples:
    """Candidates with their labels."""

    features: list[Features] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def add(self, features: Features, event_type: str, weight: float) -> None:
        """Append a candidate of type *event_type*."""
        self.features.append(features)
        self.types.append(event_type)
        self.weights.append(weight)


def main() -> None:
    """Train the model and write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--hold-out", action="store_true", help="do not learn from the development part")
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
    labels = [(parse, *trigger_types(parse, doc, events)) for parse, doc, events in labelled]
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
            samples.add(word_features(Frame(0, lemma, kind), entry), entry.rule.type, LEXICON_WEIGHT)
    return samples, words


def word_features(frame: Frame, entry: rules.RuleEntry) -> Features:
    """Return the features of a rule's word by itself, outside of any text."""
    names = [f"L={frame.lemma}/{frame.pos}", *features.rule_features(frame, [entry])]
    return features.Features(names, ([frame.lemma], [], [], [], []))


def trigger_types(parse: Parse, doc: Doc, events: list[dict[str, Any]]) -> tuple[dict[int, str], set[int]]:
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
        if number >= MIN_EVENT_USES and number / total[key] >= MIN_EVENT_SHARE and len(key[1]) >= MIN_LEMMA_LETTERS
    }


def fit(samples: Samples) -> tuple[list[str], LogisticRegression]:
    """Return the sorted names of the sparse features, and the regression over them and over the slots' vectors."""
    counts = Counter(name for sample in samples.features for name in sample.names)
    vocabulary = sorted(name for name, number in counts.items() if number >= MIN_CANDIDATES_PER_FEATURE)
    column = {name: index for index, name in enumerate(vocabulary)}
    ends, columns = [0], []
    for sample in samples.features:
        columns += [column[name] for name in sample.names if name in column]
        ends.append(len(columns))
    shape = (len(samples.features), len(vocabulary))
    sparse = csr_matrix((np.ones(len(columns), np.float32), columns, ends), shape=shape)
    dense = np.array([np.concatenate([mean_vector(lemmas) for lemmas in sample.lemmas]) for sample in samples.features])
    matrix = hstack([sparse, csr_matrix(dense)]).tocsr()
    print("candidates", matrix.shape)
    regression = LogisticRegression(C=REGULARIZATION_C, max_iter=200, tol=1e-3)
    return vocabulary, regression.fit(matrix, samples.types, sample_weight=samples.weights)


def mean_vector(lemmas: list[str]) -> Any:
    """Return the mean vector of the *lemmas* that have one, or zeros if none has."""
    rows = [row for lemma in lemmas if (row := lemma_rows().get(lemma)) is not None]
    vectors = lemma_vectors()
    return vectors[rows].mean(axis=0) if rows else np.zeros(vectors.shape[1], np.float32)


def _write(fitted: LogisticRegression, vocabulary: list[str], words: set[tuple[str, str]]) -> None:
    size = len(vocabulary)
    table = fitted.coef_.T[:size]
    keep = np.abs(table).max(axis=1) >= MIN_FEATURE_WEIGHT
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
