"""Poll all feeds until a signal, and serve metrics meanwhile."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from service import logs
from service.errors import NewswireError
from service.feeds.feed_metrics import FeedMetrics
from service.feeds.fetching import Fetcher
from service.feeds.polling import FeedPoller, Tools, shown
from service.feeds.seen_items import SeenItems
from service.feeds.sending import CONFIRM_SECONDS, ItemSender
from service.kafka.admin import admin_client, message_limits, partition_counts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.settings import Settings

log = structlog.get_logger()


class FeedServiceError(NewswireError):
    """Raised if no feed can be polled."""


def run(settings: Settings, urls: Sequence[str]) -> None:
    """Poll the feeds *urls* until SIGTERM or SIGINT.

    Raises:
        MissingTopicError: There is no raw topic.
        SeenItemsError: What was sent cannot be read or noted.
        FeedServiceError: All feeds are gone for good, or the port of the metrics is taken.
    """
    logs.configure(settings)
    limit = _message_limit(settings)
    seen = SeenItems(settings.data_dir)
    try:
        asyncio.run(_serve(settings, list(dict.fromkeys(urls)), seen, limit))
    finally:
        seen.close()


def _message_limit(settings: Settings) -> int:
    """Return the largest message that the raw topic accepts, in bytes. Raise `MissingTopicError` if there is none."""
    admin = admin_client(settings)
    try:
        partition_counts(admin, [settings.raw_topic])
        return min([settings.max_record_bytes, *message_limits(admin, [settings.raw_topic])])
    finally:
        admin.close()


async def _serve(settings: Settings, urls: list[str], seen: SeenItems, limit: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    metrics = FeedMetrics(map(shown, urls))
    runner = await _listen(settings, metrics)
    try:
        async with Fetcher(allow_private=settings.feed_allow_private) as fetcher, ItemSender(settings, limit) as sender:
            tools = Tools(fetcher, seen, sender, metrics, settings.feed_interval_seconds, asyncio.Lock())
            log.info("feeds_started", feeds=len(urls), topic=settings.raw_topic)
            await _poll_all([FeedPoller(url, tools) for url in urls], stop, tools.publishing)
            log.info("feeds_stopped")
    finally:
        await runner.cleanup()


async def _poll_all(pollers: list[FeedPoller], stop: asyncio.Event, publishing: asyncio.Lock) -> None:
    """Poll until *stop*, or until a poller raises. Nothing is broken off between sending and noting."""
    stopped = asyncio.create_task(stop.wait())
    polls = {asyncio.create_task(poller.run()) for poller in pollers}
    try:
        while not stopped.done():
            done, _ = await asyncio.wait({stopped, *polls}, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopped}:
                polls.discard(task)
                task.result()
            if not polls and not stopped.done():
                raise FeedServiceError("no feed is left: all of them are gone for good (410)")
        with suppress(TimeoutError):
            await asyncio.wait_for(publishing.acquire(), CONFIRM_SECONDS)
    finally:
        for task in (stopped, *polls):
            task.cancel()
        await asyncio.gather(stopped, *polls, return_exceptions=True)


async def _listen(settings: Settings, metrics: FeedMetrics) -> web.AppRunner:
    """Serve /metrics and /livez."""

    async def show(_request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def live(_request: web.Request) -> web.Response:
        return web.Response(text="polling feeds\n")

    app = web.Application()
    app.router.add_get("/metrics", show)
    app.router.add_get("/livez", live)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.web_host, settings.feed_port).start()
    except OSError as error:
        await runner.cleanup()
        raise FeedServiceError(
            f"the metrics cannot use {settings.web_host}:{settings.feed_port} ({error.strerror or error}): is another "
            "`newswire feed` running there? NEWSWIRE_FEED_PORT chooses another port"
        ) from error
    return runner
