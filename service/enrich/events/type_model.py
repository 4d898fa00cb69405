"""The type model: how likely each type of event is for a candidate. Trained by `training/events/train.py`.

A linear classifier (multinomial logistic regression) over the features of `features.py`; its weights are signed bytes
with one scale per type. A word's vector times the weights of a slot is always the same, so it is a row of the table
too, computed when the model is loaded. The scores of a candidate are then a sum of rows.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib.resources import as_file
from typing import TYPE_CHECKING, Any

import numpy as np

from service.enrich.data_files import DATA
from service.enrich.grammar.word_lists import lemma_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.enrich.events.features import Features

NONE = "NONE"
"""The class of words that name no event."""
VECTOR_SCALE = 127
"""The vectors are stored as signed bytes."""


@dataclass(frozen=True, slots=True)
class TypeModel:
    """The weights: one row per feature, one column per type. The bias is the first row, the words of slots are last."""

    types: tuple[str, ...]
    rows: dict[str, int]
    """Row of each named feature."""
    words: dict[str, int]
    """Row of each lemma that has a vector, counted from the first row of a slot."""
    table: NDArray[np.float32]
    candidates: frozenset[tuple[str, str]]
    """Part of speech and lemma of words that name events in the training data, in addition to those of the rules."""

    def probabilities(self, described: list[Features]) -> NDArray[np.float32]:
        """Return the probability of each of `types` (columns) for each candidate (rows)."""
        rows: list[int] = []
        shares: list[float] = []
        starts = []
        slots = range(1 + len(self.rows), len(self.table), len(self.words))
        for features in described:
            starts.append(len(rows))
            rows.append(0)
            rows += [row for name in features.names if (row := self.rows.get(name)) is not None]
            shares += [1.0] * (len(rows) - len(shares))
            for first_row, lemmas in zip(slots, features.lemmas, strict=True):
                known = [first_row + word for lemma in lemmas if (word := self.words.get(lemma)) is not None]
                rows += known
                shares += [1 / len(known)] * len(known) if known else []
        logits = np.add.reduceat(self.table[rows] * np.array(shares, np.float32)[:, None], starts, axis=0)
        scores = np.exp(logits - logits.max(axis=1, keepdims=True))
        return scores / scores.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]


@functools.cache
def load() -> TypeModel:
    """Return the shipped model."""
    with as_file(DATA / "event_model.npz") as path, np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files}
    names = bytes(arrays.pop("names")).decode().split("\0")
    words = (word.rpartition("/") for word in bytes(arrays.pop("candidates")).decode().split("\n"))
    return build(arrays, names, frozenset((pos, lemma) for lemma, _, pos in words))


def build(arrays: dict[str, NDArray[Any]], names: list[str], candidates: frozenset[tuple[str, str]]) -> TypeModel:
    """Return the model of *arrays*: `sparse` has one row per name, `dense` one per dimension of a slot's vector."""
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


@functools.cache
def lemma_vectors() -> NDArray[np.float32]:
    """Return the word vectors: one row per lemma of `lemma_rows`, of a length near one."""
    with as_file(DATA / "lemma_vectors.npy") as path:
        return np.load(path).astype(np.float32) / VECTOR_SCALE  # type: ignore[no-any-return]
