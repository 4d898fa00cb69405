"""Articles from files and from standard input, for the commands that take them."""

from __future__ import annotations

import gzip
import lzma
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import orjson

from service.cli.console import fail

if TYPE_CHECKING:
    from collections.abc import Iterator

OPENERS: dict[str, Any] = {".gz": gzip.open, ".xz": lzma.open}
DAMAGED = (EOFError, lzma.LZMAError, zlib.error)  # what a compressed file that is cut off or damaged raises
LINES = {".jsonl", ".ndjson"}


def require_readable(names: list[str]) -> None:
    """Fail at once where one of the files cannot be read, before anything long has begun."""
    for name in names:
        if name != "-":
            try:
                Path(name).open("rb").close()
            except OSError as error:
                fail(f"cannot read {name}: {error.strerror or error}")


def read_articles(name: str) -> Iterator[tuple[str, bytes]]:
    """Yield where each article of the file *name* stands and its bytes; `-` is standard input, an article a line."""
    if name == "-":
        # Not sys.stdin: Python aborts at its end if a thread (see `service.processes.in_order`) still waits.
        with open(0, "rb", closefd=False) as file:
            yield from _lines("standard input", file)
        return
    path = Path(name)
    opener = OPENERS.get(path.suffix, open)
    kind = path.with_suffix("").suffix if path.suffix in OPENERS else path.suffix
    try:
        with cast("IO[bytes]", opener(path, "rb")) as file:
            if kind in LINES:
                yield from _lines(name, file)
            elif kind == ".txt":
                text = file.read().decode(errors="replace")
                yield name, orjson.dumps({"id": path.stem, "body": text})
            else:
                yield name, file.read()
    except (OSError, *DAMAGED) as error:
        fail(f"cannot read {name}: {getattr(error, 'strerror', None) or error}")


def _lines(name: str, file: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    for number, line in enumerate(file, 1):
        if line.strip():
            yield f"{name}:{number}", line
