"""Label documents with the teacher: what the student learns from, as arrays per token and per article.

The student learns probabilities, not only the most likely answer (distillation, Hinton et al. 2015).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from spacy.lang.en import English

from training import examples, stored
from training.student.word_vectors import WordVectors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from training.documents import Document
    from training.examples import Window
    from training.teacher.answers import Teacher

KEPT = 4
"""Tags and types that are kept of each token's distribution: the most likely ones."""
MOST_MAIN = 20
"""Greatest score as the main event: beyond it, a share is 0 or 1 anyway."""
DOCUMENTS_PER_CHUNK = 256
"""Documents of which all scores are held in memory at once."""
DOCUMENTS_PER_FILE = 2_000


@dataclass(slots=True)
class Labels:
    """The teacher's answers about one document. Tokens of white space are no name and no event."""

    tags: NDArray[np.uint8]
    """The most likely tags of names: (token, `KEPT`)."""
    tag_shares: NDArray[np.float16]
    """Their probabilities, which sum to one: (token, `KEPT`)."""
    types: NDArray[np.uint8]
    """The most likely types of events, 0 for none: (token, `KEPT`)."""
    type_shares: NDArray[np.float16]
    """Their probabilities: (token, `KEPT`)."""
    flags: NDArray[np.float16]
    """Probability of each flag of an event: (token, 4)."""
    main: NDArray[np.float16]
    """Score of each token as the main event, less that of none: (token,)."""
    topics: NDArray[np.float16]
    """Probability of each topic; empty if the document has no word."""
    lead: NDArray[np.float16]
    """Probability of each topic as the most important one."""


def label_in_files(
    documents: Sequence[Document], teachers: Sequence[Teacher], path: Path, vectors: WordVectors | None = None
) -> list[Labels]:
    """Return what `label` returns, and store it as it is made: in files whose names start with *path*."""
    results: list[Labels] = []
    for begin in range(0, len(documents), DOCUMENTS_PER_FILE):
        part = None if vectors is None else WordVectors(vectors.vocabulary, vectors.width)
        make = partial(_label, documents[begin : begin + DOCUMENTS_PER_FILE], teachers, part)
        found, sums = stored.kept(path.with_name(f"{path.name}-{begin}.pickle"), make)
        results += found
        if vectors is not None and sums is not None:
            vectors.join(sums)
    return results


def _label(
    documents: Sequence[Document], teachers: Sequence[Teacher], vectors: WordVectors | None
) -> tuple[list[Labels], WordVectors | None]:
    return label(documents, teachers, vectors), vectors


def label(
    documents: Sequence[Document], teachers: Sequence[Teacher], vectors: WordVectors | None = None
) -> list[Labels]:
    """Return the answers of *teachers* about *documents*, and add the vectors of their words to *vectors*."""
    words = English()
    results: list[Labels] = []
    for begin in range(0, len(documents), DOCUMENTS_PER_CHUNK):
        chunk = documents[begin : begin + DOCUMENTS_PER_CHUNK]
        read: list[list[tuple[Window, dict[str, Any]]]] = [[] for _ in chunk]
        for teacher in teachers:
            windows = [
                window
                for number, document in enumerate(chunk)
                for window in examples.split(document.text, document.sentences, number, teacher.tokenizer, words)
            ]
            for window, scores in zip(windows, teacher.read(windows), strict=True):
                read[window.article].append((window, scores))
                if vectors is not None and "hidden" in scores:
                    text = chunk[window.article].text
                    vectors.add([text[start:end] for start, end in window.words], scores["hidden"])
        results += [_join(document, parts) for document, parts in zip(chunk, read, strict=True)]
    return results


def _join(document: Document, parts: list[tuple[Window, dict[str, Any]]]) -> Labels:
    size = len(document.starts)
    at = {start: token for token, start in enumerate(document.starts.tolist())}
    labels = Labels(
        np.zeros((size, KEPT), np.uint8), np.zeros((size, KEPT), np.float16),
        np.zeros((size, KEPT), np.uint8), np.zeros((size, KEPT), np.float16),
        np.zeros((size, 4), np.float16), np.full(size, -MOST_MAIN, np.float16),
        np.zeros(0, np.float16), np.zeros(0, np.float16),
    )  # fmt: skip
    labels.tags[:] = np.arange(KEPT)
    labels.types[:] = np.arange(KEPT)
    labels.tag_shares[:, 0] = labels.type_shares[:, 0] = 1
    for window, scores in parts:
        pairs = [(at[start], row) for row, (start, _) in enumerate(window.words) if start in at]
        tokens, rows = np.array([t for t, _ in pairs], int), np.array([r for _, r in pairs], int)
        if not len(tokens):
            continue
        if "tags" in scores:
            labels.tags[tokens], labels.tag_shares[tokens] = most_likely(softmax(scores["tags"][rows]))
        if "types" in scores:
            labels.types[tokens], labels.type_shares[tokens] = most_likely(softmax(scores["types"][rows]))
            labels.flags[tokens] = log_odds_to_shares(scores["flags"][rows])
            labels.main[tokens] = np.clip(scores["main"][rows, 0] - scores["no_main"], -MOST_MAIN, MOST_MAIN)
        if "topics" in scores and window.number == 0:
            labels.topics = log_odds_to_shares(scores["topics"]).astype(np.float16)
            labels.lead = softmax(scores["lead"][None])[0].astype(np.float16)
    return labels


def log_odds_to_shares(odds: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return probabilities."""
    return (1 / (1 + np.exp(-odds))).astype(np.float32)


def softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return probabilities by row."""
    odds = np.exp(scores - scores.max(1, keepdims=True))
    shares: NDArray[np.float32] = odds / odds.sum(1, keepdims=True)
    return shares


def most_likely(shares: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
    """Return the columns of the `KEPT` greatest *shares* by row, and these shares, which then sum to one."""
    columns = np.argpartition(-shares, KEPT - 1, axis=1)[:, :KEPT]
    kept = np.take_along_axis(shares, columns, 1)
    return columns.astype(np.uint8), (kept / kept.sum(1, keepdims=True)).astype(np.float16)
