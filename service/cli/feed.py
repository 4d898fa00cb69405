"""`newswire feed`: poll feeds and send what is new to Kafka."""

from __future__ import annotations

from typing import Annotated

import typer

from service.cli.console import fail, kafka_errors, load_settings


def feed(
    urls: Annotated[list[str], typer.Argument(help="Addresses of RSS, Atom or JSON feeds.", metavar="URL...")],
    every: Annotated[
        float | None, typer.Option(help="Seconds between polls, if the server asks for no more. Default: 300.")
    ] = None,
    allow_private: Annotated[
        bool | None, typer.Option("--allow-private", help="Also read feeds on private addresses and this machine.")
    ] = None,
) -> None:
    """Poll feeds and send what is new to the raw topic until SIGTERM or Ctrl-C.

    What was sent is noted in the data directory, so a restart repeats nothing. A feed that fails is tried again, later
    each time, and does not hold up the others.
    """
    settings = load_settings(feed_interval_seconds=every, feed_allow_private=allow_private)
    require_web_addresses(urls)
    from service.feeds.service_loop import run  # noqa: PLC0415 - `newswire --help` need not wait for it

    with kafka_errors(settings):
        run(settings, urls)


def require_web_addresses(urls: list[str]) -> None:
    """Exit with 2 if one of *urls* is no web address."""
    from yarl import URL  # noqa: PLC0415 - `newswire --help` need not wait for it

    for url in urls:
        try:
            parsed = URL(url)
        except ValueError:
            fail(f"{url} is no web address", code=2)
        if parsed.scheme not in {"http", "https"} or not parsed.host:
            fail(f"{url} is no web address: it should begin with https:// or http://", code=2)
