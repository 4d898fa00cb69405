"""Run the page until it is stopped by a signal."""

from __future__ import annotations

import asyncio
import logging
import signal
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from service import logs
from service.errors import NewswireError
from service.page.figures import Figures
from service.page.recent_records import RecentRecords
from service.page.server import mount
from service.page.topic_reader import TopicReader

if TYPE_CHECKING:
    from service.settings import Settings

log = structlog.get_logger()
DISCONNECT_SECONDS = 5.0  # for browsers, when the page stops


class PageError(NewswireError):
    """Raised if the page cannot be served."""


def run(settings: Settings) -> None:
    """Serve the page until SIGTERM or SIGINT. Raise `PageError` if its address cannot be used."""
    logs.configure(settings)
    if settings.log_level != "DEBUG":  # the client logs every try to connect; `topic_reader` logs one line per outage
        logging.getLogger("kafka").setLevel(logging.CRITICAL)
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    recent, figures = RecentRecords(), Figures()
    app = web.Application()
    mount(app, settings, recent, figures)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=DISCONNECT_SECONDS)
    await runner.setup()
    try:
        address = await _listen(runner, settings)
        reader = TopicReader(settings, recent, figures)
        reader.start()
        log.info("page_started", address=address)
        await stop.wait()
        log.info("page_stops")
        await reader.stop()
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, settings: Settings) -> str:
    """Listen, and return the address of the page."""
    try:
        await web.TCPSite(runner, settings.page_host, settings.page_port).start()
    except OSError as error:
        raise PageError(
            f"the page cannot use {settings.page_host}:{settings.page_port} ({error.strerror or error}): is another "
            "page running there? NEWSWIRE_PAGE_HOST and NEWSWIRE_PAGE_PORT choose another address"
        ) from error
    host, port = runner.addresses[0][:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
