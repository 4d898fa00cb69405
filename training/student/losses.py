"""What the student is trained to do: say what the teacher says, or where readers labelled an article, what they say."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from service.enrich.model import tree_decoding
from training.student import network
from training.student.samples import MIN_EVENT_CHANCE
from training.student.trunk import linear

if TYPE_CHECKING:
    from service.enrich.model.network import Sizes

DROPOUT = 0.1
LOSS_WEIGHTS = {
    "tags": 1.0, "types": 2.0, "flags": 0.5, "main": 0.1, "topics": 0.05, "lead": 0.1,
    "pos": 0.25, "opens": 0.25, "heads": 0.25, "relations": 0.25,
}  # fmt: skip
"""Weights of the losses: each is a mean over its tokens, events or articles."""


def loss(weights: dict[str, Any], batch: dict[str, Any], key: Any, *, sizes: Sizes) -> Any:
    """Return the weighted sum of the losses, and each by itself.

    The arguments are those of `network.forward`. Labels of readers and probabilities of the teacher are learned alike:
    by cross-entropy (distillation, Hinton et al. 2015). Heads are scored as by Dozat and Manning (2017), see
    `service/enrich/model/tree_decoding.py`.
    """
    scores = network.forward(weights, batch, key, DROPOUT)
    mask = batch["mask"]
    at = tree_decoding.columns(sizes.pos)
    grammar = scores["grammar"]
    event_scores = scores["events"]
    type_log = jax.nn.log_softmax(event_scores[..., : sizes.types], -1)
    chance = 1 - (batch["type_shares"] * (batch["types"] == 0)).sum(-1)
    main = jnp.where((chance > MIN_EVENT_CHANCE) * mask > 0, event_scores[..., sizes.types + 4], -1e9)
    main = jnp.concatenate([main, jnp.broadcast_to(weights["no_main"], (len(main), 1))], -1)
    topics, lead = jnp.split(scores["topics"], 2, -1)
    head_log = jax.nn.log_softmax(_head_scores(grammar, batch, at), -1)
    rows = jnp.take_along_axis(grammar[..., at.relation_head], batch["heads"][..., None], 1)
    hidden = jax.nn.relu(grammar[..., at.relation_dependent] + rows)
    steps = jnp.arange(mask.shape[1])[None]
    sides = jnp.stack([batch["heads"] < steps, batch["heads"] > steps], -1).astype(jnp.float32)
    relation_log = jax.nn.log_softmax(linear(jnp.concatenate([hidden, sides], -1), weights["relations"]), -1)
    weight = mask * batch["weight"][:, None]
    gold = batch["weight"]
    flags = _binary(event_scores[..., sizes.types : sizes.types + 4], batch["flags"]).sum(-1)
    losses = {
        "tags": -_mean(_sparse(jax.nn.log_softmax(scores["tags"], -1), batch["tags"], batch["tag_shares"]), weight),
        "types": -_mean(_sparse(type_log, batch["types"], batch["type_shares"]), weight),
        "flags": _mean(flags, weight * chance),
        "main": -_mean((jax.nn.log_softmax(main, -1) * batch["main"]).sum(-1), gold * batch["has_main"]),
        "topics": _mean(_binary(topics, batch["topics"]).sum(-1), gold * batch["has_topics"]),
        "lead": -_mean((jax.nn.log_softmax(lead, -1) * batch["lead"]).sum(-1), gold * batch["has_topics"]),
        "pos": -_mean(_pick(jax.nn.log_softmax(grammar[..., at.tags], -1), batch["pos"]), mask),
        "opens": _mean(_binary(grammar[..., at.sentence_start][..., 0], batch["opens"]), mask),
        "heads": -_mean(_pick(head_log, batch["heads"]), mask),
        "relations": -_mean(_pick(relation_log, batch["relations"]), mask),
    }
    return sum(LOSS_WEIGHTS[name] * value for name, value in losses.items()), losses


def _head_scores(grammar: Any, batch: dict[str, Any], at: tree_decoding.Columns) -> Any:
    """Return the scores of heads within each sentence: (article, dependent, head)."""
    size = grammar.shape[1]
    classes = jax.nn.one_hot(_distances(size), tree_decoding.DISTANCE_CLASSES, dtype=jnp.float32)
    content = jnp.einsum("btw,bsw->bts", grammar[..., at.dependent], grammar[..., at.head])
    content += jnp.einsum("btc,tsc->bts", grammar[..., at.head_distance], classes)
    content += jnp.einsum("bsc,stc->bts", grammar[..., at.dependent_distance], classes)
    same = batch["sentences"][:, :, None] == batch["sentences"][:, None, :]
    return jnp.where(same, content, -1e9)


@functools.cache
def _distances(size: int) -> Any:
    """Return the class of the distance between any two of *size* tokens: (from, to)."""
    offset = np.arange(size)[None, :] - np.arange(size)[:, None]
    starts = tree_decoding.DISTANCE_BAND_STARTS
    band = np.searchsorted(starts, np.abs(offset), side="right")
    return np.where(offset < 0, len(starts) - band, len(starts) + band)


def _sparse(log: Any, columns: Any, shares: Any) -> Any:
    """Return the log probability of the *columns*, weighted by their *shares*: (…, column) → (…)."""
    return (jnp.take_along_axis(log, columns, -1) * shares).sum(-1)


def _pick(log: Any, columns: Any) -> Any:
    """Return the log probability of one column in each row."""
    return jnp.take_along_axis(log, columns[..., None], -1)[..., 0]


def _mean(values: Any, counted: Any) -> Any:
    """Return the mean of *values*, weighted by *counted*."""
    return (values * counted).sum() / jnp.maximum(counted.sum(), 1e-6)


def _binary(scores: Any, wanted: Any) -> Any:
    """Return the cross-entropy of log odds."""
    return jnp.maximum(scores, 0) - scores * wanted + jnp.log1p(jnp.exp(-jnp.abs(scores)))
