"""Label documents with the teacher: what the student learns from, as arrays per token and per article."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_matrix
from spacy.lang.en import English

from service.enrich.model import word_features
from training import encoder, examples, teacher

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from training.documents import Document

KEPT = 4
"""Tags and types that are kept of each token's distribution: the most likely ones."""
DOCUMENTS_PER_CHUNK = 256


@dataclass(slots=True)
class Labels:
    """The teacher's answers for one document. Tokens of white space are no name and no event."""

    tags: NDArray[np.uint8]
    tag_shares: NDArray[np.float16]
    types: NDArray[np.uint8]
    type_shares: NDArray[np.float16]
    flags: NDArray[np.float16]
    main: NDArray[np.float16]
    """Score of each token as the main event, less that of none."""
    topics: NDArray[np.float16]
    lead: NDArray[np.float16]


class WordVectors:
    """Sums of the teacher's vectors by word, for the student's vocabulary."""

    def __init__(self, vocabulary: dict[str, int], width: int) -> None:
        self.vocabulary = vocabulary
        self.sums = np.zeros((len(vocabulary), width), np.float64)
        self.counts = np.zeros(len(vocabulary), np.int64)

    def add(self, keys: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Add the *vectors* of tokens with *keys*."""
        rows = np.array([self.vocabulary.get(key, -1) for key in keys])
        known = rows >= 0
        if not known.any():
            return
        picked = csr_matrix(
            (np.ones(known.sum(), np.float32), (rows[known], np.arange(known.sum()))),
            shape=(len(self.vocabulary), int(known.sum())),
        )
        self.sums += picked @ vectors[known]
        self.counts += np.bincount(rows[known], minlength=len(self.vocabulary))


def label(
    documents: Sequence[Document],
    sentences: Sequence[Sequence[tuple[int, int]]],
    source: encoder.Encoder,
    weights: Any,
    vectors: WordVectors | None = None,
) -> list[Labels]:
    """Return the teacher's labels of *documents*, whose *sentences* say where a window may end."""
    tokenizer, words = encoder.tokenizer(), English()
    results: list[Labels] = []
    for begin in range(0, len(documents), DOCUMENTS_PER_CHUNK):
        chunk = documents[begin : begin + DOCUMENTS_PER_CHUNK]
        windows = [
            window
            for number, document in enumerate(chunk)
            for window in examples.split(document.text, sentences[begin + number], number, tokenizer, words)
        ]
        scores = teacher.run(source, weights, windows)
        by_document: list[list[int]] = [[] for _ in chunk]
        for index, window in enumerate(windows):
            by_document[window.article].append(index)
        for document, indexes in zip(chunk, by_document, strict=True):
            results.append(_join(document, [(windows[i], scores[i]) for i in indexes]))
        if vectors is not None:
            for window, row in zip(windows, scores, strict=True):
                text = chunk[window.article].text
                vectors.add([word_features.key(text[s:e]) for s, e in window.words], row["hidden"])
    return results


def _join(document: Document, parts: list[tuple[examples.Window, dict[str, Any]]]) -> Labels:
    size = len(document.starts)
    at = {start: token for token, start in enumerate(document.starts.tolist())}
    labels = Labels(
        np.zeros((size, KEPT), np.uint8), np.zeros((size, KEPT), np.float16),
        np.zeros((size, KEPT), np.uint8), np.zeros((size, KEPT), np.float16),
        np.zeros((size, 4), np.float16), np.full(size, -20, np.float16),
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
        labels.tags[tokens], labels.tag_shares[tokens] = most_likely(softmax(scores["tags"][rows]))
        labels.types[tokens], labels.type_shares[tokens] = most_likely(softmax(scores["types"][rows]))
        labels.flags[tokens] = 1 / (1 + np.exp(-scores["flags"][rows]))
        labels.main[tokens] = np.clip(scores["main"][rows, 0] - scores["no_main"], -20, 20)
        if window.number == 0:
            labels.topics = (1 / (1 + np.exp(-scores["topics"]))).astype(np.float16)
            labels.lead = softmax(scores["lead"][None])[0].astype(np.float16)
    return labels


def softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return probabilities by row."""
    odds = np.exp(scores - scores.max(1, keepdims=True))
    return odds / odds.sum(1, keepdims=True)  # type: ignore[no-any-return]


def most_likely(shares: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
    """Return the columns of the `KEPT` greatest *shares* by row, and these shares, which then sum to one."""
    columns = np.argpartition(-shares, KEPT - 1, axis=1)[:, :KEPT]
    kept = np.take_along_axis(shares, columns, 1)
    return columns.astype(np.uint8), (kept / kept.sum(1, keepdims=True)).astype(np.float16)


def store(path: Path, labels: Any) -> None:
    """Write *labels* to *path*, whole or not at all."""
    draft = path.with_suffix(".draft")
    draft.write_bytes(pickle.dumps(labels))
    draft.replace(path)
