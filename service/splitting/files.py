"""Files, folders and standard input, split into articles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from service.contract.reject_reasons import RejectReason
from service.splitting import containers
from service.splitting.content import STANDARD_INPUT
from service.splitting.pieces import Part, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def split_files(names: Iterable[str]) -> Iterator[Part]:
    """Yield the articles of files and of all files in folders, in the order of their names; `-` is standard input."""
    for name in names:
        if name == "-":
            # Not sys.stdin: Python aborts at exit if a thread (see `service.processes.in_order`) still reads it.
            with open(0, "rb", closefd=False) as stream:
                yield from containers.parts(stream, STANDARD_INPUT)
        else:
            for path in _files(name):
                yield from _split_file(path)


def _files(name: str) -> Iterator[str]:
    """Yield *name*, or all files in the folder *name* that are not hidden. Links to folders could lead in a circle."""
    path = Path(name)
    if not path.is_dir():
        yield name
        return
    for inner in sorted(path.iterdir()):
        if not inner.name.startswith(".") and not (inner.is_symlink() and inner.is_dir()):
            yield from _files(str(inner))


def _split_file(path: str) -> Iterator[Part]:
    try:
        with Path(path).open("rb") as stream:
            yield from containers.parts(stream, path)
    except OSError as error:
        yield Problem(path, RejectReason.NOT_JSON, f"the file cannot be read: {error.strerror or error}")
