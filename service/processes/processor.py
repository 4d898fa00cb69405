"""Bytes in, bytes out: what a worker process does with one message.

This is the only module that combines `wire` and `enrich`. The worker, the command line and the tests all use it, so the
same message gives the same record everywhere.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from service import wire
from service.contract.outcomes import Enriched, Headers, Message, Outcome, Refused, Tombstone
from service.contract.reject_reasons import InvalidArticleError, RejectReason
from service.enrich import flat_events
from service.enrich.enricher import Enricher
from service.enrich.language import primary

if TYPE_CHECKING:
    from service.contract.enriched_article import EnrichedArticle
    from service.settings import Settings

__all__ = ["Enriched", "Headers", "Message", "Outcome", "Processor", "Refused", "Tombstone"]


WARM_UP = Message(
    b'{"id": "first", "published_at": "2022-03-24T18:00:00Z", "headline": "Ministers meet in Bratislava", "body": '
    b'"Hungary\'s foreign minister met his Slovak colleague on March 24, 2022. \\"Twelve people were injured in the '
    b'attack,\\" he said."}'
)
"""An article in which every stage finds something."""


class Processor:
    """Turns messages into outcomes. It holds the loaded model, so there is one per process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._enricher = Enricher(settings)
        self.process(WARM_UP)  # stages load their data on first use: once here instead of in each forked process

    def process(self, message: Message) -> Outcome:
        """Return the outcome of *message*: a record, a tombstone or a refusal. Never raise an `Exception`."""
        if message.value is None:
            return Tombstone()
        started = time.monotonic()
        seconds: dict[str, float] = {}
        stage = "wire"
        try:
            article, unread = self._read(message.value, message)
            seconds["wire"] = time.monotonic() - started
            stage = "enrich"
            record = self._enricher.enrich(article, seconds)
            stage = "serialize"
            return self._enriched(record, unread, seconds)
        except InvalidArticleError as invalid:
            return Refused(invalid.reason, stage, invalid.detail)
        except Exception as error:  # noqa: BLE001 - one article must not stop the others; type and line are kept
            return Refused(RejectReason.ENRICH_FAILED, stage, _describe(error))

    def _read(self, value: bytes, message: Message) -> wire.Reading:
        limit = self._settings.max_article_bytes
        if len(value) > limit:
            raise InvalidArticleError(RejectReason.TOO_LARGE, f"{len(value):,} bytes, the limit is {limit:,}")
        return wire.examine(value, dict(message.headers), self._settings.input_format, message.timestamp)

    def _enriched(self, record: EnrichedArticle, unread: tuple[str, ...], seconds: dict[str, float]) -> Outcome:
        started = time.monotonic()
        value = record.model_dump_json().encode()
        rows = flat_events.of(record) if self._settings.events_topic else {}
        messages = {name: row.model_dump_json().encode() for name, row in rows.items()}
        seconds["serialize"] = time.monotonic() - started
        limit = self._settings.max_record_bytes
        for what, size in (("the record has", len(value)), ("its events have", sum(map(len, messages.values())))):
            if size > limit:
                detail = f"{what} {size:,} bytes, the limit is {limit:,}"
                return Refused(RejectReason.RECORD_TOO_LARGE, "serialize", detail)
        return Enriched(
            id=record.id,
            value=value,
            status=record.status,
            seconds=seconds,
            revision=record.revision,
            language=self._language_label(record.language),
            entities=dict(Counter(entity.type for entity in record.entities)),
            places=dict(Counter(_country_label(place.country, place.confidence) for place in record.locations)),
            events=dict(Counter(event.type for event in record.events)),
            tags=tuple(tag.tag for tag in record.tags),
            flat_events=messages,
            unread=unread,
        )

    def _language_label(self, language: str | None) -> str:
        if language is None:
            return "unknown"
        return primary(language) if primary(language) in map(primary, self._settings.languages) else "other"


def _country_label(code: str | None, confidence: float) -> str:
    """Return *code*, or an empty string for a place without a country, or `?` for one that was not resolved."""
    return code or ("" if confidence else "?")


def _describe(error: Exception) -> str:
    """Return the type of *error* and the line that raised it. Not its message, which may quote the article."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    line = f"{frame.tb_frame.f_code.co_filename.rpartition('/')[2]}:{frame.tb_lineno}" if frame else "unknown"
    return f"{type(error).__name__} at {line}"
