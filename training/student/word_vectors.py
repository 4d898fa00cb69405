"""The teacher's mean vector of each word, from which the student's vectors start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from service.enrich.model import word_features

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FIRST_SPREAD = 0.3
"""Standard deviation of the words' first vectors, as of the student's other tables."""


class WordVectors:
    """Sums of vectors of *width* by word, for the words of a *vocabulary*."""

    def __init__(self, vocabulary: dict[str, int], width: int) -> None:
        self.vocabulary = vocabulary
        self.width = width
        self.sums = np.zeros((len(vocabulary), width), np.float32)
        self.counts = np.zeros(len(vocabulary), np.int64)

    def add(self, words: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Add the *vectors* of *words*: (word, width). Words out of the vocabulary do not count."""
        rows = np.array([self.vocabulary.get(word_features.key(word), -1) for word in words], np.int64)
        known = np.flatnonzero(rows >= 0)
        by_row = known[np.argsort(rows[known], kind="stable")]
        found, begins, counts = np.unique(rows[by_row], return_index=True, return_counts=True)
        if len(found):
            self.sums[found] += np.add.reduceat(vectors[by_row], begins, axis=0)
            self.counts[found] += counts

    def join(self, other: WordVectors) -> None:
        """Add the sums of *other*, which has the same vocabulary."""
        self.sums += other.sums
        self.counts += other.counts

    def reduced(self, width: int) -> NDArray[np.float32]:
        """Return the mean vectors in *width* principal components: (word, width). Words never seen are zero."""
        means = self.sums.astype(np.float64) / np.maximum(self.counts, 1)[:, None]
        seen = self.counts > 0
        means -= means[seen].mean(0)
        means[~seen] = 0
        covariance = means[seen].T @ means[seen] / seen.sum()
        _, components = np.linalg.eigh(covariance)
        rows = means @ components[:, ::-1][:, :width]
        return (rows / rows[seen].std() * FIRST_SPREAD).astype(np.float32)  # type: ignore[no-any-return]
