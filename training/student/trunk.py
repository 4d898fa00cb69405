"""The forward pass of the trunk in JAX: from the words of texts to their vectors.

That in NumPy, for the service, is `service/enrich/model/trunk.py`, which says where its parts come from. A test
compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from service.enrich.model import trunk, word_features
from training.product import product
from training.student.word_vectors import FIRST_SPREAD

if TYPE_CHECKING:
    from numpy.typing import NDArray

EPSILON = trunk.NORM_EPSILON


@dataclass(frozen=True, slots=True)
class TrunkSizes:
    """Numbers of the trunk's rows and columns."""

    vocabulary: int
    width: int = 160
    word_width: int = 96
    affix_width: int = 32
    gram_width: int = 64
    gram_rows: int = word_features.GRAMS


class FirstWeights:
    """Draws the weights from which a training starts; each part that is drawn is another.

    Random matrices keep the variance of their inputs (LeCun et al. 1998), except where a *gain* starts them smaller.
    """

    def __init__(self) -> None:
        self._rng = np.random.default_rng(0)

    def matrix(self, rows: int, columns: int, gain: float = 1.0) -> NDArray[np.float32]:
        """Return a matrix."""
        return self._rng.normal(0, gain / np.sqrt(rows), (rows, columns)).astype(np.float32)

    def table(self, rows: int, columns: int) -> NDArray[np.float32]:
        """Return vectors: (row, column)."""
        return self._rng.normal(0, FIRST_SPREAD, (rows, columns)).astype(np.float32)

    def layer(self, rows: int, columns: int, gain: float = 1.0) -> dict[str, Any]:
        """Return a linear layer."""
        return {"w": self.matrix(rows, columns, gain), "b": np.zeros(columns, np.float32)}

    def trunk(self, sizes: TrunkSizes, word_vectors: NDArray[np.float32]) -> dict[str, Any]:
        """Return a trunk; the vectors of the vocabulary's words start as *word_vectors*: (word, width)."""
        width = sizes.width
        words = self.table(sizes.vocabulary + word_features.HASHED_WORDS, sizes.word_width)
        words[: len(word_vectors)] = word_vectors
        features = sizes.word_width + 3 * sizes.affix_width + sizes.gram_width
        norm = {"g": np.ones(width, np.float32), "b": np.zeros(width, np.float32)}
        return {
            "words": words,
            "beginnings": self.table(word_features.AFFIXES, sizes.affix_width),
            "ends": self.table(word_features.AFFIXES, sizes.affix_width),
            "shapes": self.table(word_features.SHAPES, sizes.affix_width),
            "grams": self.table(sizes.gram_rows, sizes.gram_width),
            "mix": self.layer(features, 2 * width) | {"norm": norm},
            "layers": [self.layer(3 * width, 2 * width) | {"norm": norm} for _ in trunk.REACHES],
            "positions": self.table(trunk.POSITIONS, width) * 0.1,
            "article": self.layer(2 * width, width, 0.5),
        }


def read(weights: dict[str, Any], batch: dict[str, Any], key: Any, drop: float) -> tuple[jax.Array, jax.Array]:
    """Return two vectors of each token: by itself, and in its text: (article, token, width).

    Args:
        weights: As `FirstWeights.trunk` returns them.
        batch: `words`, `tokens`, `positions` and `mask`, as `batches.to_batch` returns them.
        key: Key of randomness while training, else None.
        drop: Share of columns that are dropped while training.
    """
    mask = batch["mask"][..., None]
    lexical = embed_words(weights, batch["words"])[batch["tokens"]] * mask
    hidden = drop_columns(lexical, key, 0, drop)
    for number, reach in enumerate(trunk.REACHES):
        if number == trunk.ARTICLE_LAYER:
            hidden = (hidden + _article(weights, hidden, mask) + weights["positions"][batch["positions"]]) * mask
        layer = weights["layers"][number]
        before = jnp.pad(hidden, ((0, 0), (reach, 0), (0, 0)))[:, :-reach]
        after = jnp.pad(hidden, ((0, 0), (0, reach), (0, 0)))[:, reach:]
        added = _norm(maxout(jnp.concatenate([before, hidden, after], -1), layer), layer["norm"])
        hidden = (hidden + drop_columns(added, key, 1 + number, drop)) * mask
    return lexical, hidden


def embed_words(weights: dict[str, Any], words: dict[str, Any]) -> jax.Array:
    """Return one vector per distinct word: (word, width)."""
    grams = weights["grams"][words["grams"]] * words["gram_mask"][..., None]
    grams = grams.sum(1) / jnp.maximum(words["gram_mask"].sum(1, keepdims=True), 1)
    rows = jnp.concatenate(
        [
            weights["words"][words["word"]],
            weights["beginnings"][words["beginning"]],
            weights["ends"][words["end"]],
            weights["shapes"][words["shape"]],
            grams,
        ],
        -1,
    )
    return _norm(maxout(rows, weights["mix"]), weights["mix"]["norm"])


def _article(weights: dict[str, Any], hidden: Any, mask: Any) -> Any:
    """Return what the whole article adds to each token: (article, 1, width)."""
    count = jnp.maximum(mask.sum(1), 1)
    mean = (hidden * mask).sum(1) / count
    spread = jnp.where(mask > 0, hidden, -1e9).max(1)
    return jax.nn.relu(linear(jnp.concatenate([mean, spread], -1), weights["article"]))[:, None]


def linear(rows: Any, layer: dict[str, Any]) -> Any:
    """Return the outputs of a linear *layer* for *rows*: (…, width) → (…, output)."""
    return (product(rows, layer["w"]) if rows.ndim == 3 else rows @ layer["w"]) + layer["b"]  # noqa: PLR2004 - (article, token, width)


def maxout(rows: Any, layer: dict[str, Any]) -> Any:
    """Return the greater of two linear layers (Goodfellow et al. 2013)."""
    first, second = jnp.split(linear(rows, layer), 2, -1)
    return jnp.maximum(first, second)


def _norm(rows: Any, norm: dict[str, Any]) -> Any:
    """Normalize each row (Ba et al. 2016)."""
    mean = rows.mean(-1, keepdims=True)
    variance = ((rows - mean) ** 2).mean(-1, keepdims=True)
    return (rows - mean) * jax.lax.rsqrt(variance + EPSILON) * norm["g"] + norm["b"]


def drop_columns(rows: Any, key: Any, number: int, share: float) -> Any:
    """Drop columns for all tokens of an article alike (Tompson et al. 2015), so that no neighbour makes up for one."""
    if key is None:
        return rows
    kept = jax.random.bernoulli(jax.random.fold_in(key, number), 1 - share, (rows.shape[0], 1, rows.shape[2]))
    return rows * kept / (1 - share)
