"""Everything in flight: which partitions are assigned, what is accepted, when to pause, when to hold.

    accept ──► worker processes (in parallel) ──► the partition (in order) ──► publish and commit

What may be in flight is shared among the partitions. A partition that has its share is read no further until some of
its articles are published, so a slow article holds back its own partition and no other.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

import structlog
from aiokafka.errors import (
    AuthenticationFailedError,
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)

from service.errors import DeliveryError, OffsetGapError, RecordTooLargeError
from service.worker import limits
from service.worker.partition import AcceptedArticle, AssignedPartition
from service.worker.published_versions import Versions
from service.worker.publishing import Publisher

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from faust.types import TP

    from service.kafka.kafka_record import KafkaRecord
    from service.kafka.start_offsets import Start
    from service.processes.pool import WorkerPool
    from service.settings import Settings
    from service.worker.accounting import Accounting
    from service.worker.delivery import Delivery
    from service.worker.limits import Hold
    from service.worker.tracing import Tracing

log = structlog.get_logger()

ARTICLES_PER_PROCESS = 48  # about a second of work: enough for large deliveries, little enough to drain in time
MIN_ARTICLES_PER_PARTITION = 8  # with 32 busy partitions 256 in flight, which two worker processes drain in 6 s
DRAIN_SECONDS = 20.0  # with the grace and the commit well below the 60 s that a rebalance may take
GRACE_SECONDS = 5.0
VERSIONS_SECONDS = 12.0  # for the versions published before, which are read for 10 s at most
MAX_FAILURES = 5  # of one partition, with none of its articles published in between, before the worker gives up
NO_RIGHT = (
    AuthenticationFailedError,
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)


class InFlight:
    """Holds everything in flight. Lives on the event loop.

    Args:
        settings: The service's settings.
        pool: Enriches messages in worker processes.
        delivery: Writes records and commits offsets.
        accounting: Counts and logs what is committed.
        tracing: Creates the spans.
        published: Returns the versions of articles that were published before. Blocks.
        read_past: Returns up to which offset a partition was read, if it holds no article from the given offset on.
        rejoin: Makes the consumer group assign all partitions again.
        fatal: Stops the worker.
    """

    def __init__(
        self,
        settings: Settings,
        pool: WorkerPool,
        delivery: Delivery,
        accounting: Accounting,
        tracing: Tracing,
        *,
        published: Callable[[Collection[TP]], Mapping[TP, Versions]],
        read_past: Callable[[TP, int], int],
        rejoin: Callable[[], None],
        fatal: Callable[[Exception], None],
    ) -> None:
        self.partitions: dict[TP, AssignedPartition] = {}
        self.was_assigned = False
        """Whether the group has assigned partitions, even if none, since the start."""
        self.held: Hold | None = None
        """Why nothing is read, or None."""
        self.publisher = Publisher(
            settings, delivery, accounting, tracing, read_past=read_past, on_exceeded=self._on_exceeded
        )
        self._settings = settings
        self._pool = pool
        self._delivery = delivery
        self._accounting = accounting
        self._tracing = tracing
        self._published = published
        self._rejoin = rejoin
        self._fatal = fatal
        self._failures: Counter[TP] = Counter()
        self._changing = asyncio.Lock()
        self._holding: asyncio.Task[None] | None = None

    async def open(self, assigned: Collection[TP], generation: int) -> dict[TP, int]:
        """Start on newly *assigned* partitions. Return the next offset to read of each.

        Ends the assignment before first. Both are one step that no other call can come between.

        Raises:
            KafkaError, TimeoutError: The brokers do not answer. Nothing is assigned then.
        """
        async with self._changing:
            await self._close()
            starts = await self._delivery.open(assigned)
            versions = await self._versions(assigned)
            self._accounting.assigned()
            self.was_assigned = True
            self._failures = Counter({tp: count for tp, count in self._failures.items() if tp in assigned})
            self.publisher.outcomes, self.held = self._last_outcomes(starts.values())
            self._accounting.held(self.held)
            self.partitions = {
                tp: AssignedPartition(
                    tp,
                    generation,
                    start.offset,
                    versions.get(tp) or Versions(),
                    publisher=self.publisher,
                    is_full=self._is_full,
                    on_failure=self._on_failure,
                )
                for tp, start in starts.items()
            }
            if self.held:
                for partition in self.partitions.values():
                    partition.end()
        return {tp: start.offset for tp, start in starts.items()}

    async def close(self) -> None:
        """End the assignment: publish what is finished within a bound, drop the rest, send nothing after that."""
        async with self._changing:
            await self._close()

    async def _close(self) -> None:
        partitions, self.partitions = self.partitions, {}
        for tp, partition in partitions.items():
            if partition.has_published and not partition.ended:  # one that has failed since keeps its count
                del self._failures[tp]
        dropped = await asyncio.gather(
            *(partition.finish(DRAIN_SECONDS, GRACE_SECONDS) for partition in partitions.values())
        )
        count = sum(map(len, dropped))
        self._accounting.in_flight(-count)
        if count:
            log.warning("articles_dropped", count=count, why="not done in time; the next owner reads them again")
        await self._delivery.close()

    async def _versions(self, assigned: Collection[TP]) -> Mapping[TP, Versions]:
        """Return what has been published before, or nothing: a worker works without knowing it."""
        try:
            async with asyncio.timeout(VERSIONS_SECONDS):
                return await asyncio.to_thread(self._published, assigned)
        except Exception as error:  # noqa: BLE001 - no error here is worth stopping for
            log.warning("published_versions_unknown", why=repr(error))
            return {}

    def _last_outcomes(self, starts: Iterable[Start]) -> tuple[str, Hold | None]:
        """Return the last outcomes to go on from, and why to hold: one partition that says so is enough."""
        committed = [limits.from_metadata(start.metadata) for start in starts]
        for outcomes in committed:
            if hold := limits.exceeded(self._settings, outcomes):
                return outcomes, hold
        ours = self.publisher.outcomes
        if ours and not limits.exceeded(self._settings, ours):
            return ours, None
        return max(committed, key=limits.refusals, default=""), None

    def accept(self, record: KafkaRecord, generation: int, follows: int) -> None:
        """Accept *record*, read under the group's *generation*, as the one that follows on offset *follows* - 1.

        Records of an earlier assignment are ignored: they are read again. This never waits, since a partition that has
        its share is paused (`full`) and what was read before that is little.
        """
        partition = self.partitions.get((record.topic, record.partition))
        if partition is None or not partition.is_accepting or partition.generation != generation:
            return
        if record.offset < partition.next_offset:
            return
        if partition.next_offset not in {record.offset, follows}:
            missed = OffsetGapError(f"offset {partition.next_offset} was due, but {record.origin} came")
            self._on_failure(partition, missed)
            return
        outcome = self._pool.process(record.message(), record.partition)
        partition.accept(AcceptedArticle(record, outcome, self._tracing.begin(record)))
        self._accounting.in_flight(+1)

    def full(self) -> set[TP]:
        """Return the partitions to read no further for now: those with their share in flight, or all if it holds."""
        if self.held:
            return set(self.partitions)
        share = self._share()
        return {tp for tp, partition in self.partitions.items() if partition.in_flight >= share}

    def _share(self) -> int:
        """Return how many articles of one partition may be in flight: the busy ones share the room equally."""
        busy = sum(partition.in_flight > 0 for partition in self.partitions.values())
        return max(MIN_ARTICLES_PER_PARTITION, ARTICLES_PER_PROCESS * self._settings.worker_processes // max(1, busy))

    def _is_full(self, partition: AssignedPartition) -> bool:
        return partition.in_flight >= self._share()

    def _on_exceeded(self, partition: AssignedPartition, offset: int, hold: Hold) -> None:
        if self.held is None:
            self.held = hold
            self._accounting.held(hold)
            self._holding = asyncio.create_task(self._hold(partition, offset), name="hold")

    async def _hold(self, partition: AssignedPartition, offset: int) -> None:
        """Drop what is in flight, and commit the reason with *partition*, so that a restarted worker knows it."""
        async with self._changing:
            if partition is not self.partitions.get(partition.tp):
                return  # closed in the meantime; the next `open` decides from what is committed
            dropped = await asyncio.gather(*(each.halt(GRACE_SECONDS) for each in self.partitions.values()))
            self._accounting.in_flight(-sum(map(len, dropped)))
            try:
                await self.publisher.commit(partition.tp, offset)
            except Exception:
                log.exception("hold_not_committed", effect="after a restart the worker may read some more articles")

    async def resume(self) -> bool:
        """Read again after a hold, and forget the last outcomes for good. Return whether the worker was holding."""
        async with self._changing:
            if self.held is None:
                return False
            self.publisher.outcomes = ""
            for tp, partition in self.partitions.items():
                await self.publisher.commit(tp, partition.committed_offset)
            self.held = None
            self._accounting.held(None)
        self._rejoin()
        return True

    def _on_failure(self, partition: AssignedPartition, error: Exception) -> None:
        """Give up *partition*. The group assigns it again, to this worker or to another."""
        dropped = partition.end()
        self._accounting.in_flight(-len(dropped))
        count = self._failures[partition.tp] = 1 if partition.has_published else self._failures[partition.tp] + 1
        log.warning(
            "delivery_failed", partition=partition.name, error=repr(error), dropped=len(dropped), failures=count
        )
        if isinstance(error, RecordTooLargeError):
            self.publisher.learn(error)
        if isinstance(error, NO_RIGHT) or count >= MAX_FAILURES:
            self._fatal(DeliveryError(f"records cannot be delivered: {error!r}"))
        else:
            self._rejoin()
