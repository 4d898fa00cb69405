"""From the agent to the committed offset: what is accepted, worked on, delivered, dropped.

accept ──► lanes (in parallel) ──► the partition's tenure (in order) ──► delivery ──► commit
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog
from aiokafka.errors import (
    AuthenticationFailedError,
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)

from service.outcome import Enriched, Message
from service.stream.delivery import ALONE, Delivery, OversizeError
from service.stream.output import KafkaRecord, dropped, settle
from service.stream.tenure import Slot, Tenure

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from faust.types import TP

    from service.outcome import Outcome
    from service.settings import Settings
    from service.stream.lanes import Lanes
    from service.stream.output import Output
    from service.stream.report import Report
    from service.stream.tracing import Tracing
    from service.stream.versions import Versions

log = structlog.get_logger()

IN_FLIGHT_PER_LANE = 48  # about a second of work: enough for full deliveries, little enough to drain in time
DRAIN_SECONDS = 20.0  # with the grace and the commit well below the 60 s that a rebalance may take
GRACE_SECONDS = 5.0
FAILURES = 5  # of one partition, with none of its articles delivered between, before the worker gives up
REFUSED = (
    AuthenticationFailedError,
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)


class PipelineError(Exception):
    """Raised where the worker cannot go on; the message says why and what to do."""


class HoleError(Exception):
    """Raised where the next record of a partition does not follow on the last: something between them was missed."""


class Pipeline:
    """Holds everything in flight. Lives on the event loop.

    Args:
        settings: The service's.
        lanes: Make outcomes of messages.
        delivery: Publishes and commits.
        report: Is told of every delivered article, for metrics, log and limits.
        tracing: Makes the spans.
        rejoin: Makes the consumer group assign all partitions anew.
        fatal: Stops the worker.
    """

    def __init__(
        self,
        settings: Settings,
        lanes: Lanes,
        delivery: Delivery,
        report: Report,
        tracing: Tracing,
        *,
        rejoin: Callable[[], None],
        fatal: Callable[[Exception], None],
    ) -> None:
        self.tenures: dict[TP, Tenure] = {}
        self.progress = 0
        """Articles delivered since the start: what the watchdog watches."""
        self.opened = False
        """Whether the group has assigned partitions, be it none, since the start."""
        self._settings = settings
        self._lanes = lanes
        self._delivery = delivery
        self._report = report
        self._tracing = tracing
        self._rejoin = rejoin
        self._fatal = fatal
        self._room = asyncio.Semaphore(IN_FLIGHT_PER_LANE * settings.worker_processes)
        self.limit = settings.max_record_bytes
        """The most bytes of a record that the topics take."""
        self._failures: Counter[TP] = Counter()
        self._changing = asyncio.Lock()

    async def open(self, partitions: Collection[TP], generation: int) -> dict[TP, int]:
        """Begin the tenures of newly assigned *partitions*; return the next offset to read of each."""
        await self.close()
        async with self._changing:
            starts = await self._delivery.open(partitions)
            self._report.assigned()
            self.opened = True
            self._failures = Counter({tp: count for tp, count in self._failures.items() if tp in partitions})
            self.tenures = {
                tp: Tenure(
                    tp,
                    generation,
                    start,
                    deliver=self._deliver,
                    linger=self._linger,
                    full=self._room.locked,
                    failed=self._on_failure,
                )
                for tp, start in starts.items()
            }
        return {tp: start.offset for tp, start in starts.items()}

    async def close(self) -> None:
        """End all tenures: deliver what is in flight within a bound, drop the rest, send nothing after that."""
        async with self._changing:
            tenures, self.tenures = self.tenures, {}
            dropped = await asyncio.gather(
                *(tenure.finish(DRAIN_SECONDS, GRACE_SECONDS) for tenure in tenures.values())
            )
            for slots in dropped:
                self._drop(len(slots))
            count = sum(map(len, dropped))
            if count:
                log.warning("articles_dropped", count=count, why="not done in time; the next owner reads them again")
            await self._delivery.close()

    async def accept(self, record: KafkaRecord, generation: int, follows: int) -> None:
        """Take *record*, read under the group's *generation*, as the one that follows on offset *follows* - 1.

        Waits while too much is in flight. What belongs to no tenure of ours is left to be read again.
        """
        await self._room.acquire()
        tenure = self._tenure(record, generation)
        if tenure is None or record.offset < tenure.next:
            self._room.release()
            return
        if tenure.next not in {record.offset, follows}:
            self._room.release()
            self._on_failure(tenure, HoleError(f"{record.origin} came where offset {tenure.next} was due"))
            return
        headers = tuple((name, value or b"") for name, value in record.headers)
        outcome = self._lanes.process(Message(record.value, record.key, headers, record.timestamp))
        tenure.accept(Slot(record, outcome, self._tracing.begin(record)))
        self._report.in_flight(+1)

    def limit_to(self, size: int) -> None:
        """Take *size* bytes for the most that the topics take."""
        self.limit = size
        self._delivery.batch_bytes = min(self._delivery.batch_bytes, size)

    def _learn(self, error: OversizeError) -> None:
        """Know from now on what the topics take: where several were refused together, only that each is to go alone."""
        if error.alone:
            self.limit_to(min(self.limit, error.size - 1))
        else:
            self._delivery.batch_bytes = ALONE

    def _linger(self) -> float:
        return self._delivery.busy_linger if self._room.locked() else self._delivery.linger

    def _tenure(self, record: KafkaRecord, generation: int) -> Tenure | None:
        tenure = self.tenures.get((record.topic, record.partition))
        return tenure if tenure is not None and tenure.accepting and tenure.generation == generation else None

    def _drop(self, count: int) -> None:
        """Forget *count* accepted articles: delivered, or given up."""
        self._report.in_flight(-count)
        for _ in range(count):
            self._room.release()

    async def _deliver(self, tenure: Tenure, run: list[Slot]) -> None:
        now = datetime.now(UTC)
        settled = [self._settle(tenure.versions, slot, now) for slot in run]
        started = time.monotonic()
        outputs = [self._tracing.carry(made, slot.span) for slot, (_, made) in zip(run, settled, strict=True) if made]
        try:
            await self._delivery.deliver(tenure.tp, outputs, run[-1].record.offset + 1)
        except Exception:
            self._report.failed(outputs)
            raise
        self._report.published(outputs, time.monotonic() - started)
        del self._failures[tenure.tp]
        self.progress += len(run)
        self._drop(len(run))
        for slot, (outcome, _) in zip(run, settled, strict=True):
            self._report.article(slot.record, outcome)
            self._tracing.end(slot.span, outcome)

    def _settle(self, versions: Versions, slot: Slot, now: datetime) -> tuple[Outcome, Output | None]:
        """Return what becomes of an article, in the order of the partition, and what is written for it."""
        outcome = slot.outcome.result()
        if isinstance(outcome, Enriched) and versions.supersede(outcome):
            outcome = replace(outcome, superseded=True)
        if dropped(self._settings, outcome):
            return outcome, None
        outcome, made = settle(self._settings, slot.record, outcome, now, self.limit)
        if isinstance(outcome, Enriched):
            versions.add(outcome)
        return outcome, made

    def _on_failure(self, tenure: Tenure, error: Exception) -> None:
        """Give up *tenure*; the group assigns its partition anew, to us or to another."""
        dropped = tenure.end()
        self._drop(len(dropped))
        self._failures[tenure.tp] += 1
        log.warning(
            "delivery_failed",
            partition=f"{tenure.tp.topic}/{tenure.tp.partition}",
            error=repr(error),
            dropped=len(dropped),
            failures=self._failures[tenure.tp],
        )
        if isinstance(error, OversizeError):
            self._learn(error)
        if isinstance(error, REFUSED) or self._failures[tenure.tp] >= FAILURES:
            self._fatal(PipelineError(f"records cannot be delivered: {error!r}"))
        else:
            self._rejoin()
