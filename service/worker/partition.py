"""One partition for the time of one assignment: its articles in order, from acceptance to the commit.

A rebalance ends every tenure, also of a partition that comes straight back. Whatever an ended tenure still holds is
dropped and read again from the committed offset, so nothing is ever sent for a partition of an earlier assignment.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from faust.types import TP

    from service.contract.outcomes import Outcome
    from service.kafka.kafka_record import KafkaRecord
    from service.worker.published_versions import Versions

IDLE_SECONDS = 5.0
GROUP_BYTES = 8 * 1024 * 1024  # of records in one delivery; the broker's fetch of 50 MB is far above it


@dataclass(slots=True, eq=False)
class Slot:
    """One accepted article."""

    record: KafkaRecord
    outcome: asyncio.Future[Outcome]
    span: Any = None
    """Of its trace; None where there are no traces."""


class Tenure:
    """Holds the accepted articles of *tp* and delivers them in order.

    Args:
        tp: The partition.
        generation: Of the consumer group, when the partition was assigned.
        start: The next offset to accept.
        versions: The versions of articles that have been published before.
        deliver: Publishes a run of articles and commits; raises if that failed for good.
        idle: Called every `IDLE_SECONDS` while nothing is in flight.
        linger: Says how many seconds to wait for more outcomes before a run is delivered.
        full: Says whether the partition is paused until some of its articles are delivered: then waiting is in vain.
        failed: Called once, with what `deliver` or `idle` raised; the tenure is then over.
    """

    def __init__(
        self,
        tp: TP,
        generation: int,
        start: int,
        versions: Versions,
        *,
        deliver: Callable[[Tenure, list[Slot]], Awaitable[None]],
        idle: Callable[[Tenure], Awaitable[None]],
        linger: Callable[[Tenure], float],
        full: Callable[[Tenure], bool],
        failed: Callable[[Tenure, Exception], None],
    ) -> None:
        self.tp = tp
        self.generation = generation
        self.next = start
        self.delivered = start
        """The next offset to deliver: all before it is committed."""
        self.versions = versions
        self.over = False
        self._deliver = deliver
        self._idle = idle
        self._linger = linger
        self._full = full
        self._failed = failed
        self._slots: deque[Slot] = deque()
        self._changed = asyncio.Event()
        self._closing = False
        self._task = asyncio.create_task(self._run(), name=f"deliver-{tp.topic}-{tp.partition}")

    @property
    def waiting(self) -> int:
        """Return how many articles are accepted and not yet delivered."""
        return len(self._slots)

    @property
    def accepting(self) -> bool:
        """Return whether it takes more articles."""
        return not (self.over or self._closing)

    def accept(self, slot: Slot) -> None:
        """Take the next article of the partition."""
        self.next = slot.record.offset + 1
        self._slots.append(slot)
        slot.outcome.add_done_callback(self._on_outcome)
        self._changed.set()

    def _on_outcome(self, _outcome: object) -> None:
        self._changed.set()

    async def halt(self, grace: float) -> list[Slot]:
        """End after the delivery that is under way, which gets *grace* seconds. Return what had to be dropped."""
        self.over = True
        return await self.finish(0, grace)

    async def finish(self, seconds: float, grace: float) -> list[Slot]:
        """Take no more, deliver what is there within *seconds*, and end. Return what had to be dropped.

        What is just on its way to the broker gets *grace* seconds more.
        """
        self._closing = True
        self._changed.set()
        await asyncio.wait({self._task}, timeout=seconds)
        dropped = [slot for slot in self._slots if not slot.outcome.done()]
        for slot in dropped:
            slot.outcome.cancel()
        await asyncio.wait({self._task}, timeout=grace)
        return self.end()

    def end(self) -> list[Slot]:
        """End at once; return what was dropped."""
        self.over = True
        self._task.cancel()
        dropped, self._slots = list(self._slots), deque()
        for slot in dropped:
            slot.outcome.cancel()
        return dropped

    async def _run(self) -> None:
        """Deliver runs of finished articles, in order, until closing and empty."""
        try:
            while await self._head():
                await self._gather()
                run = [] if self.over else self._ready()
                if not run:
                    return  # ended, or the first article was cancelled
                await self._deliver(self, run)
                for _ in run:
                    self._slots.popleft()
                self.delivered = run[-1].record.offset + 1
        except Exception as error:  # noqa: BLE001 - whatever it is, this tenure cannot go on; the pipeline judges
            self.over = True
            self._failed(self, error)

    async def _head(self) -> bool:
        """Wait until the outcome of the first article is there; return False if there will be none."""
        while not self._slots:
            if self._closing or self.over:
                return False
            self._changed.clear()
            try:
                async with asyncio.timeout(IDLE_SECONDS):
                    await self._changed.wait()
            except TimeoutError:
                await self._idle(self)
        await asyncio.wait({self._slots[0].outcome})
        return not self.over

    async def _gather(self) -> None:
        """Linger for more outcomes, unless the end is near."""
        deadline = asyncio.get_running_loop().time() + self._linger(self)
        while not self._closing and (left := deadline - asyncio.get_running_loop().time()) > 0:
            if self._full(self) and self._slots[-1].outcome.done():
                return
            self._changed.clear()
            try:
                async with asyncio.timeout(left):
                    await self._changed.wait()
            except TimeoutError:
                return

    def _ready(self) -> list[Slot]:
        """Return the finished articles at the head, up to a bound in bytes."""
        run: list[Slot] = []
        size = 0
        for slot in self._slots:
            if not slot.outcome.done() or slot.outcome.cancelled() or size > GROUP_BYTES:
                break
            outcome = slot.outcome.result()
            size += len(getattr(outcome, "value", None) or slot.record.value or b"")
            run.append(slot)
        return run
