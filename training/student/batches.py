"""Samples as arrays of few sizes, so that few programs are compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from service.enrich.model import trunk
from training.label import KEPT

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.student.samples import Sample

LENGTHS = (48, 128, 256, 512, 768)
"""Lengths in tokens to which articles are padded: one compiled program each. What is beyond is cut."""
TOKENS_PER_BATCH = 4_096
WORDS_STEP = 2_048
"""Distinct words of a batch are padded to a multiple of this."""
SHARE_OF_HIDDEN_WORDS = 0.1
"""Share of a batch's words that are read as if they were not in the vocabulary, to learn how to read such words."""


class HasForms(Protocol):
    """A sample of any student."""

    forms: NDArray[np.int32]
    """Number of each token among all distinct ones: (token,)."""


def batches(samples: Sequence[HasForms], rng: random.Random | None) -> list[tuple[list[int], int]]:
    """Return the indexes of samples that are padded to the same length, and this length.

    With *rng*, samples are mixed and batches come in a random order.
    """
    order = list(range(len(samples)))
    if rng:
        rng.shuffle(order)
    by_length: dict[int, list[int]] = {length: [] for length in LENGTHS}
    for index in order:
        tokens = min(len(samples[index].forms), LENGTHS[-1])
        by_length[next(length for length in LENGTHS if length >= tokens)].append(index)
    groups = []
    for length, indexes in by_length.items():
        size = TOKENS_PER_BATCH // length
        groups += [(indexes[start : start + size], length) for start in range(0, len(indexes), size)]
    if rng:
        rng.shuffle(groups)
    return groups


def to_batch(
    samples: Sequence[Sample],
    length: int,
    features: dict[str, NDArray[np.int32]],
    topics: int,
    rng: np.random.Generator | None,
) -> dict[str, Any]:
    """Return arrays of *samples*, padded to *length* tokens and to as many articles as fit into a batch.

    `words` are the features of the distinct words, `tokens` the row of each token there: (article, token). With *rng*,
    some words are hidden.
    """
    batch = _empty(max(1, TOKENS_PER_BATCH // length), length, topics)
    for row, sample in enumerate(samples):
        _fill(batch, row, sample, min(len(sample.forms), length))
    words, tokens = distinct_words(batch.pop("forms"), features, rng)
    return batch | {"words": words, "tokens": tokens}


def _empty(articles: int, length: int, topics: int) -> dict[str, Any]:
    """Return arrays that say of no token and no article anything."""
    shape = articles, length

    def zeros(*columns: int) -> NDArray[np.float32]:
        return np.zeros((*shape, *columns), np.float32)

    def numbers(*columns: int) -> NDArray[np.int32]:
        return np.zeros((*shape, *columns), np.int32)

    type_shares = zeros(KEPT)
    type_shares[..., 0] = 1
    return {
        "forms": numbers() - 1, "mask": zeros(), "positions": numbers(), "sentences": numbers() - 1,
        "pos": numbers(), "heads": numbers() + np.arange(length, dtype=np.int32), "relations": numbers(),
        "opens": zeros(),
        "tags": numbers(KEPT), "tag_shares": zeros(KEPT), "types": numbers(KEPT), "type_shares": type_shares,
        "flags": zeros(4),
        "main": np.zeros((articles, length + 1), np.float32), "has_main": np.zeros(articles, np.float32),
        "topics": np.zeros((articles, topics), np.float32), "lead": np.zeros((articles, topics), np.float32),
        "has_topics": np.zeros(articles, np.float32), "weight": np.zeros(articles, np.float32),
    }  # fmt: skip


def _fill(batch: dict[str, Any], row: int, sample: Sample, count: int) -> None:
    """Set what is known of the first *count* tokens of *sample*."""
    at, labels = (row, slice(count)), sample.labels
    batch["forms"][at], batch["mask"][at] = sample.forms[:count], 1
    batch["positions"][at] = trunk.positions(count, min(sample.headline_tokens, count))
    pos, heads, relations, opens = sample.grammar[:count].T
    batch["pos"][at], batch["relations"][at], batch["opens"][at] = pos, relations, opens
    batch["heads"][at] = np.where(heads < count, heads, np.arange(count))
    batch["sentences"][at] = np.cumsum(opens)
    for name in ("tags", "tag_shares", "types", "type_shares", "flags"):
        batch[name][at] = getattr(labels, name)[:count]
    if sample.main is not None:
        batch["main"][at], batch["main"][row, -1], batch["has_main"][row] = sample.main[:count], sample.main[-1], 1
    if len(labels.topics):
        batch["topics"][row], batch["lead"][row], batch["has_topics"][row] = labels.topics, labels.lead, 1
    batch["weight"][row] = sample.weight


def distinct_words(
    forms: NDArray[np.int32], features: dict[str, NDArray[np.int32]], rng: np.random.Generator | None
) -> tuple[dict[str, Any], NDArray[np.int32]]:
    """Return the features of the distinct *forms*, and the row of each form there."""
    unique, tokens = np.unique(forms, return_inverse=True)
    padded = -(-len(unique) // WORDS_STEP) * WORDS_STEP
    rows = np.zeros(padded, np.int64)
    rows[: len(unique)] = np.maximum(unique, 0)
    words = {name: column[rows] for name, column in features.items() if name != "hidden"}
    if rng is not None:
        hide = rng.random(padded) < SHARE_OF_HIDDEN_WORDS
        words["word"] = np.where(hide, features["hidden"][rows], words["word"])
    return words, tokens.reshape(forms.shape).astype(np.int32)
