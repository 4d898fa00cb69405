"""Results of a step on disk, so that a training that was stopped goes on where it was."""

from __future__ import annotations

import pickle
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

Result = TypeVar("Result")


def write(path: Path, result: Any) -> None:
    """Write *result* to *path*, whole or not at all."""
    draft = path.with_suffix(".draft")
    draft.write_bytes(pickle.dumps(result))
    draft.replace(path)


def read(path: Path) -> Any:
    """Return what `write` wrote to *path*."""
    with path.open("rb") as stored:
        return pickle.load(stored)  # noqa: S301 - our own file


def kept(path: Path, make: Callable[[], Result]) -> Result:
    """Return what *path* holds; if there is no such file, what *make* gives, which is then written there."""
    if path.exists():
        result: Result = read(path)
        return result
    started = time.monotonic()
    result = make()
    write(path, result)
    print(f"{path.name}: {time.monotonic() - started:.0f} s", flush=True)
    return result
