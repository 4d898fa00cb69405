"""`newswire page`: the last records on a live web page."""

from __future__ import annotations

from typing import Annotated

import typer

from service.cli.console import load_settings


def page(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
) -> None:
    """Show the last records on a live web page until SIGTERM or Ctrl-C.

    It reads the topic of enriched records as any consumer does, and commits nothing. The page shows the text of
    articles, so by default it listens on this machine only. NEWSWIRE_ACCESS_TOKEN makes it ask for a token.
    """
    settings = load_settings(page_host=host, page_port=port)
    from service.page.main import run  # noqa: PLC0415 - `newswire --help` need not wait for it

    run(settings)
