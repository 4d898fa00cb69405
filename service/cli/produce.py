"""`newswire produce`: send raw articles to Kafka."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.articles import FILES_HELP, Articles, require_readable, with_keys
from service.cli.console import fail, kafka_errors, load_settings, progress_shown, talk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def produce(
    files: Annotated[list[str], typer.Argument(help=FILES_HELP)],
    topic: Annotated[str | None, typer.Option(help="Topic to send to. Default: the raw topic.")] = None,
) -> None:
    """Send the articles of FILES to Kafka, keyed by their ids, and return once the brokers have them.

    The key is the id that the record will have, for every format. `-` may be an endless pipe: memory is bounded, and
    the command stops at the first article that is not accepted. What cannot be read as an article is reported with
    its place and left out, and the exit code is then 1.
    """
    settings = load_settings()
    require_readable(files)
    from service.kafka import producing  # noqa: PLC0415 - `newswire --help` need not wait for it

    articles = Articles(files)
    values = (piece.value for piece in articles)
    target = topic or settings.raw_topic
    confirmed = 0
    with kafka_errors(settings), _counter() as show:

        def progress(count: int) -> None:
            nonlocal confirmed
            confirmed = count
            show(count)

        try:
            producing.produce(settings, target, with_keys(settings, values), progress)
        except KeyboardInterrupt:
            talk().print(f"{confirmed:,} articles were sent to {target} before this", markup=False)
            raise
    talk().print(f"{confirmed:,} articles sent to {target}", markup=False)
    if articles.problems:
        fail(f"{articles.problems:,} parts of the input could not be read; see above")


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
