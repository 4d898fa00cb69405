"""The command line, `newswire`: data on standard output, talk on standard error.

Exit codes: 0 done; 1 it could not be done, or some articles were refused; 2 wrong arguments or settings.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from service import __version__
from service.cli import (
    dead_letters,
    enrich,
    health,
    inspect,
    page,
    places,
    produce_tail_lag,
    replay,
    topics,
    up,
    worker,
)
from service.cli.console import fail
from service.errors import NewswireError

__all__ = ["app", "main"]

app = typer.Typer(
    name="newswire",
    help="Enrich news articles on Kafka with entities, locations and event tags, each with its evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.command("up")(up.up)
app.command("worker")(worker.worker)
app.command("page")(page.page)
app.command("enrich")(enrich.enrich)
app.command("produce")(produce_tail_lag.produce)
app.command("tail")(produce_tail_lag.tail)
app.command("lag")(produce_tail_lag.lag)
app.command("replay")(replay.replay)
app.add_typer(topics.app, name="topics")
app.add_typer(dead_letters.app, name="dead-letters")
app.command("schema")(inspect.schema)
app.command("tags")(inspect.tags)
app.command("places")(places.places)
app.command("check")(inspect.check)
app.command("health")(health.health)
app.command("resume")(health.resume)


def _version(asked: bool) -> None:
    if asked:
        from service.contract.field_types import SCHEMA_VERSION  # noqa: PLC0415 - `newswire --help` need not wait for it

        typer.echo(f"newswire {__version__}, record schema {SCHEMA_VERSION}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command that the arguments name."""
    try:
        app()
    except NewswireError as error:
        fail(str(error))
    except BrokenPipeError:  # `newswire tail | head` is no error
        sys.stderr.close()
    except KeyboardInterrupt:
        fail("interrupted", code=130)
