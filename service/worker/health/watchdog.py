"""Notice a worker that is alive but does nothing, and end it, so that its orchestrator starts another.

Progress is what counts. If articles wait, none is delivered for `stall_seconds`, and no worker process is at work on
one within its time limit, then something is stuck. A worker without partitions is healthy, and so is
one without news or one that holds. If the brokers are away, the worker is unready, not dead. A round counts for no
longer than a round can take: a machine that slept, or a process that was stopped, is not at fault.
"""

from __future__ import annotations

import asyncio
import faulthandler
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.errors import StallError
from service.worker.health.broker_probe import PROBE_SECONDS, BrokerProbe
from service.worker.health.loop_guard import LoopGuard

if TYPE_CHECKING:
    from faust.types import TP

    from service.worker.application_view import Application

ROUND_SECONDS = 5.0  # between two looks
LONGEST_ROUND_SECONDS = ROUND_SECONDS + 2 * PROBE_SECONDS  # the brokers answer neither the question nor the goodbye
UNREADY_REBALANCE_SECONDS = 30.0  # of rebalancing, until the worker reports itself as unready
LONGEST_REBALANCE_SECONDS = 140.0  # 25 s to drain, 60 s for the slowest member to join, 55 s to open the partitions


@dataclass(frozen=True, slots=True)
class Verdict:
    """Good or not, and why."""

    good: bool
    text: str


class Watchdog:
    """Looks at the worker every few seconds. Its verdicts are the answers of /livez and /readyz."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._probe = BrokerProbe(app.settings)
        self._guard = LoopGuard(app.settings.stall_seconds, app.metrics.loop_delay)
        self._stall: str | None = None
        self._is_stopping = False
        self._is_reachable = True  # the startup checks have just asked the brokers
        self._progress = -1
        self._stuck_seconds = 0.0
        """Seconds in which nothing was delivered although it should have been."""
        self._rebalancing_seconds = 0.0
        """Seconds since the partitions were revoked, while no new ones are open."""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start to watch."""
        self._task = asyncio.create_task(self._watch(), name="watchdog")
        self._guard.start()

    def stopping(self) -> None:
        """Note that the worker stops: it is no longer ready."""
        self._is_stopping = True

    def stop(self) -> None:
        """End watching."""
        self._guard.stop()
        if self._task is not None:
            self._task.cancel()

    def live(self) -> Verdict:
        """Return whether the worker is worth keeping."""
        if self._app.failure is not None:
            return Verdict(good=False, text=f"stopping: {self._app.failure}")
        return Verdict(good=self._stall is None, text=self._stall or "live")

    def ready(self) -> Verdict:
        """Return whether the worker does its work, or could if there were any."""
        live = self.live()
        if not live.good:
            return live
        in_flight = self._app.in_flight
        for is_unready, text in (
            (self._is_stopping, "stopping"),
            (not self._is_reachable, "no broker answers"),
            (not in_flight.was_assigned, "not yet a member of the group"),
            (self._rebalancing_seconds > UNREADY_REBALANCE_SECONDS, "rebalancing"),
            (in_flight.held is not None, f"holding: {in_flight.held and in_flight.held.text}"),
        ):
            if is_unready:
                return Verdict(good=False, text=text)
        return Verdict(good=True, text=f"ready, {len(in_flight.partitions)} partitions")

    async def _watch(self) -> None:
        try:
            last = time.monotonic()
            while not self._is_stopping:
                await asyncio.sleep(ROUND_SECONDS)
                now = time.monotonic()
                await self._look(min(now - last, LONGEST_ROUND_SECONDS))
                last = now
        except Exception as error:
            self._app.fail(error)  # without a watchdog, a worker could do nothing indefinitely
            raise
        finally:
            await self._probe.close()

    async def _look(self, seconds: float) -> None:
        """Judge the last round, which took *seconds*."""
        self._rebalancing_seconds = self._rebalancing_seconds + seconds if self._app.rebalancing else 0.0
        ends = await self._probe.ends(self._app.in_flight.partitions)
        self._is_reachable = ends is not None
        complaint = self._dead_part()
        if complaint is None and ends is not None:
            complaint = self._stalled(ends, seconds)
        if complaint is not None and not self._is_stopping:  # it may have begun to stop since the round began
            self._fail(complaint)

    def _dead_part(self) -> str | None:
        """Name a part of aiokafka that has died silently."""
        consumer = self._app.consumer.thread._consumer  # noqa: SLF001 - Faust has no public way to it
        if consumer is None or consumer._coordinator is None:  # noqa: SLF001 - nor has aiokafka
            return None  # it still looks for a broker
        coordinator, fetcher = consumer._coordinator, consumer._fetcher  # noqa: SLF001
        if coordinator._coordination_task.done():  # noqa: SLF001
            return "aiokafka's coordination task has ended: the worker would never rejoin the group"
        if fetcher is not None and fetcher._fetch_task.done():  # noqa: SLF001
            return "aiokafka's fetch task has ended: nothing would be read any more"
        return None

    def _stalled(self, ends: dict[TP, int], seconds: float) -> str | None:
        """Name what has been stuck for too long, after a round of *seconds* in which the brokers answered."""
        limit_seconds = self._app.settings.stall_seconds
        if self._rebalancing_seconds > LONGEST_REBALANCE_SECONDS + limit_seconds:
            return f"a rebalance has not ended for {self._rebalancing_seconds:.0f} s"
        progress = self._app.in_flight.publisher.articles
        waiting = self._waiting(ends)
        is_stuck = waiting and progress == self._progress and not self._app.pool.working
        self._stuck_seconds = self._stuck_seconds + seconds if is_stuck else 0.0
        self._progress = progress
        if self._stuck_seconds >= limit_seconds:
            return f"no article was delivered for {self._stuck_seconds:.0f} s, and {waiting}"
        return None

    def _waiting(self, ends: dict[TP, int]) -> str | None:
        """Say which articles wait, or return None if none do. Sets the metric of the lag."""
        thread, metrics, in_flight = self._app.consumer.thread, self._app.metrics, self._app.in_flight
        waiting = None
        metrics.lag.clear()
        for tp, partition in list(in_flight.partitions.items()):
            end = ends.get(tp)
            if end is None:
                continue  # assigned after the brokers were asked, or they do not know
            read = thread.read_up_to(tp)
            is_behind = partition.in_flight or read < end or in_flight.held
            metrics.lag.labels(tp.topic, tp.partition).set(end - partition.committed_offset if is_behind else 0)
            if partition.in_flight:
                waiting = f"{partition.in_flight} articles of {tp.topic}/{tp.partition} are in flight"
            elif read < end:
                waiting = f"{tp.topic}/{tp.partition} is read up to {read} of {end}"
        return None if in_flight.held else waiting

    def _fail(self, complaint: str) -> None:
        self._stall = complaint
        faulthandler.dump_traceback(sys.stderr)
        for task in asyncio.all_tasks():
            task.print_stack(limit=3, file=sys.stderr)
        self._app.fail(StallError(f"{complaint}; the stacks are on standard error"))
