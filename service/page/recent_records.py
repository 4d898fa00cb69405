"""The records that the page shows: the last ones, bounded in number and in bytes.

All methods belong to the event loop. A record is rendered only when a browser asks for it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import structlog
from pydantic import ValidationError

from service.contract.enriched_article import EnrichedArticle
from service.page.publications import Deletion, Publication
from service.views import html, record_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

log = structlog.get_logger()

MAX_RECORDS = 100
MAX_BYTES = 8_000_000  # of all records: a usual one has 10 kB, so their number is the usual bound
MAX_REMOVALS = 1_000  # remembered for browsers; one that has missed more is sent the ids of all that is left


@dataclass(frozen=True)
class Entry:
    """A record that is shown, and its number in the order of showing, from 1."""

    number: int
    publication: Publication

    @cached_property
    def payload(self) -> dict[str, Any] | None:
        """Return what a browser is sent: the HTML, and what its filters and its map need.

        None if the value is not a valid record of this version of the service. Takes about 3 ms the first time.
        """
        try:
            record = EnrichedArticle.model_validate_json(self.publication.value)
        except ValidationError as error:
            log.warning("record_not_shown", id=self.publication.id, error=str(error.errors(include_input=False)[0]))
            return None
        retracted = record.status == "retracted"
        return {
            "id": record.id,
            "key": self.publication.key,
            "revision": record.revision,
            "retracted": retracted,
            "countries": [country.code for country in record.countries],
            "watched": bool(record.watched),
            "tags": [tag.tag for tag in record.tags],
            "places": []
            if retracted
            else [
                [place.name, latitude, longitude, len(place.mentions), place.kind in record_parts.AREA_KINDS]
                for place, latitude, longitude in record_parts.located_places(record)[: html.MAX_ROWS]
            ],
            "html": html.fragment(record),
        }


def _now() -> datetime:
    return datetime.now(UTC)


class RecentRecords:
    """Holds the last records by the rules of the contract.

    A deletion removes the article. A retraction takes the place of what it retracts. Of two versions of an article the
    greater revision holds, however late the other one comes. A record under embargo is shown when the embargo ends.
    """

    def __init__(
        self, max_records: int = MAX_RECORDS, max_bytes: int = MAX_BYTES, clock: Callable[[], datetime] = _now
    ) -> None:
        self.resets = 0
        """How often everything was replaced."""
        self.version = 0
        """Changes with every change of what is shown."""
        self.removals = 0
        """How many removals there were."""
        self._max_records = max_records
        self._max_bytes = max_bytes
        self._clock = clock
        self._number = 0
        self._entries: dict[str, Entry] = {}  # by article id, in the order of their numbers
        self._embargoed: dict[str, Publication] = {}  # by article id
        self._removed: deque[tuple[int, str]] = deque(maxlen=MAX_REMOVALS)
        self._changed = asyncio.Event()
        self._end = asyncio.Event()

    def add(self, publication: Publication | Deletion) -> None:
        """Show or delete what was published."""
        if isinstance(publication, Deletion):
            self._delete(publication.key)
        elif not publication.superseded and not self._is_older(publication):
            self._embargoed.pop(publication.id, None)
            if self._is_embargoed(publication):
                self._hold_back(publication)
            else:
                self._show(publication)

    def reset(self, publications: Iterable[Publication | Deletion]) -> None:
        """Forget everything and add *publications*, oldest first."""
        self._entries.clear()
        self._embargoed.clear()
        self.resets += 1
        self._wake()
        for publication in publications:
            self.add(publication)

    def since(self, number: int) -> list[Entry]:
        """Return the entries after that of *number*, oldest first."""
        self._end_embargoes()
        return [entry for entry in self._entries.values() if entry.number > number]

    def removed_since(self, removals: int) -> list[str] | None:
        """Return the keys or ids removed since there were *removals*; None if there were too many to remember."""
        if self.removals - removals > len(self._removed):
            return None
        return [name for number, name in self._removed if number > removals]

    def ids(self) -> list[str]:
        """Return the ids of the articles that are shown."""
        return list(self._entries)

    @property
    def closed(self) -> bool:
        """Return whether the page ends."""
        return self._end.is_set()

    async def wait(self, version: int, seconds: float) -> None:
        """Return when `version` is no longer *version*, at the end, or after *seconds*."""
        if not self.closed and version == self.version:
            await _set_within(self._changed, seconds)

    async def rest(self, seconds: float) -> None:
        """Return after *seconds* or at the end."""
        await _set_within(self._end, seconds)

    def close(self) -> None:
        """Wake all who wait, for the last time."""
        self._end.set()
        self._wake()

    def _is_older(self, publication: Publication) -> bool:
        """Return whether a greater revision of the same article is shown or held back."""
        entry = self._entries.get(publication.id)
        held_back = self._embargoed.get(publication.id)
        known = [entry.publication.revision] if entry else []
        known += [held_back.revision] if held_back else []
        return max(known, default="") > publication.revision

    def _is_embargoed(self, publication: Publication) -> bool:
        until = publication.embargoed_until
        return until is not None and until > self._clock() and publication.status != "retracted"

    def _show(self, publication: Publication) -> None:
        self._number += 1
        self._entries.pop(publication.id, None)
        self._entries[publication.id] = Entry(self._number, publication)
        shown = [entry.publication for entry in self._entries.values()]
        for oldest in self._beyond_bounds(shown):
            del self._entries[oldest.id]
        self._wake()

    def _hold_back(self, publication: Publication) -> None:
        """Keep *publication* until its embargo ends; an earlier version, which it replaces, is not shown either."""
        if self._entries.pop(publication.id, None):
            self._note_removal(publication.id)
        self._embargoed[publication.id] = publication
        latest_first = sorted(self._embargoed.values(), key=_embargo_end, reverse=True)
        for latest in self._beyond_bounds(latest_first):
            del self._embargoed[latest.id]

    def _end_embargoes(self) -> None:
        for publication in sorted(self._embargoed.values(), key=_embargo_end):
            if not self._is_embargoed(publication):
                del self._embargoed[publication.id]
                self._show(publication)

    def _beyond_bounds(self, publications: list[Publication]) -> list[Publication]:
        """Return those at the beginning of *publications* that are too many or too large; one is always kept."""
        number, size = len(publications), sum(len(publication.value) for publication in publications)
        beyond = []
        for publication in publications[:-1]:
            if number <= self._max_records and size <= self._max_bytes:
                break
            beyond.append(publication)
            number, size = number - 1, size - len(publication.value)
        return beyond

    def _delete(self, key: str) -> None:
        """Remove the article with *key*. A browser may still show it when it is no longer held here."""
        held = [*(entry.publication for entry in self._entries.values()), *self._embargoed.values()]
        for publication in held:
            if key in {publication.key, publication.id}:
                self._entries.pop(publication.id, None)
                self._embargoed.pop(publication.id, None)
        self._note_removal(key)

    def _note_removal(self, name: str) -> None:
        self.removals += 1
        self._removed.append((self.removals, name))
        self._wake()

    def _wake(self) -> None:
        """Wake all who wait now; those who begin to wait later wait for the next change."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()


def _embargo_end(publication: Publication) -> datetime:
    return publication.embargoed_until or datetime.min.replace(tzinfo=UTC)


async def _set_within(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
