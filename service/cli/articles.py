"""Articles from files and from standard input, for the commands that read them."""

from __future__ import annotations

import gzip
import lzma
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import orjson

from service.cli.console import fail

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from service.settings import Settings

OPENERS: dict[str, Any] = {".gz": gzip.open, ".xz": lzma.open}
DAMAGED_FILE_ERRORS = (EOFError, lzma.LZMAError, zlib.error)  # raised if a compressed file is cut off or damaged
LINES_SUFFIXES = {".jsonl", ".ndjson"}


def require_readable(names: list[str]) -> None:
    """Exit at once if one of the files cannot be read, before a command has begun its work."""
    for name in names:
        if name != "-":
            try:
                Path(name).open("rb").close()
            except OSError as error:
                fail(f"cannot read {name}: {error.strerror or error}")


def read_articles(name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the position and the bytes of each article in the file *name*; `-` is standard input, one per line."""
    if name == "-":
        # Not sys.stdin: Python aborts at exit if a thread (see `service.processes.in_order`) still reads it.
        with open(0, "rb", closefd=False) as file:
            yield from _lines("standard input", file)
        return
    path = Path(name)
    opener = OPENERS.get(path.suffix, open)
    suffix = path.with_suffix("").suffix if path.suffix in OPENERS else path.suffix
    try:
        with cast("IO[bytes]", opener(path, "rb")) as file:
            if suffix in LINES_SUFFIXES:
                yield from _lines(name, file)
            elif suffix == ".txt":
                text = file.read().decode(errors="replace")
                yield name, orjson.dumps({"id": path.stem, "body": text})
            else:
                yield name, file.read()
    except (OSError, *DAMAGED_FILE_ERRORS) as error:
        fail(f"cannot read {name}: {getattr(error, 'strerror', None) or error}")


def _lines(name: str, file: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    for number, line in enumerate(file, 1):
        if line.strip():
            yield f"{name}:{number}", line


def with_keys(settings: Settings, articles: Iterable[bytes]) -> Iterator[tuple[bytes | None, bytes]]:
    """Yield each raw article with the key that it has on Kafka."""
    return ((article_key(settings, article), article) for article in articles)


def article_key(settings: Settings, article: bytes) -> bytes | None:
    """Return the key of a raw article: the id that its record will have, so that versions of an article stay in order.

    An article without its own id gets one from a hash of its bytes, as in the worker, so all copies of it go to one
    partition. An article that the worker will refuse, perhaps for its date, still has an id: its dead letter can be
    found by it, and stays in order with other versions when it is replayed. Anything else has no key.
    """
    from service import wire  # noqa: PLC0415 - `newswire --help` need not wait for it
    from service.contract.reject_reasons import InvalidArticleError  # noqa: PLC0415 - `newswire --help` need not wait for it

    try:
        return wire.identify(article, {}, settings.input_format).encode(errors="replace")
    except InvalidArticleError:
        return None
