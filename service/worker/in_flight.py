"""From the agent to the committed offset: what is accepted, worked on, delivered, dropped.

accept ──► lanes (in parallel) ──► the partition's tenure (in order) ──► delivery ──► commit

What may be in flight is shared out among the partitions. A partition that has its share is read no further until some
of its articles are delivered, so an article that takes long holds back its own partition and no other.
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

from service.contract.outcomes import Enriched
from service.errors import DeliveryError, OffsetGapError, RecordTooLargeError
from service.worker import limits
from service.worker.delivery import ALONE, Delivery
from service.worker.encoding import dropped, settle
from service.worker.partition import Slot, Tenure
from service.worker.published_versions import Versions

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from faust.types import TP

    from service.contract.outcomes import Outcome
    from service.kafka.kafka_record import KafkaRecord, Output
    from service.kafka.start_offsets import Start
    from service.processes.pool import Lanes
    from service.settings import Settings
    from service.worker.accounting import Report
    from service.worker.limits import Hold
    from service.worker.tracing import Tracing

log = structlog.get_logger()

IN_FLIGHT_PER_LANE = 48  # about a second of work: enough for full deliveries, little enough to drain in time
LEAST_SHARE = 8  # articles per partition: with 32 partitions 256 in flight, which two processes drain in 6 s
VERSIONS_SECONDS = 12.0  # for the versions published before, which are read for 10 s at most
DRAIN_SECONDS = 20.0  # with the grace and the commit well below the 60 s that a rebalance may take
GRACE_SECONDS = 5.0
FAILURES = 5  # of one partition, with none of its articles delivered between, before the worker gives up
REFUSED = (
    AuthenticationFailedError,
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)


class Pipeline:
    """Holds everything in flight. Lives on the event loop.

    Args:
        settings: The service's.
        lanes: Make outcomes of messages.
        delivery: Publishes and commits.
        report: Is told of every delivered article, for metrics and log.
        tracing: Makes the spans.
        published: Returns the versions of articles that were published before; blocks.
        read_up_to: Returns the offset up to which a partition is read, if nothing is left to accept before it.
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
        published: Callable[[Collection[TP]], Mapping[TP, Versions]],
        read_up_to: Callable[[TP, int], int],
        rejoin: Callable[[], None],
        fatal: Callable[[Exception], None],
    ) -> None:
        self.tenures: dict[TP, Tenure] = {}
        self.progress = 0
        """Articles delivered since the start: what the watchdog watches."""
        self.opened = False
        """Whether the group has assigned partitions, even if none, since the start."""
        self.held: Hold | None = None
        """Why nothing is read, or None."""
        self._settings = settings
        self._lanes = lanes
        self._delivery = delivery
        self._report = report
        self._tracing = tracing
        self._published = published
        self._read_up_to = read_up_to
        self._rejoin = rejoin
        self._fatal = fatal
        self.limit = settings.max_record_bytes
        """The most bytes of a record that the topics take."""
        self._failures: Counter[TP] = Counter()
        self._outcomes = ""
        """The last ones, as `service.worker.limits` has them."""
        self._changing = asyncio.Lock()
        self._holding: asyncio.Task[None] | None = None

    async def open(self, partitions: Collection[TP], generation: int) -> dict[TP, int]:
        """Begin the tenures of newly assigned *partitions*; return the next offset to read of each.

        First ends those of the assignment before: both are one step, which no other one can come between.
        """
        async with self._changing:
            await self._close()
            starts = await self._delivery.open(partitions)
            versions = await self._versions(partitions)
            self._report.assigned()
            self.opened = True
            self._failures = Counter({tp: count for tp, count in self._failures.items() if tp in partitions})
            self._outcomes, self.held = self._judge(starts.values())
            self._report.held(self.held)
            self.tenures = {
                tp: Tenure(
                    tp,
                    generation,
                    start.offset,
                    versions.get(tp) or Versions(),
                    deliver=self._deliver,
                    idle=self._pass_markers,
                    linger=self._linger,
                    full=self._is_full,
                    failed=self._on_failure,
                )
                for tp, start in starts.items()
            }
            if self.held:
                for tenure in self.tenures.values():
                    tenure.end()
        return {tp: start.offset for tp, start in starts.items()}

    async def close(self) -> None:
        """End all tenures: deliver what is in flight within a bound, drop the rest, send nothing after that."""
        async with self._changing:
            await self._close()

    async def _close(self) -> None:
        tenures, self.tenures = self.tenures, {}
        dropped = await asyncio.gather(*(tenure.finish(DRAIN_SECONDS, GRACE_SECONDS) for tenure in tenures.values()))
        for slots in dropped:
            self._report.in_flight(-len(slots))
        count = sum(map(len, dropped))
        if count:
            log.warning("articles_dropped", count=count, why="not done in time; the next owner reads them again")
        await self._delivery.close()

    async def _versions(self, partitions: Collection[TP]) -> Mapping[TP, Versions]:
        """Return what has been published before; a worker that does not know it works all the same."""
        try:
            async with asyncio.timeout(VERSIONS_SECONDS):
                return await asyncio.to_thread(self._published, partitions)
        except Exception as error:  # noqa: BLE001 - whatever it is, marking old versions is not worth stopping for
            log.warning("published_versions_unknown", why=repr(error))
            return {}

    def _judge(self, starts: Iterable[Start]) -> tuple[str, Hold | None]:
        """Return the outcomes to go on from, and whether the worker must hold: it must if any partition says so."""
        known = [limits.from_metadata(start.metadata) for start in starts]
        for outcomes in known:
            if hold := limits.exceeded(self._settings, outcomes):
                return outcomes, hold
        if self._outcomes and not limits.exceeded(self._settings, self._outcomes):
            return self._outcomes, None
        return max(known, key=limits.refusals, default=""), None

    def accept(self, record: KafkaRecord, generation: int, follows: int) -> None:
        """Take *record*, read under the group's *generation*, as the one that follows on offset *follows* - 1.

        What belongs to no tenure of ours is left to be read again. There is always room: a partition that has its
        share is paused (`full`), and what was read before that is little.
        """
        tenure = self._tenure(record, generation)
        if tenure is None or record.offset < tenure.next:
            return
        if tenure.next not in {record.offset, follows}:
            self._on_failure(tenure, OffsetGapError(f"{record.origin} came where offset {tenure.next} was due"))
            return
        outcome = self._lanes.process(record.message(), record.partition)
        tenure.accept(Slot(record, outcome, self._tracing.begin(record)))
        self._report.in_flight(+1)

    def full(self) -> set[TP]:
        """Return the partitions to read no further for now: those with their share in flight, or all."""
        if self.held:
            return set(self.tenures)
        share = self._share()
        return {tp for tp, tenure in self.tenures.items() if tenure.waiting >= share}

    def _share(self) -> int:
        """Return how many articles of one partition may be in flight: the busy ones share the room equally."""
        busy = sum(1 for tenure in self.tenures.values() if tenure.waiting)
        return max(LEAST_SHARE, IN_FLIGHT_PER_LANE * self._settings.worker_processes // max(1, busy))

    def _is_full(self, tenure: Tenure) -> bool:
        return tenure.waiting >= self._share()

    def limit_to(self, size: int) -> None:
        """Take *size* bytes for the most that the topics take."""
        self.limit = size
        self._delivery.batch_bytes = min(self._delivery.batch_bytes, size)

    def _learn(self, error: RecordTooLargeError) -> None:
        """Remember the limit just learned. If a whole batch was refused, only that records must go one per batch."""
        if error.alone:
            self.limit_to(min(self.limit, error.size - 1))
        else:
            self._delivery.batch_bytes = ALONE

    def _linger(self, tenure: Tenure) -> float:
        return self._delivery.busy_linger if self._is_full(tenure) else self._delivery.linger

    def _tenure(self, record: KafkaRecord, generation: int) -> Tenure | None:
        tenure = self.tenures.get((record.topic, record.partition))
        return tenure if tenure is not None and tenure.accepting and tenure.generation == generation else None

    async def _deliver(self, tenure: Tenure, run: list[Slot]) -> None:
        now = datetime.now(UTC)
        settled = [self._settle(tenure.versions, slot, now) for slot in run]
        outcomes = [outcome for outcome, _ in settled]
        started = time.monotonic()
        outputs = [self._tracing.carry(made, slot.span) for slot, (_, made) in zip(run, settled, strict=True) if made]
        offset = run[-1].record.offset + 1
        try:
            metadata = limits.to_metadata(limits.add(self._outcomes, outcomes))
            await self._delivery.deliver(tenure.tp, outputs, offset, metadata)
        except Exception:
            self._report.failed(outputs)
            raise
        del self._failures[tenure.tp]
        self.progress += len(run)
        self._outcomes = limits.add(self._outcomes, outcomes)
        try:
            self._account(run, settled, outputs, time.monotonic() - started)
        except Exception:
            log.exception("accounting_failed", partition=f"{tenure.tp.topic}/{tenure.tp.partition}", offset=offset)
        hold = limits.exceeded(self._settings, self._outcomes)
        if hold and not self.held:
            self.held = hold
            self._holding = asyncio.create_task(self._hold(tenure, offset), name="hold")

    def _account(
        self, run: list[Slot], settled: list[tuple[Outcome, Output | None]], outputs: list[Output], seconds: float
    ) -> None:
        """Count, log and trace what is committed. A failure here must not touch the delivery."""
        self._report.in_flight(-len(run))
        self._report.published(outputs, seconds)
        for slot, (outcome, _) in zip(run, settled, strict=True):
            self._report.article(slot.record, outcome)
            self._tracing.end(slot.span, outcome)

    async def _pass_markers(self, tenure: Tenure) -> None:
        """Commit past what is behind the last article and is none: the markers of transactions, deleted records.

        Otherwise the group would seem to lag by them until the next article comes.
        """
        read = self._read_up_to(tenure.tp, tenure.next)
        if read > tenure.delivered:
            await self._delivery.deliver(tenure.tp, (), read, limits.to_metadata(self._outcomes))
            tenure.delivered = read

    async def _hold(self, tenure: Tenure, offset: int) -> None:
        """Drop what is in flight and have the reason committed with the partition, so that a restart knows it."""
        self._report.held(self.held)
        async with self._changing:
            if tenure is not self.tenures.get(tenure.tp):
                return  # the partitions have just been closed: whoever opens them judges anew
            dropped = await asyncio.gather(*(each.halt(GRACE_SECONDS) for each in self.tenures.values()))
            self._report.in_flight(-sum(map(len, dropped)))
            try:
                await self._delivery.deliver(tenure.tp, (), offset, limits.to_metadata(self._outcomes))
            except Exception:
                log.exception("hold_not_committed", effect="after a restart the worker may read some more articles")

    async def resume(self) -> bool:
        """Go on after a hold: forget the last outcomes, for good, and read again. Return whether the worker held."""
        async with self._changing:
            if self.held is None:
                return False
            for tp, tenure in self.tenures.items():
                await self._delivery.deliver(tp, (), tenure.delivered, limits.to_metadata(""))
            self._outcomes, self.held = "", None
            self._report.held(None)
        self._rejoin()
        return True

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
        self._report.in_flight(-len(dropped))
        self._failures[tenure.tp] += 1
        log.warning(
            "delivery_failed",
            partition=f"{tenure.tp.topic}/{tenure.tp.partition}",
            error=repr(error),
            dropped=len(dropped),
            failures=self._failures[tenure.tp],
        )
        if isinstance(error, RecordTooLargeError):
            self._learn(error)
        if isinstance(error, REFUSED) or self._failures[tenure.tp] >= FAILURES:
            self._fatal(DeliveryError(f"records cannot be delivered: {error!r}"))
        else:
            self._rejoin()
