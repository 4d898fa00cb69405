"""Bytes in, bytes out: what one worker process does with one message.

The one place where `wire` and `enrich` meet. Used alike by the worker processes of the stream, the command line and
the tests, so that the same message gives the same record everywhere.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from service import wire
from service.contract.outcomes import Enriched, Headers, Message, Outcome, Refused, Tombstone
from service.contract.reject_reasons import InvalidArticleError, RejectReason
from service.enrich.enricher import Enricher

if TYPE_CHECKING:
    from service.contract.enriched_article import EnrichedArticle
    from service.contract.raw_article import RawArticle
    from service.settings import Settings

__all__ = ["Enriched", "Headers", "Message", "Outcome", "Processor", "Refused", "Tombstone"]


FIRST = Message(
    b'{"id": "first", "published_at": "2022-03-24T18:00:00Z", "headline": "Ministers meet in Bratislava", "body": '
    b'"Hungary\'s foreign minister met his Slovak colleague on March 24, 2022. \\"Twelve people were injured in the '
    b'attack,\\" he said."}'
)
"""An article that every stage finds something in."""


class Processor:
    """Turns messages into outcomes; holds the loaded model, so one a process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._enricher = Enricher(settings)
        self.process(FIRST)  # stages read their data when first asked: once here, not in each process forked from here

    def process(self, message: Message) -> Outcome:
        """Return what becomes of *message*: a record, a tombstone, or the reason why not. Raises no `Exception`."""
        if message.value is None:
            return Tombstone()
        started = time.monotonic()
        seconds: dict[str, float] = {}
        stage = "wire"
        try:
            article = self._read(message.value, message)
            seconds["wire"] = time.monotonic() - started
            stage = "enrich"
            record = self._enricher.enrich(article, seconds)
            stage = "serialize"
            return self._enriched(record, seconds)
        except InvalidArticleError as invalid:
            return Refused(invalid.reason, stage, invalid.detail)
        except Exception as error:  # noqa: BLE001 - one article must not stop the stream; its type and place are kept
            return Refused(RejectReason.ENRICH_FAILED, stage, _describe(error))

    def _read(self, value: bytes, message: Message) -> RawArticle:
        limit = self._settings.max_article_bytes
        if len(value) > limit:
            raise InvalidArticleError(RejectReason.TOO_LARGE, f"{len(value):,} bytes, the limit is {limit:,}")
        return wire.read(value, dict(message.headers), self._settings.input_format, message.timestamp)

    def _enriched(self, record: EnrichedArticle, seconds: dict[str, float]) -> Outcome:
        started = time.monotonic()
        value = record.model_dump_json().encode()
        seconds["serialize"] = time.monotonic() - started
        limit = self._settings.max_record_bytes
        if len(value) > limit:
            detail = f"the record has {len(value):,} bytes, the limit is {limit:,}"
            return Refused(RejectReason.RECORD_TOO_LARGE, "serialize", detail)
        return Enriched(
            id=record.id,
            value=value,
            status=record.status,
            seconds=seconds,
            revision=record.revision,
            entities=dict(Counter(entity.type for entity in record.entities)),
            places=dict(Counter(_country(place.country, place.confidence) for place in record.locations)),
            events=dict(Counter(event.type for event in record.events)),
            tags=tuple(tag.tag for tag in record.tags),
        )


def _country(code: str | None, confidence: float) -> str:
    return code or ("" if confidence else "?")


def _describe(error: Exception) -> str:
    """Name the exception and the line it came from, never its message: that may hold the article's text."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    where = f"{last.tb_frame.f_code.co_filename.rpartition('/')[2]}:{last.tb_lineno}" if last else "unknown"
    return f"{type(error).__name__} at {where}"
