"""The type model: a linear classifier over words, syntax, rules and word vectors, made by `training/events/train.py`.

Multinomial logistic regression over the features of `features.py`; the weights are signed bytes with one scale a type.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from service.enrich.events.data import model_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

NONE = "NONE"
"""The class of words that name no event."""


@dataclass(frozen=True, slots=True)
class TypeModel:
    """The weights: a row a feature, a column a type; dense features come after the sparse ones."""

    types: tuple[str, ...]
    rows: dict[str, int]
    sparse: NDArray[np.float32]
    dense: NDArray[np.float32]
    bias: NDArray[np.float32]
    candidates: frozenset[tuple[str, str]]
    """Kind and lemma of the words that were seen to name events, beside those of the rules."""

    def probabilities(self, names: list[list[str]], dense: list[NDArray[np.float32]]) -> NDArray[np.float32]:
        """Return the probability of each of `types` (columns) for each candidate (rows)."""
        logits = np.stack(dense) @ self.dense + self.bias
        for at, features in enumerate(names):
            rows = sorted({row for name in features if (row := self.rows.get(name)) is not None})
            logits[at] += self.sparse[rows].sum(axis=0)
        scores = np.exp(logits - logits.max(axis=1, keepdims=True))
        return scores / scores.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]


@functools.cache
def load() -> TypeModel:
    """Return the model of the data files."""
    arrays, names, candidates = model_arrays()
    scale = arrays["scale"].astype(np.float32)
    return TypeModel(
        types=tuple(str(name) for name in arrays["types"]),
        rows={name: row for row, name in enumerate(names)},
        sparse=arrays["sparse"].astype(np.float32) * scale,
        dense=arrays["dense"].astype(np.float32),
        bias=arrays["bias"].astype(np.float32),
        candidates=candidates,
    )
