"""A pretrained encoder (Devlin et al. 2019): its weights, its tokenizer, and its forward pass in JAX."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from tokenizers import Tokenizer

from training.product import product

if TYPE_CHECKING:
    from numpy.typing import NDArray

HEADS = 12
NORM_EPSILON = 1e-5
BUCKETS, MAX_DISTANCE = 32, 128
"""Classes of the distance between two pieces, and the distance from which on all are one class."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """The pretrained weights: frozen embeddings, and the layers that are fine-tuned."""

    words: NDArray[np.float32]
    """One row per word piece."""
    positions: NDArray[np.float32]
    """One row per position, with the one segment's embedding added."""
    layers: dict[str, Any]
    """The norm of the embeddings, a list of layers with their matrices and norms, and `relative`: what each class of
    distance adds to the attention of each head, if the encoder knows distances.
    """
    tokenizer: Tokenizer

    def embed(self, pieces: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the sum of word and position embeddings: (sequence, position) → (sequence, position, width)."""
        return self.words[pieces] + self.positions[: pieces.shape[1]]


def open_tokenizer(path: Path) -> Tokenizer:
    """Return the tokenizer of the file at *path*, which splits text into word pieces with their offsets."""
    pieces = Tokenizer.from_file(str(path))
    pieces.no_truncation()
    pieces.no_padding()
    return pieces


def package(name: str) -> Path:
    """Return the folder of the installed package *name*."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"the package {name} is missing: run `make train`, which installs lock/train.txt")
    return Path(spec.submodule_search_locations[0])


def distance_classes(length: int) -> NDArray[np.int64]:
    """Return the class of the distance from each piece to each: (from, to). Classes grow wider with the distance.

    As in MPNet (Song et al. 2020) and T5 (Raffel et al. 2020).
    """
    distance = np.arange(length)[:, None] - np.arange(length)[None, :]
    half = BUCKETS // 2
    exact = half // 2
    far = np.log(np.maximum(abs(distance), 1) / exact) / np.log(MAX_DISTANCE / exact) * (half - exact)
    classes = np.where(abs(distance) < exact, abs(distance), np.minimum(exact + far.astype(np.int64), half - 1))
    signed: NDArray[np.int64] = classes + half * (distance < 0)
    return signed


def forward(weights: dict[str, Any], embedded: jax.Array, mask: jax.Array) -> jax.Array:
    """Return the vectors of the last layer: (sequence, position, width).

    Args:
        weights: `Encoder.layers`.
        embedded: Result of `Encoder.embed`.
        mask: 1 for a piece, 0 for padding: (sequence, position).
    """
    hidden = _norm(embedded, *weights["norm"])
    sequences, length, width = hidden.shape
    bias = (1 - mask)[:, None, None, :] * -1e9
    if "relative" in weights:
        classes = jax.nn.one_hot(distance_classes(length), BUCKETS)
        bias = bias + (classes @ weights["relative"]).transpose(2, 0, 1)
    for layer in weights["layers"]:
        query, key, value = (
            _linear(hidden, layer[name]).reshape(sequences, length, HEADS, width // HEADS).transpose(0, 2, 1, 3)
            for name in "qkv"
        )
        scores = query @ key.transpose(0, 1, 3, 2) / (width // HEADS) ** 0.5 + bias
        attended = (jax.nn.softmax(scores, -1) @ value).transpose(0, 2, 1, 3).reshape(sequences, length, width)
        hidden = _norm(hidden + _linear(attended, layer["ao"]), *layer["aln"])
        inner = jax.nn.gelu(_linear(hidden, layer["fi"]), approximate=True)
        hidden = _norm(hidden + _linear(inner, layer["fo"]), *layer["oln"])
    return hidden


def _linear(rows: jax.Array, layer: tuple[jax.Array, jax.Array]) -> jax.Array:
    return product(rows, layer[0]) + layer[1]


def _norm(rows: jax.Array, scale: jax.Array, shift: jax.Array) -> jax.Array:
    mean = rows.mean(-1, keepdims=True)
    variance = ((rows - mean) ** 2).mean(-1, keepdims=True)
    return (rows - mean) * jax.lax.rsqrt(variance + NORM_EPSILON) * scale + shift
