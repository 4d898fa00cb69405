"""The output layers of the teacher on top of its encoder, and their losses."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from training.examples import BEGIN_PIECE, END_PIECE, NAME_TAGS, PADDING_PIECE
from training.teacher import encoder
from training.teacher.tasks import TASKS

if TYPE_CHECKING:
    from training.inventory import Inventory
    from training.teacher.encoder import Encoder

TOPIC_SCALE = 8.0
"""Length of a topic's weights at the start."""
TOPICS_PER_BATCH, PIECES_PER_TOPIC = 32, 64
DROPOUT = 0.1


def initial(source: Encoder, inventory: Inventory) -> dict[str, Any]:
    """Return the output layers before training: small random ones, and for topics the embeddings of their names.

    Each is a matrix (width, outputs) with its bias. A topic's bias says how often it was labelled.
    """
    width, rng = source.words.shape[1], np.random.default_rng(0)
    counts = Counter(above for a in inventory.articles for above in inventory.with_ancestors(a.topics or ()))
    total = sum(a.topics is not None for a in inventory.articles)
    odds = [(counts[code] + 0.1) / (total - counts[code] + 0.1) for code in inventory.topics]
    prior = np.array([np.log(value) for value in odds], np.float32)
    vectors = _topic_vectors(source, inventory)

    def linear(size: int) -> tuple[Any, Any]:
        return rng.normal(0, 0.02, (width, size)).astype(np.float32), np.zeros(size, np.float32)

    return {
        "tags": linear(NAME_TAGS),
        "types": linear(len(inventory.type_names)),
        "flags": linear(4),
        "main": linear(1),
        "no_main": np.zeros(2, np.float32),
        "pool": linear(1),
        "topics": (vectors.T.copy() * TOPIC_SCALE, prior),
        "lead": (vectors.T.copy() * TOPIC_SCALE, np.zeros(len(inventory.topics), np.float32)),
    }


def _topic_vectors(source: Encoder, inventory: Inventory) -> Any:
    """Return the direction of each topic's name with those above it: (topic, width)."""
    run = jax.jit(encoder.forward)
    texts = [
        "query: " + ": ".join(inventory.tree.names[above] for above in reversed(inventory.tree.with_ancestors(code)))
        for code in inventory.topics
    ]
    most = PIECES_PER_TOPIC - 2
    encoded = [source.tokenizer.encode(text, add_special_tokens=False).ids[:most] for text in texts]
    ids = [[BEGIN_PIECE, *pieces, END_PIECE] for pieces in encoded]
    vectors = []
    for start in range(0, len(ids), TOPICS_PER_BATCH):
        batch = ids[start : start + TOPICS_PER_BATCH]
        padded = np.full((TOPICS_PER_BATCH, PIECES_PER_TOPIC), PADDING_PIECE, np.int64)
        mask = np.zeros(padded.shape, np.float32)
        for row, pieces in enumerate(batch):
            padded[row, : len(pieces)], mask[row, : len(pieces)] = pieces, 1
        hidden = np.asarray(run(source.layers, source.embed(padded), mask))
        vectors.append(((hidden * mask[..., None]).sum(1) / mask.sum(1, keepdims=True).clip(1))[: len(batch)])
    rows = np.concatenate(vectors)
    rows = rows - rows.mean(0)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def outputs(weights: dict[str, Any], embedded: Any, mask: Any, key: Any) -> dict[str, Any]:
    """Return the scores of all heads, and the words' vectors, as arrays of (window, …).

    An article's topics are scored from a mean of its words, weighted by attention (Yang et al. 2016).

    Args:
        weights: Those of the encoder and of the heads.
        embedded: Result of `Encoder.embed`: (window, piece, width).
        mask: 1 for a piece, 0 for padding: (window, piece).
        key: Key of randomness while training, else None.
    """
    hidden = encoder.forward(weights["encoder"], embedded, mask)
    heads = weights["heads"]
    pooling = (hidden @ heads["pool"][0] + heads["pool"][1])[..., 0] - (1 - mask) * 1e9
    pooled = jnp.einsum("bt,bth->bh", jax.nn.softmax(pooling, -1), hidden)
    pooled = pooled / jnp.sqrt((pooled**2).sum(-1, keepdims=True) + 1e-6)
    if key is not None:
        kept = jax.random.bernoulli(jax.random.fold_in(key, 999), 1 - DROPOUT, hidden.shape)
        hidden = hidden * kept / (1 - DROPOUT)

    def head(name: str, rows: Any) -> Any:
        return rows @ heads[name][0] + heads[name][1]

    return {name: head(name, hidden) for name in ("tags", "types", "flags", "main")} | {
        "topics": head("topics", pooled),
        "lead": head("lead", pooled),
        "hidden": hidden,
    }


def loss(weights: dict[str, Any], batch: dict[str, Any], key: Any, task: str) -> Any:
    """Return the weighted sum of the losses of *task* over what is known of a *batch*, and each by itself.

    Where the label of a name leaves its type open, the loss sums over the tags that it allows.
    """
    scores = outputs(weights, batch["embedded"], batch["mask"], key)
    log_tags = jax.nn.log_softmax(scores["tags"], -1)
    allowed = jax.nn.logsumexp(jnp.where(batch["tags"], log_tags, -1e9), -1)
    log_types = jax.nn.log_softmax(scores["types"], -1)
    right = jnp.take_along_axis(log_types, batch["types"][..., None], -1)[..., 0]
    triggers = batch["triggers"]
    main = scores["main"][..., 0] - (1 - triggers) * 1e9
    none = weights["heads"]["no_main"][batch["number"]]
    log_main = jax.nn.log_softmax(jnp.concatenate([main, none[:, None]], -1), -1)
    has_triggers = triggers.sum(-1) > 0
    losses = {
        "tags": -_mean(allowed, batch["named"]),
        "types": -_mean(right, batch["typed"]),
        "flags": _mean(_binary(scores["flags"], batch["flags"]).sum(-1), triggers),
        "main": -_mean((log_main * batch["main"]).sum(-1), has_triggers),
        "topics": _mean(_binary(scores["topics"], batch["topics"]).sum(-1), batch["has_topics"]),
        "lead": -_mean(
            jnp.take_along_axis(jax.nn.log_softmax(scores["lead"], -1), batch["lead"][:, None], -1)[:, 0],
            batch["has_topics"],
        ),
    }
    counted = TASKS[task].losses
    return sum(weight * losses[name] for name, weight in counted.items()), {name: losses[name] for name in counted}


def _mean(values: Any, counted: Any) -> Any:
    """Return the mean of the *values* where *counted* is 1."""
    return (values * counted).sum() / jnp.maximum(counted.sum(), 1)


def _binary(scores: Any, wanted: Any) -> Any:
    """Return the cross-entropy of log odds."""
    return jnp.maximum(scores, 0) - scores * wanted + jnp.log1p(jnp.exp(-jnp.abs(scores)))
