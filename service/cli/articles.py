"""Articles from files and from standard input, for the commands that read them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from service.cli.console import fail, talk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from service.settings import Settings
    from service.splitting import Piece

FILES_HELP = (
    "Files, folders or - for standard input: JSON, XML, feeds, CSV, plain text, answers of news APIs, also packed. "
    "They are split into articles by content."
)


def require_readable(names: list[str]) -> None:
    """Exit at once if one of the files cannot be read, before a command has begun its work."""
    for name in names:
        if name != "-" and not Path(name).is_dir():
            try:
                Path(name).open("rb").close()
            except OSError as error:
                fail(f"cannot read {name}: {error.strerror or error}")


class Articles:
    """The articles of files, folders and standard input, read as they are asked for.

    What cannot be read is reported on standard error with its place, and counted. The rest is read.
    """

    def __init__(self, names: list[str]) -> None:
        self._names = names
        self.problems = 0

    def __iter__(self) -> Iterator[Piece]:
        from service.splitting import Problem, split_files  # noqa: PLC0415 - `newswire --help` need not wait for it

        for part in split_files(self._names):
            if isinstance(part, Problem):
                self.problems += 1
                report(part.position, part.reason, part.detail)
            else:
                yield part


def report(position: str, reason: str, detail: str) -> None:
    """Print why there is no record for what stands at *position*."""
    talk().print(f"{position}: refused, {reason} ({detail})", markup=False, soft_wrap=True)


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
