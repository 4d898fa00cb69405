"""`newswire worker`: one member of the consumer group, until it is stopped."""

from __future__ import annotations

from typing import Annotated

import typer

from service.cli.console import load_settings


def worker(
    processes: Annotated[int | None, typer.Option(help="Number of worker processes. Default: one per CPU.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of /metrics, /livez and /readyz.")] = None,
) -> None:
    """Read raw articles from Kafka and publish their records until SIGTERM or Ctrl-C.

    Start as many as there are partitions, on any number of machines: Kafka divides the partitions among them.
    """
    settings = load_settings(worker_processes=processes, web_port=port)
    from service.worker.run import run  # noqa: PLC0415 - Faust's import is slow

    raise SystemExit(run(settings))
