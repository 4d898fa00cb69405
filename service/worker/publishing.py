"""Publish the finished articles of a partition: decide, encode, deliver, commit, account, in this order."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from service.contract.outcomes import Enriched, Tombstone
from service.worker import flat_event_messages, limits
from service.worker.encoding import encode_outcome, is_dropped

if TYPE_CHECKING:
    from collections.abc import Callable

    from faust.types import TP

    from service.contract.outcomes import Outcome
    from service.errors import RecordTooLargeError
    from service.kafka.kafka_record import KafkaRecord, Output
    from service.settings import Settings
    from service.worker.accounting import Accounting
    from service.worker.delivery import Delivery
    from service.worker.limits import Hold
    from service.worker.partition import AcceptedArticle, AssignedPartition
    from service.worker.published_versions import Versions
    from service.worker.tracing import Tracing

log = structlog.get_logger()


class Publisher:
    """Publishes for all partitions of the worker, and keeps what they have in common.

    Args:
        settings: The service's settings.
        delivery: Writes records and commits offsets.
        accounting: Counts and logs what is committed.
        tracing: Ends the spans.
        read_past: Returns up to which offset a partition was read, if it holds no article from the given offset on.
        on_exceeded: Called after a commit, if the last outcomes exceed a limit.
    """

    def __init__(
        self,
        settings: Settings,
        delivery: Delivery,
        accounting: Accounting,
        tracing: Tracing,
        *,
        read_past: Callable[[TP, int], int],
        on_exceeded: Callable[[AssignedPartition, int, Hold], None],
    ) -> None:
        self.outcomes = ""
        """The last outcomes of the worker, as `service.worker.limits` encodes them."""
        self.articles = 0
        """Articles published since the start: the progress that is watched."""
        self.max_record_bytes = settings.max_record_bytes
        """The largest record that the output topics accept, as far as is known."""
        self._settings = settings
        self._delivery = delivery
        self._accounting = accounting
        self._tracing = tracing
        self._read_past = read_past
        self._on_exceeded = on_exceeded

    async def publish(self, partition: AssignedPartition, articles: list[AcceptedArticle]) -> int:
        """Publish and commit finished *articles* of *partition*. Return how many, from the first on.

        Those behind an article that exceeds a limit are left out. Raises if publishing failed for good.
        """
        settled = self._settle_within_limits(partition.versions, articles)
        articles = articles[: len(settled)]
        outcomes = [outcome for outcome, _ in settled]
        written = [
            [self._tracing.carry(output, article.span) for output in outputs]
            for article, (_, outputs) in zip(articles, settled, strict=True)
        ]
        outputs = [output for of_article in written for output in of_article]
        offset = articles[-1].record.offset + 1
        started = time.monotonic()
        try:
            metadata = limits.to_metadata(limits.add(self.outcomes, outcomes))
            await self._delivery.deliver(partition.tp, outputs, offset, metadata)
        except Exception:
            self._accounting.failed(outputs)
            raise
        self.articles += len(articles)
        self.outcomes = limits.add(self.outcomes, outcomes)
        try:
            self._account(articles, outcomes, written, time.monotonic() - started)
        except Exception:
            log.exception("accounting_failed", partition=partition.name, offset=offset)
        if hold := limits.exceeded(self._settings, self.outcomes):
            self._on_exceeded(partition, offset, hold)
        return len(articles)

    async def pass_markers(self, partition: AssignedPartition) -> None:
        """Commit past trailing offsets that hold no article: the markers of transactions, deleted records.

        Otherwise the group seems to lag by them until the next article comes.
        """
        offset = self._read_past(partition.tp, partition.next_offset)
        if offset > partition.committed_offset:
            await self.commit(partition.tp, offset)
            partition.committed_offset = offset

    async def commit(self, tp: TP, offset: int) -> None:
        """Commit *offset* and the last outcomes, without an article."""
        await self._delivery.deliver(tp, (), offset, limits.to_metadata(self.outcomes))

    def linger_seconds(self, *, full: bool) -> float:
        """Return how long to wait for more outcomes before the finished articles are published."""
        return self._delivery.busy_linger if full else self._delivery.linger

    def limit_to(self, size: int) -> None:
        """Set the largest record that the topics accept to *size* bytes."""
        self.max_record_bytes = size
        self._delivery.batch_bytes = min(self._delivery.batch_bytes, size)

    def learn(self, error: RecordTooLargeError) -> None:
        """Remember the limit just learned. If a whole batch was refused, only that records must go one per batch."""
        if error.alone:
            self.limit_to(min(self.max_record_bytes, error.size - 1))
        else:
            self._delivery.one_record_per_batch = True

    def _settle_within_limits(
        self, versions: Versions, articles: list[AcceptedArticle]
    ) -> list[tuple[Outcome, list[Output]]]:
        """Settle *articles* up to the first whose outcome exceeds a limit, that one included."""
        now = datetime.now(UTC)
        settled = []
        last_outcomes = self.outcomes
        for article in articles:
            settled.append(self._settle(versions, article, now))
            last_outcomes = limits.add(last_outcomes, [settled[-1][0]])
            if limits.exceeded(self._settings, last_outcomes):
                break
        return settled

    def _settle(self, versions: Versions, article: AcceptedArticle, now: datetime) -> tuple[Outcome, list[Output]]:
        """Return what becomes of *article* and what is written for it, which depends on the versions before it."""
        outcome = article.outcome.result()
        if isinstance(outcome, Enriched) and versions.is_superseded(outcome):
            outcome = replace(outcome, superseded=True)
        if is_dropped(self._settings, outcome):
            return outcome, []
        outcome, output = encode_outcome(self._settings, article.record, outcome, now, self.max_record_bytes)
        events = self._flat_events(versions, article.record, outcome, now) if self._settings.events_topic else []
        if isinstance(outcome, Enriched):
            versions.add(outcome, output.key if self._settings.events_topic else None)
        return outcome, [output, *events]

    def _flat_events(self, versions: Versions, record: KafkaRecord, outcome: Outcome, now: datetime) -> list[Output]:
        """Return the messages for the events topic: deletions of what earlier versions had, then what *outcome* has."""
        if isinstance(outcome, Tombstone):
            deleted = dict.fromkeys(versions.delete(record.key))
            return flat_event_messages.encode(self._settings, record, deleted, now)
        if not isinstance(outcome, Enriched) or outcome.superseded:
            return []
        gone = [event for event in versions.events(outcome) if event not in outcome.flat_events]
        values = dict.fromkeys(gone) | outcome.flat_events
        events = {(outcome.id, event): value for event, value in values.items()}
        return flat_event_messages.encode(self._settings, record, events, now, outcome)

    def _account(
        self, articles: list[AcceptedArticle], outcomes: list[Outcome], written: list[list[Output]], seconds: float
    ) -> None:
        """Count, log and trace what is committed."""
        self._accounting.in_flight(-len(articles))
        self._accounting.published([output for outputs in written for output in outputs], seconds)
        for article, outcome, outputs in zip(articles, outcomes, written, strict=True):
            self._accounting.article(article.record, outcome, outputs)
            self._tracing.end(article.span, outcome)
