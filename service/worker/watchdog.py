"""Notices a worker that lives and does nothing, and ends it: whoever started it starts it again.

Progress is what counts: if articles wait, none is delivered for `stall_seconds`, and no worker process is at work on
one within its time limit, then something is stuck, whatever it is. A worker without partitions and one without news
are healthy. A broker that is away makes the worker unready, not dead. A round counts for no longer than a round can
take: a machine that was asleep, or a process that was stopped, is not to blame.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import os
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from service.errors import StallError
from service.kafka.connection import aiokafka_options

if TYPE_CHECKING:
    from service.worker.application import Enricher

log = structlog.get_logger()

ROUND = 5.0  # seconds between looks
BEAT = 0.1  # seconds between beats: 600 a minute give a 99th percentile, and cost a thousandth of a core
PROBE_SECONDS = 10.0  # for the brokers to tell the ends of the partitions
LONGEST_ROUND_SECONDS = ROUND + 2 * PROBE_SECONDS  # the brokers do not answer, and neither does the probe's goodbye
REBALANCE_SECONDS = 30.0  # of rebalancing until the worker calls itself unready
LONGEST_REBALANCE_SECONDS = 140.0  # 25 s to drain, 60 s for the slowest member to come, 55 s to open the partitions
EXIT_CODE = 70  # EX_SOFTWARE of sysexits.h


@dataclass(frozen=True, slots=True)
class Verdict:
    """Good or not, and why."""

    good: bool
    text: str


class Watchdog:
    """Looks at the worker every few seconds; its verdict is that of /livez and /readyz."""

    def __init__(self, app: Enricher) -> None:
        self._app = app
        self._stall: str | None = None
        self._stopping = False
        self._reachable = True  # the topics have just been looked at
        self._beats = 0
        self._progress = -1
        self._stuck = 0.0
        """Seconds in which nothing was delivered though it should have been."""
        self._rebalancing = 0.0
        """Seconds since the partitions were taken away, while no new ones are open."""
        self._probe: AIOKafkaConsumer | None = None
        self._task: asyncio.Task[None] | None = None
        self._beating: asyncio.Task[None] | None = None
        self._stop = threading.Event()

    def start(self) -> None:
        """Begin to watch."""
        self._task = asyncio.create_task(self._watch(), name="watchdog")
        self._beating = asyncio.create_task(self._beat(), name="heartbeat")
        threading.Thread(target=self._watch_loop, name="loop-watchdog", daemon=True).start()

    def stopping(self) -> None:
        """Be told that the worker stops: it is no longer ready."""
        self._stopping = True

    def stop(self) -> None:
        """End watching."""
        self._stop.set()
        for task in (self._task, self._beating):
            if task is not None:
                task.cancel()

    def live(self) -> Verdict:
        """Say whether the worker is worth keeping."""
        if self._app.failure is not None:
            return Verdict(good=False, text=f"stopping: {self._app.failure}")
        return Verdict(good=self._stall is None, text=self._stall or "live")

    def ready(self) -> Verdict:
        """Say whether the worker does its work, or could if there were any."""
        live = self.live()
        if not live.good:
            return live
        pipeline = self._app.pipeline
        for unready, text in (
            (self._stopping, "stopping"),
            (not self._reachable, "no broker answers"),
            (not pipeline.opened, "not yet a member of the group"),
            (self._rebalancing > REBALANCE_SECONDS, "rebalancing"),
            (pipeline.held is not None, f"holding: {pipeline.held and pipeline.held.text}"),
        ):
            if unready:
                return Verdict(good=False, text=text)
        return Verdict(good=True, text=f"ready, {len(pipeline.tenures)} partitions")

    async def _watch(self) -> None:
        try:
            last = time.monotonic()
            while not self._stopping:
                await asyncio.sleep(ROUND)
                now = time.monotonic()
                await self._look(min(now - last, LONGEST_ROUND_SECONDS))
                last = now
        except Exception as error:
            self._app.fail(error)  # unwatched, a worker could do nothing for ever
            raise
        finally:
            await self._end_probe()

    async def _beat(self) -> None:
        """Show that the event loop turns, and how late it does."""
        while True:
            asleep = time.monotonic()
            await asyncio.sleep(BEAT)
            self._beats += 1
            self._app.metrics.loop_delay.observe(max(0.0, time.monotonic() - asleep - BEAT))

    async def _look(self, seconds: float) -> None:
        """Judge the last round, which took *seconds*."""
        self._rebalancing = self._rebalancing + seconds if self._app.rebalancing else 0.0
        ends = await self._ends()
        self._reachable = ends is not None
        complaint = self._dead()
        if complaint is None and ends is not None:
            complaint = self._stalled(ends, seconds)
        if complaint is not None and not self._stopping:  # it may have begun to stop since the round began
            self._fail(complaint)

    def _dead(self) -> str | None:
        """Name a part that has died silently."""
        consumer = self._app.consumer.thread._consumer  # noqa: SLF001 - Faust has no public way to it
        if consumer is None or consumer._coordinator is None:  # noqa: SLF001 - nor has aiokafka
            return None  # it still looks for a broker
        coordinator, fetcher = consumer._coordinator, consumer._fetcher  # noqa: SLF001
        if coordinator._coordination_task.done():  # noqa: SLF001
            return "aiokafka's coordination task has ended: the worker would never rejoin the group"
        if fetcher is not None and fetcher._fetch_task.done():  # noqa: SLF001
            return "aiokafka's fetch task has ended: nothing would be read any more"
        return None

    def _stalled(self, ends: dict[TopicPartition, int], seconds: float) -> str | None:
        """Name what has been stuck for too long, after a round of *seconds* in which the brokers answered."""
        limit = self._app.settings.stall_seconds
        if self._rebalancing > LONGEST_REBALANCE_SECONDS + limit:
            return f"a rebalance has not ended for {self._rebalancing:.0f} s"
        progress = self._app.pipeline.progress
        behind = self._behind(ends)
        stuck = behind and progress == self._progress and not self._app.lanes.working
        self._stuck = self._stuck + seconds if stuck else 0.0
        self._progress = progress
        if self._stuck >= limit:
            return f"no article was delivered for {self._stuck:.0f} s, and {behind}"
        return None

    def _behind(self, ends: dict[TopicPartition, int]) -> str | None:
        """Say what there is to do; None where there is nothing."""
        thread = self._app.consumer.thread
        behind = None
        self._app.metrics.lag.clear()
        for tp, tenure in list(self._app.pipeline.tenures.items()):
            end = ends.get(TopicPartition(tp.topic, tp.partition))
            if end is None:
                continue  # it has come since the brokers were asked, or they do not know
            read = thread.read_up_to(tp)
            self._app.metrics.lag.labels(tp.topic, tp.partition).set(
                end - tenure.delivered if tenure.waiting or read < end else 0
            )
            if tenure.waiting:
                behind = f"{tenure.waiting} articles of {tp.topic}/{tp.partition} are in flight"
            elif read < end:
                behind = f"{tp.topic}/{tp.partition} is read up to {read} of {end}"
        return None if self._app.pipeline.held else behind

    async def _ends(self) -> dict[TopicPartition, int] | None:
        """Ask the brokers for the ends of our partitions, with a client that shares nothing with the rest."""
        names = [TopicPartition(tp.topic, tp.partition) for tp in self._app.pipeline.tenures]
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                if self._probe is None:
                    self._probe = AIOKafkaConsumer(
                        **aiokafka_options(self._app.settings), isolation_level="read_committed"
                    )
                    await self._probe.start()
                if not names:
                    await self._probe.topics()
                    return {}
                ends: dict[TopicPartition, int] = await self._probe.end_offsets(names)
                return ends
        except (KafkaError, TimeoutError, OSError) as error:
            log.warning("broker_does_not_answer", error=repr(error))
            await self._end_probe()
            return None

    async def _end_probe(self) -> None:
        probe, self._probe = self._probe, None
        if probe is not None:
            with contextlib.suppress(KafkaError, TimeoutError, OSError):
                async with asyncio.timeout(PROBE_SECONDS):
                    await probe.stop()

    def _fail(self, complaint: str) -> None:
        self._stall = complaint
        faulthandler.dump_traceback(sys.stderr)
        for task in asyncio.all_tasks():
            task.print_stack(limit=3, file=sys.stderr)
        self._app.fail(StallError(f"{complaint}; the stacks are on standard error"))

    def _watch_loop(self) -> None:
        """End the process where the event loop does not turn (in a thread of its own)."""
        seen, missed = -1, 0
        while not self._stop.wait(1):
            missed = missed + 1 if seen == self._beats else 0
            seen = self._beats
            if missed >= self._app.settings.stall_seconds:
                sys.stderr.write(f"the event loop has not turned for {missed} s; all stacks:\n")
                faulthandler.dump_traceback(sys.stderr)
                os._exit(EXIT_CODE)
