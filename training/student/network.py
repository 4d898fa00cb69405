"""The forward pass of the student in JAX.

That in NumPy, for the service, is `service/enrich/model/network.py`, which says where its parts come from. A test
compares the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from service.enrich.model import network, word_features
from training.product import product
from training.student.word_vectors import FIRST_SPREAD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.enrich.model.network import Sizes

EPSILON = network.NORM_EPSILON
RARE_TOPIC_LOG_ODDS = -4.5
"""Where topics start: each is about one article in ninety."""


def initial(sizes: Sizes, word_vectors: NDArray[np.float32]) -> dict[str, Any]:
    """Return random weights; the vectors of the vocabulary's words start as *word_vectors*: (word, width).

    Random matrices keep the variance of their inputs (LeCun et al. 1998), except where a *gain* starts them smaller.
    """
    rng = np.random.default_rng(0)

    def matrix(rows: int, columns: int, gain: float = 1.0) -> NDArray[np.float32]:
        return (rng.normal(0, gain / np.sqrt(rows), (rows, columns))).astype(np.float32)

    def table(rows: int, columns: int) -> NDArray[np.float32]:
        return rng.normal(0, FIRST_SPREAD, (rows, columns)).astype(np.float32)

    def layer(rows: int, columns: int, gain: float = 1.0) -> dict[str, Any]:
        return {"w": matrix(rows, columns, gain), "b": np.zeros(columns, np.float32)}

    width = sizes.width
    words = table(sizes.vocabulary + word_features.HASHED_WORDS, sizes.word_width)
    words[: len(word_vectors)] = word_vectors
    features = sizes.word_width + 3 * sizes.affix_width + sizes.gram_width
    norm = {"g": np.ones(width, np.float32), "b": np.zeros(width, np.float32)}
    return {
        "words": words,
        "beginnings": table(word_features.AFFIXES, sizes.affix_width),
        "ends": table(word_features.AFFIXES, sizes.affix_width),
        "shapes": table(word_features.SHAPES, sizes.affix_width),
        "grams": table(word_features.GRAMS, sizes.gram_width),
        "mix": layer(features, 2 * width) | {"norm": norm},
        "layers": [layer(3 * width, 2 * width) | {"norm": norm} for _ in network.REACHES],
        "positions": table(network.POSITIONS, width) * 0.1,
        "article": layer(2 * width, width, 0.5),
        "tags": layer(width, sizes.tags, 0.1),
        "grammar": layer(width, sizes.grammar, 0.3),
        "relations": layer(sizes.relation_inputs, sizes.relations),
        "event_hidden": layer(width, 2 * width),
        "events": layer(width, sizes.types + 5, 0.1),
        "no_main": np.zeros(1, np.float32),
        "attention": layer(width, network.TOPIC_HEADS, 0.1),
        "topic_values": layer(2 * width, network.TOPIC_HEADS * network.TOPIC_WIDTH),
        "topics": layer(network.TOPIC_HEADS * network.TOPIC_WIDTH, 2 * sizes.topics, 0.3)
        | {"b": np.repeat(np.array([RARE_TOPIC_LOG_ODDS, 0], np.float32), sizes.topics)},
    }


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
    return _norm(_maxout(rows, weights["mix"]), weights["mix"]["norm"])


def forward(weights: dict[str, Any], batch: dict[str, Any], key: Any, drop: float) -> dict[str, Any]:
    """Return the scores of all heads for a batch of articles: (article, topic) or (article, token, …).

    Args:
        weights: As `initial` returns them.
        batch: As `batches.to_batch` returns it.
        key: Key of randomness while training, else None.
        drop: Share of columns that are dropped while training.
    """
    mask = batch["mask"][..., None]
    lexical = embed_words(weights, batch["words"])[batch["tokens"]] * mask
    hidden = _drop(lexical, key, 0, drop)
    for number, reach in enumerate(network.REACHES):
        if number == network.ARTICLE_LAYER:
            hidden = (hidden + _article(weights, hidden, mask) + weights["positions"][batch["positions"]]) * mask
        layer = weights["layers"][number]
        before = jnp.pad(hidden, ((0, 0), (reach, 0), (0, 0)))[:, :-reach]
        after = jnp.pad(hidden, ((0, 0), (0, reach), (0, 0)))[:, reach:]
        added = _norm(_maxout(jnp.concatenate([before, hidden, after], -1), layer), layer["norm"])
        hidden = (hidden + _drop(added, key, 1 + number, drop)) * mask
    events = _drop(_maxout(hidden, weights["event_hidden"]), key, 50, drop)
    topic_shares = jax.nn.softmax(linear(hidden, weights["attention"]) - (1 - mask) * 1e9, 1)
    values = linear(jnp.concatenate([hidden, lexical], -1), weights["topic_values"])
    values = values.reshape(*values.shape[:2], network.TOPIC_HEADS, network.TOPIC_WIDTH)
    pooled = jnp.einsum("bth,bthw->bhw", topic_shares, values).reshape(len(values), -1)
    return {
        "tags": linear(hidden, weights["tags"]),
        "grammar": linear(hidden, weights["grammar"]),
        "events": linear(events, weights["events"]),
        "topics": linear(_drop_rows(pooled, key, 60, drop), weights["topics"]),
    }


def _article(weights: dict[str, Any], hidden: Any, mask: Any) -> Any:
    """Return what the whole article adds to each token: (article, 1, width)."""
    count = jnp.maximum(mask.sum(1), 1)
    mean = (hidden * mask).sum(1) / count
    spread = jnp.where(mask > 0, hidden, -1e9).max(1)
    return jax.nn.relu(linear(jnp.concatenate([mean, spread], -1), weights["article"]))[:, None]


def linear(rows: Any, layer: dict[str, Any]) -> Any:
    """Return the outputs of a linear *layer* for *rows*: (…, width) → (…, output)."""
    return (product(rows, layer["w"]) if rows.ndim == 3 else rows @ layer["w"]) + layer["b"]  # noqa: PLR2004 - (article, token, width)


def _maxout(rows: Any, layer: dict[str, Any]) -> Any:
    """Return the greater of two linear layers (Goodfellow et al. 2013)."""
    first, second = jnp.split(linear(rows, layer), 2, -1)
    return jnp.maximum(first, second)


def _norm(rows: Any, norm: dict[str, Any]) -> Any:
    """Normalize each row (Ba et al. 2016)."""
    mean = rows.mean(-1, keepdims=True)
    variance = ((rows - mean) ** 2).mean(-1, keepdims=True)
    return (rows - mean) * jax.lax.rsqrt(variance + EPSILON) * norm["g"] + norm["b"]


def _drop(rows: Any, key: Any, number: int, share: float) -> Any:
    """Drop columns for all tokens of an article alike (Tompson et al. 2015), so that no neighbour makes up for one."""
    if key is None:
        return rows
    kept = jax.random.bernoulli(jax.random.fold_in(key, number), 1 - share, (rows.shape[0], 1, rows.shape[2]))
    return rows * kept / (1 - share)


def _drop_rows(rows: Any, key: Any, number: int, share: float) -> Any:
    if key is None:
        return rows
    return rows * jax.random.bernoulli(jax.random.fold_in(key, number), 1 - share, rows.shape) / (1 - share)
