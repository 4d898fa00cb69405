"""`newswire enrich`: the same enrichment as on Kafka, from files to standard output."""

from __future__ import annotations

import sys
from contextlib import closing
from itertools import islice
from pathlib import Path  # noqa: TC003 - typer reads the annotation at run time
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from service.cli.articles import FILES_HELP, Articles, report, require_readable
from service.cli.console import fail, load_settings, print_record, progress_shown, talk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from service.contract.outcomes import Outcome
    from service.splitting import Piece


def enrich(
    files: Annotated[list[str], typer.Argument(help=FILES_HELP)],
    pretty: Annotated[bool, typer.Option("--pretty", help="Print each text with its annotations marked.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write the one article of FILES to this file, as a page.")] = None,
    geojson: Annotated[
        bool, typer.Option("--geojson", help="Write the places of all articles as one GeoJSON document, for a map.")
    ] = False,
    processes: Annotated[int | None, typer.Option(help="Number of worker processes. Default: one per CPU.")] = None,
) -> None:
    """Enrich the articles of FILES without Kafka: one record per line, in the order of the input.

    Refused articles are reported on standard error with their reason, and the exit code is then 1.
    """
    settings = load_settings(worker_processes=processes)
    require_readable(files)
    articles = Articles(files)
    pieces = articles if html is None else _require_one(articles)
    from service.contract.outcomes import Enriched, Message, Refused  # noqa: PLC0415 - `newswire --help` need not wait for it
    from service.processes.in_order import process_in_order  # noqa: PLC0415 - `newswire --help` need not wait for it

    refused = 0
    records: list[bytes] = []
    messages = ((piece.position, Message(piece.value)) for piece in pieces)
    with closing(process_in_order(settings, messages)) as outcomes:
        for position, outcome in _with_progress(outcomes):
            if isinstance(outcome, Enriched) and html is not None:
                _write_page(outcome.value, html)
            elif isinstance(outcome, Enriched) and geojson:
                records.append(outcome.value)
            elif isinstance(outcome, Enriched):
                print_record(outcome.value, pretty=pretty)
            elif isinstance(outcome, Refused):
                refused += 1
                report(position, outcome.reason, outcome.detail)
    if geojson:
        _write_geojson(records)
    refused += articles.problems
    if refused:
        fail(f"{refused} of the articles were refused; see above")


def _write_geojson(records: list[bytes]) -> None:
    from service.contract.enriched_article import EnrichedArticle  # noqa: PLC0415 - for a map only
    from service.views.geojson import feature_collection  # noqa: PLC0415 - as above

    typer.echo(orjson.dumps(feature_collection(map(EnrichedArticle.model_validate_json, records))))


def _require_one(articles: Iterable[Piece]) -> list[Piece]:
    """Return *articles* if there is exactly one, since a page shows only one."""
    first = list(islice(articles, 2))
    if len(first) != 1:
        fail(f"--html shows one article, and there {'are more' if first else 'is none'}", code=2)
    return first


def _write_page(value: bytes, path: Path) -> None:
    from service.contract.enriched_article import EnrichedArticle  # noqa: PLC0415 - for a page only
    from service.views import html as render  # noqa: PLC0415 - as above

    try:
        path.write_text(render.document(EnrichedArticle.model_validate_json(value)), encoding="utf-8")
    except OSError as error:
        fail(f"cannot write {path}: {error.strerror or error}")


def _with_progress(outcomes: Iterator[tuple[str, Outcome]]) -> Iterator[tuple[str, Outcome]]:
    """Yield *outcomes* and draw a counter if standard error is a terminal and standard output is not."""
    if not progress_shown() or sys.stdout.isatty():
        yield from outcomes
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - on a terminal only

    columns: list[Any] = [SpinnerColumn(), TextColumn("{task.completed:,.0f} articles"), TimeElapsedColumn()]
    with Progress(*columns, console=talk()) as progress:
        task = progress.add_task("enrich", total=None)
        for row in outcomes:
            progress.advance(task)
            yield row
