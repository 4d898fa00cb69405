"""`newswire up`: everything on this machine, from nothing to the first record in one command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, closing, contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from service.cli.console import fail, kafka_errors, load_settings, print_record, talk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from service.settings import Settings

FIRST_RECORD_SECONDS = 120.0  # 6 s on two idle cores; a loaded machine may take far longer to load the model
STOP_SECONDS = 60.0  # the worker's own bound on a stop is 50 s


def up(
    demo: Annotated[bool, typer.Option("--demo", help="Show the first record and exit, in place of staying.")] = False,
) -> None:
    """Start Kafka (unless KAFKA_BOOTSTRAP_SERVERS is set), the topics and a worker, enrich a first article, and watch.

    Then feed it from another terminal, with `newswire produce`. Ctrl-C stops it; what Kafka holds is kept.
    """
    settings = load_settings()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # as Ctrl-C does: through every `finally` on the way
    with kafka_errors(settings), ExitStack() as stack:
        _start_everything(settings, stack, demo=demo)


def _start_everything(settings: Settings, stack: ExitStack, *, demo: bool) -> None:
    from service.cli.live_view import LiveView  # noqa: PLC0415 - `newswire --help` need not wait for it
    from service.kafka import admin, producing, traffic  # noqa: PLC0415 - `newswire --help` need not wait for it
    from service.local_kafka import Broker  # noqa: PLC0415 - `newswire --help` need not wait for it

    console = talk()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if "bootstrap_servers" not in settings.model_fields_set:
        with console.status("starting Kafka (the first time, 45 MB are fetched)"):
            port = int(settings.bootstrap_servers.rpartition(":")[2])
            stack.enter_context(Broker(settings.data_dir, port))
        console.print(f"Kafka serves on {settings.bootstrap_servers}", markup=False)
    made = admin.create(settings)
    console.print(f"topics: {', '.join(made)}", markup=False)
    worker = stack.enter_context(_worker(settings))
    batches = stack.enter_context(closing(traffic.follow(settings, settings.enriched_topic, from_start=False)))
    next(batches)
    article = (files("service.local_kafka") / "nato-summit-2022.json").read_bytes()
    producing.produce(settings, settings.raw_topic, [article])
    with console.status("loading the model and enriching a first article"):
        record = _first_record(batches, orjson.loads(article)["id"], worker, settings)
    print_record(record.value, pretty=True)
    if demo:
        console.print(
            f"read back from {settings.enriched_topic}, partition {record.partition}, offset {record.offset}",
            markup=False,
        )
        return
    with LiveView(settings) as view:
        for batch in batches:
            _require_running(worker, settings)
            view.show(batch)


@contextmanager
def _worker(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker as a child; on the way out, ask it to stop and wait until it has committed."""
    log = _log_path(settings)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "service", "worker"],
            env=os.environ | {"KAFKA_BOOTSTRAP_SERVERS": settings.bootstrap_servers},
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches us alone, and we stop it in order
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            talk().print(f"the worker did not stop within {STOP_SECONDS:.0f} s and was killed; see {log}", markup=False)


def _first_record(
    batches: Iterator[list[Any]], article_id: str, worker: subprocess.Popen[bytes], settings: Settings
) -> Any:
    deadline = time.monotonic() + FIRST_RECORD_SECONDS
    for batch in batches:
        for record in batch:
            if record.key == article_id.encode():
                return record
        _require_running(worker, settings)
        if time.monotonic() > deadline:
            break
    return fail(f"no record came within {FIRST_RECORD_SECONDS:.0f} s; see {_log_path(settings)}")


def _require_running(worker: subprocess.Popen[bytes], settings: Settings) -> None:
    if worker.poll() is not None:
        fail(f"the worker ended with exit code {worker.returncode}; see {_log_path(settings)}")


def _log_path(settings: Settings) -> Path:
    return settings.data_dir / "worker.log"
