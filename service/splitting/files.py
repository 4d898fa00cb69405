"""Files, folders and standard input, split into articles."""

from __future__ import annotations

import os
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
    """Yield *name*, or the files in the folder *name* that are not hidden."""
    if not Path(name).is_dir():
        yield name
        return
    for folder, folders, files in os.walk(name):
        folders[:] = sorted(inner for inner in folders if not inner.startswith("."))
        yield from (str(Path(folder) / file) for file in sorted(files) if not file.startswith("."))


def _split_file(path: str) -> Iterator[Part]:
    try:
        with Path(path).open("rb") as stream:
            yield from containers.parts(stream, path)
    except OSError as error:
        yield Problem(path, RejectReason.NOT_JSON, f"the file cannot be read: {error.strerror or error}")
