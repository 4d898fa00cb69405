"""`newswire tail`: print records as they are published."""

from __future__ import annotations

from contextlib import closing
from itertools import chain, islice
from typing import Annotated

import typer

from service.cli.console import kafka_errors, load_settings, print_record


def tail(
    topic: Annotated[str | None, typer.Option(help="Topic to read. Default: the enriched topic.")] = None,
    from_start: Annotated[bool, typer.Option("--from-start", help="Begin with the oldest record.")] = False,
    count: Annotated[int | None, typer.Option("--count", "-n", min=1, help="Stop after this many records.")] = None,
    pretty: Annotated[bool, typer.Option("--pretty", help="Print each text with its annotations marked.")] = False,
) -> None:
    """Follow a topic until Ctrl-C: one record per line on standard output."""
    settings = load_settings()
    from service.kafka import reading  # noqa: PLC0415 - `newswire --help` need not wait for it

    follower = reading.follow(settings, topic or settings.enriched_topic, from_start=from_start)
    with kafka_errors(settings), closing(follower) as batches:
        for record in islice(chain.from_iterable(batches), count):
            print_record(record.value or b"null", pretty=pretty)
