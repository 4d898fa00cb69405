"""The type model: a linear classifier over words, parse, rules and word vectors, made by `training/events/train.py`.

Multinomial logistic regression over the features of `features.py`; the weights are signed bytes with one scale a type.
A word's vector times the weights of a slot is always the same, so it is a row of the table too, made when the model is
loaded: a candidate's scores are a sum of rows.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from service.enrich.grammar.word_lists import lemma_rows, lemma_vectors, model_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.enrich.events.features import Features

NONE = "NONE"
"""The class of words that name no event."""


@dataclass(frozen=True, slots=True)
class TypeModel:
    """The weights: a row a feature, a column a type; the bias is the first row, the words of the slots come last."""

    types: tuple[str, ...]
    rows: dict[str, int]
    """Row of each named feature."""
    words: dict[str, int]
    """Number of each lemma that has a vector: its row, counted from where the rows of a slot begin."""
    table: NDArray[np.float32]
    candidates: frozenset[tuple[str, str]]
    """Kind and lemma of the words that were seen to name events, beside those of the rules."""

    def probabilities(self, described: list[Features]) -> NDArray[np.float32]:
        """Return the probability of each of `types` (columns) for each candidate (rows)."""
        rows: list[int] = []
        shares: list[float] = []
        starts = []
        begins = range(1 + len(self.rows), len(self.table), len(self.words))
        for features in described:
            starts.append(len(rows))
            rows.append(0)
            rows += [row for name in features.names if (row := self.rows.get(name)) is not None]
            shares += [1.0] * (len(rows) - len(shares))
            for begin, lemmas in zip(begins, features.lemmas, strict=True):
                known = [begin + word for lemma in lemmas if (word := self.words.get(lemma)) is not None]
                rows += known
                shares += [1 / len(known)] * len(known) if known else []
        logits = np.add.reduceat(self.table[rows] * np.array(shares, np.float32)[:, None], starts, axis=0)
        scores = np.exp(logits - logits.max(axis=1, keepdims=True))
        return scores / scores.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]


@functools.cache
def load() -> TypeModel:
    """Return the model of the data files."""
    return build(*model_arrays())


def build(arrays: dict[str, NDArray[Any]], names: list[str], candidates: frozenset[tuple[str, str]]) -> TypeModel:
    """Return the model of *arrays*: `sparse` has a row a name, `dense` one for each dimension of a slot's vector."""
    types = tuple(str(name) for name in arrays["types"])
    vectors = lemma_vectors()
    named = arrays["sparse"].astype(np.float32) * arrays["scale"].astype(np.float32)
    slots = arrays["dense"].astype(np.float32).reshape(-1, vectors.shape[1], len(types))
    return TypeModel(
        types=types,
        rows={name: row for row, name in enumerate(names, 1)},
        words=lemma_rows(),
        table=np.concatenate([arrays["bias"][None], named, *(vectors @ slot for slot in slots)]).astype(np.float32),
        candidates=candidates,
    )
