"""Poll one feed forever: fetch it, send what is new, note it, and wait."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from yarl import URL

from service.errors import FeedError
from service.feeds import feed_items, waiting
from service.feeds.encodings import to_utf8
from service.feeds.waiting import Wishes

if TYPE_CHECKING:
    from service.feeds.feed_items import Feed
    from service.feeds.feed_metrics import FeedMetrics
    from service.feeds.fetching import Answer, Fetcher
    from service.feeds.seen_items import SeenItems
    from service.feeds.sending import ItemSender

log = structlog.get_logger()
_MAX_SHOWN = 3  # unreadable items per poll, in the log
_ADVICE: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "write the user and the password into the address: https://user:password@host/",
    HTTPStatus.FORBIDDEN: "the server does not want this client",
    HTTPStatus.NOT_FOUND: "look up the feed's present address",
    HTTPStatus.TOO_MANY_REQUESTS: "poll less often, with --every",
}


@dataclass(frozen=True, slots=True)
class Tools:
    """What all feeds of a process share."""

    fetcher: Fetcher
    seen: SeenItems
    sender: ItemSender
    metrics: FeedMetrics
    interval_seconds: float
    publishing: asyncio.Lock
    """Held by the feed that is read, sent and noted.

    A stop waits for it, two feeds cannot both send one item, and the memory that reading takes is needed once.
    """


def shown(url: str) -> str:
    """Return *url* without user and password, for logs, metrics and headers."""
    return str(URL(url).with_user(None))


class FeedPoller:
    """Polls the feed *url*."""

    def __init__(self, url: str, tools: Tools) -> None:
        self._url = url
        self._shown = shown(url)
        self._tools = tools
        self._moved_to = ""
        self._wishes = Wishes()
        """What the feed said when it was last read; an unchanged answer does not repeat it."""

    async def run(self) -> None:
        """Poll until the feed is gone for good.

        Raises:
            SeenItemsError: What was sent cannot be noted.
        """
        tools, failures = self._tools, 0
        await asyncio.sleep(tools.seen.not_before(self._url) - time.time())
        while True:
            try:
                answer = await self._fetch()
                if answer.status == HTTPStatus.GONE:
                    break
                wait = await self._take(answer)
            except FeedError as error:
                failures += 1
                wait = waiting.after_failure(tools.interval_seconds, failures, error.retry_seconds)
                self._report_failure(error, wait)
            else:
                failures = 0
            await asyncio.sleep(wait)
        tools.metrics.polls.labels(self._shown, "gone").inc()
        log.error("feed_gone", feed=self._shown, error="the server says that it is gone for good (410): remove it")

    async def _fetch(self) -> Answer:
        with self._tools.metrics.fetching.time():
            answer = await self._tools.fetcher.fetch(self._url, self._tools.seen.validators(self._url))
        if answer.status not in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED, HTTPStatus.GONE}:
            advice = f": {_ADVICE[answer.status]}" if answer.status in _ADVICE else ""
            detail = f"the server answers with status {answer.status}{advice}"
            raise FeedError("status", detail, waiting.retry_after(answer.status, answer.headers))
        if answer.moved_to and answer.moved_to != self._moved_to:
            self._moved_to = answer.moved_to
            log.warning("feed_moved", feed=self._shown, to=answer.moved_to)
        return answer

    async def _take(self, answer: Answer) -> float:
        """Send what is new in *answer*, and return how long to wait."""
        tools = self._tools
        if answer.status == HTTPStatus.NOT_MODIFIED:
            tools.seen.note_unchanged(self._url)
            self._report_success("unchanged")
            log.debug("feed_unchanged", feed=self._shown)
        else:
            async with tools.publishing:
                body = to_utf8(answer.body, answer.charset)
                feed = await asyncio.to_thread(feed_items.read, body, self._shown)
                await self._publish(feed, answer)
            channel = feed.channel
            self._wishes = Wishes(channel.ttl_seconds, channel.skip_hours, channel.skip_days)
        asked = max(
            self._wishes.seconds, waiting.fresh_seconds(answer.headers), tools.fetcher.robots.delay(URL(self._url))
        )
        wishes = Wishes(asked, self._wishes.skip_hours, self._wishes.skip_days)
        return waiting.until_next(tools.interval_seconds, wishes, datetime.now(UTC))

    async def _publish(self, feed: Feed, answer: Answer) -> None:
        tools = self._tools
        new = tools.seen.unsent(feed.items)
        new.reverse()  # a feed begins with the newest, and the oldest should be sent first
        too_large = await tools.sender.send(new, self._shown, feed.channel.title)
        tools.seen.note(self._url, feed.items, answer.validators)
        counts = {
            "sent": len(new) - len(too_large),
            "too_large": len(too_large),
            "unreadable": len(feed.unreadable),
            "left_out": feed.left_out,
        }
        for outcome, count in counts.items():
            tools.metrics.items.labels(self._shown, outcome).inc(count)
        self._report_success("changed")
        log.info("feed_polled", feed=self._shown, items=len(feed.items), **counts)
        for problem in feed.unreadable[:_MAX_SHOWN]:
            log.warning("feed_item_unreadable", feed=self._shown, error=problem)

    def _report_success(self, outcome: str) -> None:
        self._tools.metrics.polls.labels(self._shown, outcome).inc()
        self._tools.metrics.last_success.labels(self._shown).set_to_current_time()

    def _report_failure(self, error: FeedError, wait: float) -> None:
        if error.retry_seconds:
            self._tools.seen.note_not_before(self._url, wait)
        self._tools.metrics.polls.labels(self._shown, "failed").inc()
        self._tools.metrics.failures.labels(self._shown, error.reason).inc()
        log.warning(
            "feed_failed", feed=self._shown, reason=error.reason, error=str(error), retry_in_seconds=round(wait)
        )
