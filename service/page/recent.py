"""The last records, for whoever looks: bounded in number and in bytes, rendered only when somebody does look."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from service.contract.records import EnrichedArticle
from service.views import html, record_parts

RECORDS = 100
BYTES = 8_000_000  # of them all: a usual record has 10 kB, so the number bounds first


@dataclass(frozen=True)
class Entry:
    """A record as it was published, and its place in the order of publishing."""

    number: int
    value: bytes

    @cached_property
    def shown(self) -> dict[str, Any]:
        """Return what the page gets: the fragment, and what its filters and its map ask of the record."""
        record = EnrichedArticle.model_validate_json(self.value)
        return {
            "id": record.id,
            "countries": [country.code for country in record.countries],
            "watched": bool(record.watched),
            "tags": [tag.tag for tag in record.tags],
            "places": [
                [place.name, place.lat, place.lon, len(place.mentions), place.kind in record_parts.AREA_KINDS]
                for place in record.locations[: html.MAX_ROWS]
                if place.lat is not None and place.lon is not None
            ],
            "html": html.fragment(record),
        }


class Feed:
    """Holds the last records. All methods belong to the event loop."""

    def __init__(self, records: int = RECORDS, most_bytes: int = BYTES) -> None:
        self._entries: deque[Entry] = deque(maxlen=records)
        self._most_bytes = most_bytes
        self._bytes = 0
        self._number = 0
        self._came = asyncio.Event()
        self._end = asyncio.Event()

    def add(self, value: bytes) -> None:
        """Take in a published record. Costs no more than keeping its bytes."""
        self._number += 1
        if len(self._entries) == self._entries.maxlen:
            self._bytes -= len(self._entries.popleft().value)
        self._entries.append(Entry(self._number, value))
        self._bytes += len(value)
        while self._bytes > self._most_bytes and len(self._entries) > 1:
            self._bytes -= len(self._entries.popleft().value)
        self._wake()

    def since(self, number: int) -> list[Entry]:
        """Return the records after that of *number*, oldest first."""
        return [entry for entry in self._entries if entry.number > number]

    @property
    def closed(self) -> bool:
        """Tell whether no more records come."""
        return self._end.is_set()

    async def wait(self, number: int, seconds: float) -> None:
        """Return when there is a record after that of *number*, at the end, or after *seconds*."""
        if not self.closed and not self.since(number):
            await _first(self._came, seconds)

    async def rest(self, seconds: float) -> None:
        """Return after *seconds*, whatever comes, or at the end."""
        await _first(self._end, seconds)

    def close(self) -> None:
        """Let all who follow go."""
        self._end.set()
        self._wake()

    def _wake(self) -> None:
        """Wake all who wait now; who waits from now on waits for the next."""
        self._came.set()
        self._came = asyncio.Event()


async def _first(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
