"""What is told of every delivered article: metrics, one line in the log, and when there are too many refusals."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

import structlog

from service.outcome import Enriched, Outcome, Refused, Tombstone
from service.records import RejectReason
from service.stream.output import dropped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from service.metrics import Metrics
    from service.settings import Settings
    from service.stream.output import KafkaRecord, Output

log = structlog.get_logger()
TRACE_PARTS = 4  # version, trace id, parent id, flags
WINDOW = 500  # articles that the share of refusals is taken over: at 50 a second, ten seconds


class FloodError(Exception):
    """Raised where so many articles are refused that the fault cannot be theirs."""


class Report:
    """Counts and logs what was delivered, and stops the worker where it refuses too much."""

    def __init__(
        self,
        settings: Settings,
        metrics: Metrics,
        fatal: Callable[[Exception], None],
        show: Callable[[bytes], None],
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._fatal = fatal
        self._show = show
        self._refused: deque[bool] = deque(maxlen=WINDOW)
        self._crashes = 0

    def in_flight(self, change: int) -> None:
        """Count articles in or out."""
        self._metrics.in_flight.inc(change)

    def assigned(self) -> None:
        """Count a new assignment."""
        self._metrics.rebalances.inc()

    def published(self, outputs: Sequence[Output], seconds: float) -> None:
        """Count what a delivery has written, and its time."""
        for made in outputs:
            self._metrics.published.labels(made.topic, "ok").inc()
        self._metrics.publishing.observe(seconds)

    def failed(self, outputs: Sequence[Output]) -> None:
        """Count a delivery that failed, at each topic that it was for."""
        for topic in {made.topic for made in outputs} or {self._settings.enriched_topic}:
            self._metrics.published.labels(topic, "error").inc()

    def article(self, record: KafkaRecord, outcome: Outcome) -> None:
        """Count and log one delivered article, then see whether there are too many refusals."""
        now = time.time()
        self._metrics.last_processed.set(now)
        self._metrics.size.observe(len(record.value or b""))
        if record.timestamp >= 0:
            self._metrics.age.observe(max(0.0, now - record.timestamp / 1000))
        match outcome:
            case Enriched():
                self._metrics.superseded.inc(outcome.superseded)
                if dropped(self._settings, outcome):
                    self._metrics.articles.labels("superseded", "").inc()
                    log.info("article", id=outcome.id, outcome="superseded", **_place(record))
                else:
                    self._enriched(record, outcome)
            case Tombstone():
                self._metrics.articles.labels("deleted", "").inc()
                log.info("article", outcome="deleted", **_place(record))
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
        self._judge(outcome)

    def _enriched(self, record: KafkaRecord, outcome: Enriched) -> None:
        total = sum(outcome.seconds.values())
        self._metrics.articles.labels(outcome.status, "").inc()
        if self._settings.page:
            self._show(outcome.value)
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
        for tag in outcome.tags:
            self._metrics.tags.labels(tag).inc()
        log.info(
            "article",
            id=outcome.id,
            **_place(record),
            outcome=outcome.status,
            superseded=outcome.superseded,
            entities=sum(outcome.entities.values()),
            places=sum(outcome.places.values()),
            events=sum(outcome.events.values()),
            tags=len(outcome.tags),
            ms=round(total * 1000, 1),
        )

    def _judge(self, outcome: Outcome) -> None:
        refused = isinstance(outcome, Refused)
        crashed = refused and outcome.reason is RejectReason.WORKER_CRASH  # type: ignore[union-attr] # refused has it
        if isinstance(outcome, Enriched):
            self._crashes = 0
        self._crashes += crashed
        if self._crashes >= self._settings.crash_limit:
            self._fatal(
                FloodError(
                    f"{self._crashes} articles in a row ended their worker process: that is not the articles' fault. "
                    "Look for memory limits and a broken installation; NEWSWIRE_CRASH_LIMIT sets the number"
                )
            )
        self._refused.append(refused)
        share = sum(self._refused) / WINDOW if len(self._refused) == WINDOW else 0.0
        if share > self._settings.refusal_limit:
            self._refused.clear()
            self._fatal(
                FloodError(
                    f"{share:.0%} of the last {WINDOW} articles were refused: newswire_dead_letters_total says "
                    "for which reasons; NEWSWIRE_REFUSAL_LIMIT=1 goes on whatever comes"
                )
            )


def _place(record: KafkaRecord) -> dict[str, str]:
    """Return where the article stood, and the trace that it belongs to (W3C Trace Context)."""
    found = {"origin": record.origin}
    parts = record.trace.get("traceparent", b"").split(b"-")
    if len(parts) == TRACE_PARTS:
        found["trace_id"] = parts[1].decode(errors="replace")
    return found
