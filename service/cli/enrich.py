"""`newswire enrich`: the same enrichment as on Kafka, from files and to standard output."""

from __future__ import annotations

import gzip
import lzma
import multiprocessing
import os
import sys
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, cast

import orjson
import typer

from service.cli.terminal import fail, load_settings, print_record, progress_shown, talk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from service.process import Outcome, Processor
    from service.settings import Settings

OPENERS: dict[str, Any] = {".gz": gzip.open, ".xz": lzma.open}
LINES = {".jsonl", ".ndjson"}
CHUNK = 8  # articles a task: some 0.3 s of work, so that the cost of handing over is lost in it
AHEAD = 4  # tasks a process that wait or are done: enough that none idles behind a slow one


def enrich(
    files: Annotated[
        list[str], typer.Argument(help="JSON lines (.jsonl), one article (.json, .xml), plain text (.txt), or -.")
    ],
    pretty: Annotated[bool, typer.Option("--pretty", help="Show each text with what was found marked in it.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write the one article of FILES to this file, as a page.")] = None,
    processes: Annotated[int | None, typer.Option(help="Processes to work with; all cores if not given.")] = None,
) -> None:
    """Enrich articles of FILES without Kafka: a record a line, in the order of the input.

    Refused articles are told on standard error with their reason, and make the exit code 1.
    """
    settings = load_settings(worker_processes=processes)
    articles: Iterable[tuple[str, bytes]] = chain.from_iterable(map(read_articles, files))
    if html is not None:
        articles = _only(articles)
    refused = 0
    for where, outcome in _progress(_outcomes(settings, articles)):
        from service.process import Enriched, Refused  # noqa: PLC0415 - spaCy's import waits until work begins

        if isinstance(outcome, Enriched) and html is not None:
            _write_page(outcome.value, html)
        elif isinstance(outcome, Enriched):
            print_record(outcome.value, pretty=pretty)
        elif isinstance(outcome, Refused):
            refused += 1
            talk().print(f"{where}: refused, {outcome.reason} ({outcome.detail})", markup=False, soft_wrap=True)
    if refused:
        fail(f"{refused} of the articles were refused; each is told above")


def _only(articles: Iterable[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Return *articles* where they are one: a page shows no more."""
    found = list(islice(articles, 2))
    if len(found) != 1:
        fail(f"--html shows one article, and there {'are more' if found else 'is none'}", code=2)
    return found


def _write_page(value: bytes, path: Path) -> None:
    from service.page import render  # noqa: PLC0415 - for people only
    from service.records import EnrichedArticle  # noqa: PLC0415 - for people only

    try:
        path.write_text(render.document(EnrichedArticle.model_validate_json(value)), encoding="utf-8")
    except OSError as error:
        fail(f"cannot write {path}: {error.strerror or error}")


def read_articles(name: str) -> Iterator[tuple[str, bytes]]:
    """Yield where each article stands and its bytes."""
    if name == "-":
        yield from _lines("standard input", sys.stdin.buffer)
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
    except OSError as error:
        fail(f"cannot read {name}: {error.strerror or error}")


def _lines(name: str, file: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    for number, line in enumerate(file, 1):
        if line.strip():
            yield f"{name}:{number}", line


_processor: Processor | None = None


def _load(settings: Settings) -> None:
    global _processor  # noqa: PLW0603 - a process of the pool has nowhere else to keep its model
    from service.process import Processor  # noqa: PLC0415 - in the process of the pool only

    _processor = Processor(settings)


def _process(values: tuple[bytes, ...]) -> list[Outcome]:
    from service.process import Message  # noqa: PLC0415 - in the process of the pool only

    assert _processor is not None
    return [_processor.process(Message(value)) for value in values]


def _outcomes(settings: Settings, messages: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, Outcome]]:
    """Enrich in all processes at once and yield in the order of the input; memory is bounded by what is ahead."""
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["service.process"])
    count = settings.worker_processes
    waiting: deque[tuple[tuple[str, ...], Future[list[Outcome]]]] = deque()
    with ProcessPoolExecutor(count, context, _load, (settings,)) as pool:
        messages = iter(messages)
        while chunk := list(islice(messages, CHUNK)):
            places, values = zip(*chunk, strict=True)
            waiting.append((places, pool.submit(_process, values)))
            if len(waiting) >= AHEAD * count:
                yield from _finished(waiting)
        while waiting:
            yield from _finished(waiting)


def _finished(waiting: deque[tuple[tuple[str, ...], Future[list[Outcome]]]]) -> Iterator[tuple[str, Outcome]]:
    places, future = waiting.popleft()
    try:
        yield from zip(places, future.result(), strict=True)
    except BrokenProcessPool:
        fail(f"a worker process died on one of {places[0]} … {places[-1]}; run them one by one to find which")


def _progress(outcomes: Iterator[tuple[str, Outcome]]) -> Iterator[tuple[str, Outcome]]:
    """Draw a counter on a terminal's standard error."""
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
