"""What one browser is sent, as server-sent events.

The events:

    held      ids of all articles that are shown: the browser removes all others. Sent first, and after an outage
    records   new entries, oldest first
    removed   keys or ids of deleted articles
    skipped   how many records passed too fast to be shown to this browser
    figures   totals, every two seconds
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from aiohttp import web

    from service.page.figures import Figures
    from service.page.recent_records import Entry, RecentRecords

PAUSE_SECONDS = 1.0  # between two rounds
MAX_RECORDS_PER_ROUND = 20  # rendering one takes about 3 ms, and nobody reads faster
FIGURES_SECONDS = 2.0  # between two figures; also the longest that the end of an embargo waits for a round


async def follow(response: web.StreamResponse, recent: RecentRecords, figures: Figures) -> None:
    """Send what is shown, then what changes, until the browser disconnects or the page ends."""
    browser = _Browser(response, recent)
    figures_sent = float("-inf")
    while not recent.closed:
        version = recent.version
        await browser.send_changes()
        if time.monotonic() - figures_sent >= FIGURES_SECONDS:
            figures_sent = time.monotonic()
            await browser.send("figures", figures.totals())
        await recent.rest(PAUSE_SECONDS)
        await recent.wait(version, FIGURES_SECONDS)


class _Browser:
    """One browser, and how much of the changes it has been sent."""

    def __init__(self, response: web.StreamResponse, recent: RecentRecords) -> None:
        self._response = response
        self._recent = recent
        self._resets = -1
        self._removals = 0
        self._number = 0
        self._skipped = 0

    async def send_changes(self) -> None:
        """Send what has changed since the last call."""
        recent = self._recent
        entries = recent.since(self._number)
        removed = recent.removed_since(self._removals)
        reset = recent.resets != self._resets
        held = recent.ids() if reset or removed is None else None
        self._resets, self._removals = recent.resets, recent.removals
        if held is not None:
            await self.send("held", held)
        elif removed:
            await self.send("removed", removed)
        if not entries:
            return
        skipped = 0 if reset else max(0, entries[-1].number - self._number - MAX_RECORDS_PER_ROUND)
        if not reset:
            entries = entries[-MAX_RECORDS_PER_ROUND:]
        self._number = entries[-1].number
        await self.send("records", await asyncio.to_thread(_payloads, entries))
        if skipped:
            self._skipped += skipped
            await self.send("skipped", self._skipped)

    async def send(self, event: str, data: Any) -> None:
        """Write one event. JSON has no line breaks, so its data is one line."""
        await self._response.write(b"event: %s\ndata: %s\n\n" % (event.encode(), orjson.dumps(data)))


def _payloads(entries: list[Entry]) -> list[dict[str, Any]]:
    """Render *entries*, without those that are not valid records."""
    return [entry.payload for entry in entries if entry.payload is not None]
