"""The command line, `newswire`: data goes to standard output, messages to standard error.

One module per command, of the same name, and:

console          settings, messages and exit codes
articles         read articles from files and standard input
published        what was published, as digests, for `replay`
comparison       how a record differs from the published one, for `replay`
live_view        the table of `up`
worker_requests  HTTP requests to the worker, for `health` and `resume`

Exit codes: 0 done; 1 not done, or some articles were refused; 2 wrong arguments or settings.

Commands import what they need when they run, so that `newswire --help` is fast.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from service import __version__
from service.cli import (
    check,
    dead_letters,
    enrich,
    feed,
    health,
    lag,
    page,
    places,
    produce,
    replay,
    resume,
    schema,
    serve,
    tags,
    tail,
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
app.command("enrich")(enrich.enrich)
app.command("serve")(serve.serve)
app.command("produce")(produce.produce)
app.command("feed")(feed.feed)
app.command("tail")(tail.tail)
app.command("lag")(lag.lag)
app.command("replay")(replay.replay)
app.add_typer(topics.app, name="topics")
app.add_typer(dead_letters.app, name="dead-letters")
app.command("schema")(schema.schema)
app.command("page")(page.page)
app.command("places")(places.places)
app.command("tags")(tags.tags)
app.command("check")(check.check)
app.command("health")(health.health)
app.command("resume")(resume.resume)


def _print_version(requested: bool) -> None:
    if requested:
        from service.contract.field_types import SCHEMA_VERSION  # noqa: PLC0415 - `newswire --help` need not wait for it

        typer.echo(f"newswire {__version__}, record schema {SCHEMA_VERSION}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command named by the arguments."""
    try:
        app()
    except NewswireError as error:
        fail(str(error))
    except BrokenPipeError:  # `newswire tail | head` is not an error
        sys.stderr.close()
    except KeyboardInterrupt:
        fail("interrupted", code=130)
