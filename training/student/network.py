"""The forward pass of the student in JAX.

That in NumPy, for the service, is `service/enrich/model/network.py`, which says where its parts come from. A test
compares the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from service.enrich.model import network
from training.student import trunk
from training.student.trunk import FirstWeights, TrunkSizes, drop_columns, linear, maxout

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.enrich.model.network import Sizes

RARE_TOPIC_LOG_ODDS = -4.5
"""Where topics start: each is about one article in ninety."""


def initial(sizes: Sizes, word_vectors: NDArray[np.float32]) -> dict[str, Any]:
    """Return random weights; the vectors of the vocabulary's words start as *word_vectors*: (word, width)."""
    first, width = FirstWeights(), sizes.width
    trunk_sizes = TrunkSizes(sizes.vocabulary, width, sizes.word_width, sizes.affix_width, sizes.gram_width)
    return first.trunk(trunk_sizes, word_vectors) | {
        "tags": first.layer(width, sizes.tags, 0.1),
        "grammar": first.layer(width, sizes.grammar, 0.3),
        "relations": first.layer(sizes.relation_inputs, sizes.relations),
        "event_hidden": first.layer(width, 2 * width),
        "events": first.layer(width, sizes.types + 5, 0.1),
        "no_main": np.zeros(1, np.float32),
        "attention": first.layer(width, network.TOPIC_HEADS, 0.1),
        "topic_values": first.layer(2 * width, network.TOPIC_HEADS * network.TOPIC_WIDTH),
        "topics": first.layer(network.TOPIC_HEADS * network.TOPIC_WIDTH, 2 * sizes.topics, 0.3)
        | {"b": np.repeat(np.array([RARE_TOPIC_LOG_ODDS, 0], np.float32), sizes.topics)},
    }


def forward(weights: dict[str, Any], batch: dict[str, Any], key: Any, drop: float) -> dict[str, Any]:
    """Return the scores of all heads for a batch of articles: (article, topic) or (article, token, …).

    The arguments are those of `trunk.read`.
    """
    mask = batch["mask"][..., None]
    lexical, hidden = trunk.read(weights, batch, key, drop)
    events = drop_columns(maxout(hidden, weights["event_hidden"]), key, 50, drop)
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


def _drop_rows(rows: Any, key: Any, number: int, share: float) -> Any:
    if key is None:
        return rows
    return rows * jax.random.bernoulli(jax.random.fold_in(key, number), 1 - share, rows.shape) / (1 - share)
