"""`newswire up`: from nothing to the first record in one command, all on this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from service.cli.articles import with_keys
from service.cli.console import fail, kafka_errors, load_settings, page_address, print_record, talk
from service.cli.feed import require_web_addresses

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from service.settings import Settings

FIRST_RECORD_SECONDS = 120.0  # 6 s on two idle cores; a loaded machine may take far longer to load the model
STOP_SECONDS = 60.0  # a worker that stops takes 50 s at most


def up(
    demo: Annotated[bool, typer.Option("--demo", help="Show the first record and exit.")] = False,
    feeds: Annotated[
        list[str] | None,
        typer.Option("--feed", help="Also poll this RSS, Atom or JSON feed. May repeat.", metavar="URL"),
    ] = None,
) -> None:
    """Start Kafka (unless KAFKA_BOOTSTRAP_SERVERS is set), topics, a worker and the page, and enrich a first article.

    Then send articles from another terminal with `newswire produce`, or have them come from feeds with `--feed`. Ctrl-C
    stops everything; the data are kept.
    """
    settings = load_settings()
    require_web_addresses(feeds or [])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # as Ctrl-C does: through every `finally` on the way
    with kafka_errors(settings), ExitStack() as stack:
        _start_everything(settings, stack, feeds or [], demo=demo)


def _start_everything(settings: Settings, stack: ExitStack, feeds: Sequence[str], *, demo: bool) -> None:
    from service.cli.live_view import LiveView  # noqa: PLC0415 - `newswire --help` need not wait for it
    from service.kafka import admin, producing, reading  # noqa: PLC0415 - `newswire --help` need not wait for it
    from service.local_kafka import Broker  # noqa: PLC0415 - `newswire --help` need not wait for it

    console = talk()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if "bootstrap_servers" not in settings.model_fields_set:
        with console.status("starting Kafka (the first time, 45 MB are downloaded)"):
            port = int(settings.bootstrap_servers.rpartition(":")[2])
            stack.enter_context(Broker(settings.data_dir, port))
        console.print(f"Kafka runs at {settings.bootstrap_servers}", markup=False)
    topics = admin.create_topics(settings)
    console.print(f"topics: {', '.join(topics)}", markup=False)
    children = [stack.enter_context(_child(settings, "worker"))]
    batches = stack.enter_context(closing(reading.follow(settings, settings.enriched_topic, from_start=False)))
    next(batches)
    article = (files("service.local_kafka") / "nato-summit-2022.json").read_bytes()
    producing.produce(settings, settings.raw_topic, with_keys(settings, [article]))
    with console.status("loading the model and enriching a first article"):
        record = _first_record(batches, orjson.loads(article)["id"], children)
    print_record(record.value, pretty=True)
    if demo:
        console.print(
            f"read back from {settings.enriched_topic}, partition {record.partition}, offset {record.offset}",
            markup=False,
        )
        return
    children.append(stack.enter_context(_child(settings, "page")))
    console.print(f"page: {page_address(settings)}", markup=False)
    if feeds:
        children.append(stack.enter_context(_child(settings, "feed", *feeds)))
        console.print(f"polling {len(feeds)} feed{'s' * (len(feeds) > 1)}; see {children[-1].log}", markup=False)
    with LiveView(settings) as view:
        for batch in batches:
            _require_running(children)
            view.show(batch)


@dataclass(frozen=True)
class _Child:
    """A command of `newswire` that runs as a child of this one."""

    command: str
    log: Path
    process: subprocess.Popen[bytes]


@contextmanager
def _child(settings: Settings, command: str, *arguments: str) -> Iterator[_Child]:
    """Run `newswire` *command* as a child; at the end, stop it and wait: a worker commits what it has published."""
    log = settings.data_dir / f"{command}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "service", command, *arguments],
            env=os.environ | {"KAFKA_BOOTSTRAP_SERVERS": settings.bootstrap_servers},
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches only this process, which stops its children in order
        )
    try:
        yield _Child(command, log, process)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            talk().print(
                f"the {command} did not stop within {STOP_SECONDS:.0f} s and was killed; see {log}", markup=False
            )


def _first_record(batches: Iterator[list[Any]], article_id: str, children: Sequence[_Child]) -> Any:
    deadline = time.monotonic() + FIRST_RECORD_SECONDS
    for batch in batches:
        for record in batch:
            if record.key == article_id.encode():
                return record
        _require_running(children)
        if time.monotonic() > deadline:
            break
    return fail(f"no record came within {FIRST_RECORD_SECONDS:.0f} s; see {children[0].log}")


def _require_running(children: Sequence[_Child]) -> None:
    for child in children:
        if child.process.poll() is not None:
            fail(f"the {child.command} ended with exit code {child.process.returncode}; see {child.log}")
