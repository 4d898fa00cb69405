"""Ask the robots.txt of a server whether a feed may be read (RFC 9309), by Protego."""

from __future__ import annotations

import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from protego import Protego

from service.errors import FeedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from yarl import URL

PRODUCT = "newswire-enricher"
"""The name that a robots.txt calls this service by."""
MAX_BYTES = 512 * 1024  # RFC 9309 asks for at least 500 KiB
_KEPT_SECONDS = 86_400.0  # RFC 9309: at most a day
_MAX_KEPT = 1_000  # servers; redirects may lead to ever new ones


@dataclass(frozen=True, slots=True)
class _Kept:
    rules: Protego
    until: float


class Robots:
    """The robots.txt of each server, kept for a day.

    Args:
        fetch: Returns the status and the body of an address.
    """

    def __init__(self, fetch: Callable[[URL], Awaitable[tuple[int, bytes]]]) -> None:
        self._fetch = fetch
        self._kept: dict[URL, _Kept] = {}

    async def require_allowed(self, url: URL) -> None:
        """Raise `FeedError` if the server does not want *url* to be read by programs."""
        if not (await self._rules(url.origin())).can_fetch(str(url.with_user(None)), PRODUCT):
            raise FeedError(
                "robots",
                f"robots.txt of {url.host} forbids {PRODUCT} to read {url.path}: ask the publisher, or remove the feed",
            )

    def delay(self, url: URL) -> float:
        """Return the `Crawl-delay` in seconds that the server of *url* asked for, or 0."""
        kept = self._kept.get(url.origin())
        return float((kept.rules.crawl_delay(PRODUCT) if kept else None) or 0)

    async def _rules(self, origin: URL) -> Protego:
        kept = self._kept.get(origin)
        if kept is None or kept.until < time.monotonic():
            if len(self._kept) >= _MAX_KEPT:
                self._kept.clear()
            kept = _Kept(await self._read(origin), time.monotonic() + _KEPT_SECONDS)
            self._kept[origin] = kept
        return kept.rules

    async def _read(self, origin: URL) -> Protego:
        status, body = await self._fetch(origin / "robots.txt")
        if status == HTTPStatus.OK:
            return Protego.parse(body.decode(errors="replace"))
        if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return Protego.parse("")  # there is none, so everything is allowed
        raise FeedError(
            "robots", f"robots.txt of {origin.host} was answered with status {status}, so nothing may be read for now"
        )
