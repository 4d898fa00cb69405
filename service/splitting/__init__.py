"""Split files and streams into articles, by their content and never by their names.

    for part in split(stream, "feed.xml"):
        match part:
            case Piece():
                send(part.value)
            case Problem():
                report(part.position, part.reason, part.detail)

A part that cannot be read becomes a `Problem`, and what stands after it is still read. Memory is bounded: one article
at a time is held, of an input of any length.
"""

from __future__ import annotations

from io import BytesIO
from typing import IO, TYPE_CHECKING

from service.splitting import containers
from service.splitting.files import split_files
from service.splitting.pieces import Part, Piece, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Part", "Piece", "Problem", "split", "split_files"]


def split(source: IO[bytes] | bytes, name: str) -> Iterator[Part]:
    """Yield the articles in *source*, in their order, each as soon as it is complete.

    JSON values one after the other or one per line, lists of them and answers of APIs; RSS, Atom, JSON Feed and
    newsMessage; CSV and TSV with a header; plain text; and gzip, xz, zip and tar of these.

    Args:
        source: A stream, which need not be seekable, or all of its bytes.
        name: Of the file or stream, for `position`.
    """
    yield from containers.parts(BytesIO(source) if isinstance(source, bytes) else source, name)
