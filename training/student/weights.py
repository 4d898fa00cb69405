"""Store the trained student as the service loads it: tables of words in bytes, the rest in half precision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

TABLES = frozenset({"words", "beginnings", "ends", "shapes", "grams"})


def store(weights: dict[str, Any], names: dict[str, list[str]], path: Path) -> None:
    """Write *weights* and the *names* of words, tags, parts of speech, relations, types and topics to *path*."""
    arrays: dict[str, NDArray[Any]] = {
        f"names.{name}": np.frombuffer("\0".join(values).encode("utf-8", "surrogatepass"), np.uint8)
        for name, values in names.items()
    }
    for name, array in flat(weights).items():
        if name in TABLES:
            scale = np.abs(array).max(0) / 127
            arrays[name] = np.round(array / scale).astype(np.int8)
            arrays[f"{name}.scale"] = scale.astype(np.float32)
        else:
            arrays[name] = array.astype(np.float16)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, allow_pickle=False, **arrays)


def flat(weights: Any, prefix: str = "") -> dict[str, NDArray[np.float32]]:
    """Return the arrays of nested *weights* by their path, for example "layers.0.norm.g"."""
    if isinstance(weights, dict):
        pairs = list(weights.items())
    elif isinstance(weights, list):
        pairs = [(str(number), value) for number, value in enumerate(weights)]
    else:
        return {prefix.rstrip("."): np.asarray(weights, np.float32)}
    return {name: array for key, value in pairs for name, array in flat(value, f"{prefix}{key}.").items()}
