"""The student: the network that is shipped, trained in JAX on what the teacher says and on the labels.

Its forward pass in NumPy, for the service, is `service/enrich/model/network.py`; a test compares the two.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from service.enrich.model import network, tree_decoding, word_features
from training.student.samples import MIN_EVENT_CHANCE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.enrich.model.network import Sizes

EPSILON = network.NORM_EPSILON
RARE_TOPIC_LOG_ODDS = -4.5


def initial(sizes: Sizes, word_vectors: NDArray[np.float32] | None, seed: int = 0) -> dict[str, Any]:
    """Return random weights; the vectors of the vocabulary's words start as *word_vectors*."""
    rng = np.random.default_rng(seed)

    def matrix(rows: int, columns: int, gain: float = 1.0) -> NDArray[np.float32]:
        return (rng.normal(0, gain / np.sqrt(rows), (rows, columns))).astype(np.float32)

    def table(rows: int, columns: int) -> NDArray[np.float32]:
        return rng.normal(0, 0.3, (rows, columns)).astype(np.float32)

    def linear(rows: int, columns: int, gain: float = 1.0) -> dict[str, Any]:
        return {"w": matrix(rows, columns, gain), "b": np.zeros(columns, np.float32)}

    width = sizes.width
    words = table(sizes.vocabulary + word_features.HASHED_WORDS, sizes.word_width)
    if word_vectors is not None:
        words[: len(word_vectors)] = word_vectors
    features = sizes.word_width + 3 * sizes.affix_width + sizes.gram_width
    norm = {"g": np.ones(width, np.float32), "b": np.zeros(width, np.float32)}
    return {
        "words": words,
        "beginnings": table(word_features.AFFIXES, sizes.affix_width),
        "ends": table(word_features.AFFIXES, sizes.affix_width),
        "shapes": table(word_features.SHAPES, sizes.affix_width),
        "grams": table(word_features.GRAMS, sizes.gram_width),
        "mix": linear(features, 2 * width) | {"norm": norm},
        "layers": [linear(3 * width, 2 * width) | {"norm": norm} for _ in network.REACHES],
        "positions": table(network.POSITIONS, width) * 0.1,
        "article": linear(2 * width, width, 0.5),
        "tags": linear(width, sizes.tags, 0.1),
        "grammar": linear(width, sizes.grammar, 0.3),
        "relations": linear(sizes.relation_inputs, sizes.relations),
        "event_hidden": linear(width, 2 * width),
        "events": linear(width, sizes.types + 5, 0.1),
        "no_main": np.zeros(1, np.float32),
        "attention": linear(width, network.TOPIC_HEADS, 0.1),
        "topic_values": linear(2 * width, network.TOPIC_HEADS * network.TOPIC_WIDTH),
        "topics": linear(network.TOPIC_HEADS * network.TOPIC_WIDTH, 2 * sizes.topics, 0.3)
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
    """Return the scores of all heads for a batch of articles: (article, token, …)."""
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
    topic_shares = jax.nn.softmax(_linear(hidden, weights["attention"]) - (1 - mask) * 1e9, 1)
    values = _linear(jnp.concatenate([hidden, lexical], -1), weights["topic_values"])
    values = values.reshape(*values.shape[:2], network.TOPIC_HEADS, network.TOPIC_WIDTH)
    pooled = jnp.einsum("bth,bthw->bhw", topic_shares, values).reshape(len(values), -1)
    return {
        "tags": _linear(hidden, weights["tags"]),
        "grammar": _linear(hidden, weights["grammar"]),
        "events": _linear(events, weights["events"]),
        "topics": _linear(_drop_rows(pooled, key, 60, drop), weights["topics"]),
    }


def _article(weights: dict[str, Any], hidden: Any, mask: Any) -> Any:
    """Return what the whole article adds to each token: (article, 1, width)."""
    count = jnp.maximum(mask.sum(1), 1)
    mean = (hidden * mask).sum(1) / count
    spread = jnp.where(mask > 0, hidden, -1e9).max(1)
    return jax.nn.relu(_linear(jnp.concatenate([mean, spread], -1), weights["article"]))[:, None]


@jax.custom_vjp  # type: ignore[untyped-decorator]  # JAX is not installed where types are checked
def _product(rows: Any, matrix: Any) -> Any:
    rows, matrix = rows.astype(jnp.bfloat16), matrix.astype(jnp.bfloat16)
    return jnp.einsum("bth,hf->btf", rows, matrix, preferred_element_type=jnp.float32)


def _product_forward(rows: Any, matrix: Any) -> Any:
    return _product(rows, matrix), (rows, matrix)


def _product_backward(saved: Any, gradient: Any) -> Any:
    rows, matrix = (value.astype(jnp.bfloat16) for value in saved)
    gradient = gradient.astype(jnp.bfloat16)
    return (
        jnp.einsum("btf,fh->bth", gradient, matrix.T, preferred_element_type=jnp.float32),
        jnp.einsum("bth,btf->hf", rows, gradient, preferred_element_type=jnp.float32),
    )


_product.defvjp(_product_forward, _product_backward)


def _linear(rows: Any, layer: dict[str, Any]) -> Any:
    return (_product(rows, layer["w"]) if rows.ndim == 3 else rows @ layer["w"]) + layer["b"]  # noqa: PLR2004 - (article, token, width)


def _maxout(rows: Any, layer: dict[str, Any]) -> Any:
    first, second = jnp.split(_linear(rows, layer), 2, -1)
    return jnp.maximum(first, second)


def _norm(rows: Any, norm: dict[str, Any]) -> Any:
    mean = rows.mean(-1, keepdims=True)
    variance = ((rows - mean) ** 2).mean(-1, keepdims=True)
    return (rows - mean) * jax.lax.rsqrt(variance + EPSILON) * norm["g"] + norm["b"]


def _drop(rows: Any, key: Any, number: int, share: float) -> Any:
    """Drop columns for all tokens of an article alike: cheap, and neighbours cannot make up for one another."""
    if key is None:
        return rows
    kept = jax.random.bernoulli(jax.random.fold_in(key, number), 1 - share, (rows.shape[0], 1, rows.shape[2]))
    return rows * kept / (1 - share)


def _drop_rows(rows: Any, key: Any, number: int, share: float) -> Any:
    if key is None:
        return rows
    return rows * jax.random.bernoulli(jax.random.fold_in(key, number), 1 - share, rows.shape) / (1 - share)


LOSS_WEIGHTS = {
    "tags": 1.0, "types": 2.0, "flags": 0.5, "main": 0.1, "topics": 0.05, "lead": 0.1,
    "pos": 0.25, "opens": 0.25, "heads": 0.25, "relations": 0.25,
}  # fmt: skip


def loss(weights: dict[str, Any], batch: dict[str, Any], key: Any, drop: float, sizes: Sizes) -> Any:
    """Return the weighted sum of the losses, and each by itself."""
    scores = forward(weights, batch, key, drop)
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
    relation_log = jax.nn.log_softmax(_linear(jnp.concatenate([hidden, sides], -1), weights["relations"]), -1)
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
    return (jnp.take_along_axis(log, columns, -1) * shares).sum(-1)


def _pick(log: Any, columns: Any) -> Any:
    return jnp.take_along_axis(log, columns[..., None], -1)[..., 0]


def _mean(values: Any, counted: Any) -> Any:
    return (values * counted).sum() / jnp.maximum(counted.sum(), 1e-6)


def _binary(scores: Any, wanted: Any) -> Any:
    return jnp.maximum(scores, 0) - scores * wanted + jnp.log1p(jnp.exp(-jnp.abs(scores)))
