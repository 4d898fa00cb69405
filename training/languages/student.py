"""The student of names: what it is like, and what it learns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from service.enrich.model import trunk as shipped_trunk
from training.label import KEPT
from training.languages.targets import TAGS
from training.student import trunk
from training.student.batches import TOKENS_PER_BATCH, distinct_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.languages.documents import Sample
    from training.student.trunk import TrunkSizes

DROPOUT, SHARE_OF_HIDDEN_WORDS = 0.25, 0.2
"""More than for English: there are fewer texts, and with less the student learns them by heart."""


def first_weights(sizes: TrunkSizes, word_vectors: NDArray[np.float32]) -> dict[str, Any]:
    """Return random weights; the vectors of the vocabulary's words start as *word_vectors*: (word, width)."""
    first = trunk.FirstWeights()
    return first.trunk(sizes, word_vectors) | {"tags": first.layer(sizes.width, TAGS, 0.1)}


def to_batch(
    samples: Sequence[Sample], length: int, features: dict[str, NDArray[np.int32]], rng: np.random.Generator | None
) -> dict[str, Any]:
    """Return arrays of *samples*, padded to *length* tokens and to as many texts as fit into a batch.

    With *rng*, some words are read as if they were not in the vocabulary.
    """
    texts = max(1, TOKENS_PER_BATCH // length)
    forms, positions = np.full((texts, length), -1, np.int32), np.zeros((texts, length), np.int32)
    mask = np.zeros((texts, length), np.float32)
    tags, shares = np.zeros((texts, length, KEPT), np.int32), np.zeros((texts, length, KEPT), np.float32)
    for row, sample in enumerate(samples):
        count = min(len(sample.forms), length)
        at = row, slice(count)
        forms[at], mask[at] = sample.forms[:count], 1
        positions[at] = shipped_trunk.positions(count, min(sample.headline_tokens, count))
        tags[at], shares[at] = sample.tags[:count], sample.shares[:count]
    words, tokens = distinct_words(forms, features, rng, SHARE_OF_HIDDEN_WORDS)
    return {
        "words": words, "tokens": tokens, "positions": positions, "mask": mask, "tags": tags, "shares": shares,
    }  # fmt: skip


def loss(weights: dict[str, Any], batch: dict[str, Any], key: Any, *, vocabulary: int) -> Any:
    """Return the cross-entropy against the teacher's probabilities, and the same by name.

    The vectors of the *vocabulary* first words stay as they are: those of words in no text would be left behind.
    """
    fixed = jax.lax.stop_gradient(weights["words"][:vocabulary])
    weights = weights | {"words": jnp.concatenate([fixed, weights["words"][vocabulary:]])}
    _, hidden = trunk.read(weights, batch, key, DROPOUT)
    log = jax.nn.log_softmax(trunk.linear(hidden, weights["tags"]), -1)
    right = (jnp.take_along_axis(log, batch["tags"], -1) * batch["shares"]).sum(-1)
    value = -(right * batch["mask"]).sum() / jnp.maximum(batch["mask"].sum(), 1)
    return value, {"tags": value}
