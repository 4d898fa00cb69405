"""`newswire produce`: send raw articles to Kafka."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.articles import read_articles, require_readable, with_keys
from service.cli.console import kafka_errors, load_settings, progress_shown, talk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def produce(
    files: Annotated[list[str], typer.Argument(help="JSON lines (.jsonl), one article per file, or - for lines.")],
    topic: Annotated[str | None, typer.Option(help="Topic to send to. Default: the raw topic.")] = None,
) -> None:
    """Send the articles of FILES to Kafka, keyed by their ids, and return once the brokers have them.

    The key is the id that the record will have, for every format. `-` may be an endless pipe: memory is bounded, and
    the command stops at the first article that is not accepted.
    """
    settings = load_settings()
    require_readable(files)
    from service.kafka import producing  # noqa: PLC0415 - `newswire --help` need not wait for it

    articles = (value for name in files for _, value in read_articles(name))
    target = topic or settings.raw_topic
    confirmed = 0
    with kafka_errors(settings), _counter() as show:

        def progress(count: int) -> None:
            nonlocal confirmed
            confirmed = count
            show(count)

        try:
            producing.produce(settings, target, with_keys(settings, articles), progress)
        except (KeyboardInterrupt, SystemExit):  # `read_articles` exits if a file cannot be read
            talk().print(f"{confirmed:,} articles were sent to {target} before this", markup=False)
            raise
    talk().print(f"{confirmed:,} articles sent to {target}", markup=False)


@contextmanager
def _counter() -> Iterator[Callable[[int], object]]:
    """Draw a counter if standard error is a terminal. Yield the function that sets it."""
    if not progress_shown():
        yield lambda _: None
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - on a terminal only

    columns: list[Any] = [SpinnerColumn(), TextColumn("{task.completed:,.0f} articles confirmed"), TimeElapsedColumn()]
    with Progress(*columns, console=talk()) as shown:
        task = shown.add_task("produce", total=None)
        yield lambda count: shown.update(task, completed=count)
