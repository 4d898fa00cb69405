"""`newswire serve`: articles in and records out over HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from service.cli.console import load_settings


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    processes: Annotated[int | None, typer.Option(help="Number of worker processes. Default: one per CPU.")] = None,
) -> None:
    """Enrich articles over HTTP, without Kafka, until SIGTERM or Ctrl-C.

    `POST /enrich` takes an article in any format and answers with its record. By default it listens on this
    machine only. NEWSWIRE_ACCESS_TOKEN makes it ask for a token.
    """
    settings = load_settings(serve_host=host, serve_port=port, worker_processes=processes)
    from service.http.serving import run  # noqa: PLC0415 - `newswire --help` need not wait for it

    run(settings)
