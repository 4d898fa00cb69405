"""Account for each committed article: metrics and one log line."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

import structlog

from service.contract.headers import TRACEPARENT
from service.contract.outcomes import Enriched, Outcome, Refused, Tombstone
from service.worker.encoding import is_dropped
from service.worker.metrics import LIMITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.kafka.kafka_record import KafkaRecord, Output
    from service.settings import Settings
    from service.worker.limits import Hold
    from service.worker.metrics import Metrics

log = structlog.get_logger()
TRACE_PARTS = 4  # version, trace id, parent id, flags


class Accounting:
    """Counts and logs what was delivered."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._settings = settings
        self._metrics = metrics

    def in_flight(self, change: int) -> None:
        """Add *change* to the number of articles in flight."""
        self._metrics.in_flight.inc(change)

    def assigned(self) -> None:
        """Count a new assignment."""
        self._metrics.rebalances.inc()

    def held(self, hold: Hold | None) -> None:
        """Report whether the worker holds, and why."""
        for limit in LIMITS:
            self._metrics.held.labels(limit).set(hold is not None and hold.limit == limit)
        if hold:
            log.critical("worker_holds", limit=hold.limit, why=hold.text)

    def published(self, outputs: Sequence[Output], seconds: float) -> None:
        """Count the records of a delivery, and observe its time."""
        for topic, count in Counter(made.topic for made in outputs).items():
            self._metrics.published.labels(topic, "ok").inc(count)
        self._metrics.publishing.observe(seconds)

    def failed(self, outputs: Sequence[Output]) -> None:
        """Count a failed delivery for each topic that it was to write to."""
        for topic in {made.topic for made in outputs} or {self._settings.enriched_topic}:
            self._metrics.published.labels(topic, "error").inc()

    def article(self, record: KafkaRecord, outcome: Outcome, outputs: Sequence[Output]) -> None:
        """Count and log one committed article, for which *outputs* were written."""
        now = time.time()
        self._metrics.last_processed.set(now)
        self._metrics.size.observe(len(record.value or b""))
        if record.timestamp >= 0:
            self._metrics.age.observe(max(0.0, now - record.timestamp / 1000))
        events = self._flat_events(outputs)
        match outcome:
            case Enriched():
                self._metrics.superseded.inc(outcome.superseded)
                if is_dropped(self._settings, outcome):
                    self._metrics.articles.labels("superseded", "").inc()
                    log.info("article", id=outcome.id, outcome="superseded", **_place(record))
                else:
                    self._enriched(record, outcome, events)
            case Tombstone():
                self._metrics.articles.labels("deleted", "").inc()
                log.info("article", outcome="deleted", **_place(record), **events)
            case Refused():
                self._metrics.articles.labels("rejected", outcome.reason).inc()
                self._metrics.dead_letters.labels(outcome.reason).inc()
                log.info(
                    "article",
                    **_place(record),
                    outcome="rejected",
                    reason=outcome.reason.value,
                    stage=outcome.stage,
                    detail=outcome.detail,
                )

    def _flat_events(self, outputs: Sequence[Output]) -> dict[str, int]:
        """Count the messages for the events topic among *outputs*. Return the counts by their names in the log."""
        if not self._settings.events_topic:
            return {}
        messages = [made for made in outputs if made.topic == self._settings.events_topic]
        deleted = sum(made.value is None for made in messages)
        written = len(messages) - deleted
        self._metrics.flat_events.labels("written").inc(written)
        self._metrics.flat_events.labels("deleted").inc(deleted)
        return {"flat_events": written, "flat_events_deleted": deleted}

    def _enriched(self, record: KafkaRecord, outcome: Enriched, events: dict[str, int]) -> None:
        total = sum(outcome.seconds.values())
        self._metrics.articles.labels(outcome.status, "").inc()
        self._metrics.languages.labels(outcome.language).inc()
        self._metrics.processing.observe(total)
        for stage, seconds in outcome.seconds.items():
            self._metrics.stages.labels(stage).observe(seconds)
        for counter, counts in (
            (self._metrics.entities, outcome.entities),
            (self._metrics.places, outcome.places),
            (self._metrics.events, outcome.events),
        ):
            for label, count in counts.items():
                counter.labels(label).inc(count)
        self._metrics.unread_text.inc(bool(outcome.unread))
        for tag in outcome.tags:
            self._metrics.tags.labels(tag).inc()
        log.info(
            "article",
            id=outcome.id,
            **_place(record),
            outcome=outcome.status,
            language=outcome.language,
            superseded=outcome.superseded,
            entities=sum(outcome.entities.values()),
            places=sum(outcome.places.values()),
            events=sum(outcome.events.values()),
            tags=len(outcome.tags),
            **events,
            **({"unread": outcome.unread} if outcome.unread else {}),
            ms=round(total * 1000, 1),
        )


def _place(record: KafkaRecord) -> dict[str, str]:
    """Return the article's place in Kafka and its trace id (W3C Trace Context), for the log line."""
    place = {"origin": record.origin}
    parts = record.trace.get(TRACEPARENT, b"").split(b"-")
    if len(parts) == TRACE_PARTS:
        place["trace_id"] = parts[1].decode(errors="replace")
    return place
