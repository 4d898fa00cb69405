"""`newswire produce`, `tail` and `lag`: put articles in, see records come out, see how far behind the group is."""

from __future__ import annotations

from contextlib import closing, contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.articles import read_articles, require_readable
from service.cli.console import kafka_errors, load_settings, print_record, progress_shown, talk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def produce(
    files: Annotated[list[str], typer.Argument(help="JSON lines (.jsonl), one article a file, or - for lines.")],
    topic: Annotated[str | None, typer.Option(help="Topic to send to; the raw topic if not given.")] = None,
) -> None:
    """Send articles of FILES to Kafka, keyed by their id, and return when the brokers have them.

    The key is the id that the record will have, in every format. `-` may be an endless pipe: memory is bounded, and an
    article that is not taken ends it at once.
    """
    settings = load_settings()
    require_readable(files)
    from service.kafka import producing  # noqa: PLC0415 - `newswire --help` need not wait for it

    values = (value for name in files for _, value in read_articles(name))
    target = topic or settings.raw_topic
    confirmed = 0
    with kafka_errors(settings), _counter() as show:

        def progress(count: int) -> None:
            nonlocal confirmed
            confirmed = count
            show(count)

        try:
            producing.produce(settings, target, values, progress)
        except (KeyboardInterrupt, SystemExit):  # an input that cannot be read exits too
            talk().print(f"{confirmed:,} articles were sent to {target} before this", markup=False)
            raise
    talk().print(f"{confirmed:,} articles sent to {target}", markup=False)


@contextmanager
def _counter() -> Iterator[Callable[[int], object]]:
    """Draw a counter on a terminal's standard error; give the function that sets it."""
    if not progress_shown():
        yield lambda _: None
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - on a terminal only

    columns: list[Any] = [SpinnerColumn(), TextColumn("{task.completed:,.0f} articles confirmed"), TimeElapsedColumn()]
    with Progress(*columns, console=talk()) as shown:
        task = shown.add_task("produce", total=None)
        yield lambda count: shown.update(task, completed=count)


def tail(
    topic: Annotated[str | None, typer.Option(help="Topic to read; the enriched topic if not given.")] = None,
    from_start: Annotated[bool, typer.Option("--from-start", help="Begin with the oldest record.")] = False,
    count: Annotated[int | None, typer.Option("--count", "-n", min=1, help="Stop after so many records.")] = None,
    pretty: Annotated[bool, typer.Option("--pretty", help="Show each text with what was found marked.")] = False,
) -> None:
    """Follow a topic: a record a line on standard output, until Ctrl-C."""
    settings = load_settings()
    from service.kafka import traffic  # noqa: PLC0415 - `newswire --help` need not wait for it

    following = traffic.follow(settings, topic or settings.enriched_topic, from_start=from_start)
    with kafka_errors(settings), closing(following) as batches:
        for record in islice(chain.from_iterable(batches), count):
            print_record(record.value or b"null", pretty=pretty)


def lag() -> None:
    """Show how far the group is behind on each partition of the raw topic."""
    settings = load_settings()
    from rich.console import Console  # noqa: PLC0415 - `newswire --help` need not wait for it
    from rich.table import Table  # noqa: PLC0415 - `newswire --help` need not wait for it

    from service.kafka import traffic  # noqa: PLC0415 - `newswire --help` need not wait for it

    with kafka_errors(settings):
        rows = traffic.lag(settings)
    table = Table("partition", "committed", "end", "lag", title=f"{settings.group} on {settings.raw_topic}")
    for row in rows:
        table.add_row(
            str(row.partition), "-" if row.committed is None else f"{row.committed:,}", f"{row.end:,}", f"{row.lag:,}"
        )
    table.add_row("all", "", "", f"{sum(row.lag for row in rows):,}", style="bold")
    Console().print(table)
