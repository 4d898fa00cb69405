"""Worker processes, each one lane of articles: a crash or a hang is blamed on exactly one article.

A lane holds two articles at most, the one it works on and the next, and answers in order. So if it dies or falls
silent, the first unanswered article is the one it was working on: no batch to bisect, and no innocent neighbour.
That article gets a second, fresh lane; if it ends this one too, it is refused.

The second article is one that would have to wait for the first in any case, since both are of one partition. So an
article that takes long holds up its own partition and no other.
"""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from service.contract.outcomes import Enriched, Message, Outcome, Refused
from service.contract.reject_reasons import RejectReason
from service.errors import WorkerPoolError
from service.processes.fork_client import Nursery
from service.processes.fork_server import LENGTH, pack

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.settings import Settings

__all__ = ["ATTEMPTS", "PROCESSOR", "Lanes", "hard_seconds"]

log = structlog.get_logger()

PROCESSOR = "service.processes.processor:Processor"
AHEAD = 2  # articles in a lane: one worked on, one of the same partition waiting in its socket, so that it seldom idles
ROW = 8  # articles of one partition in a row; then a lane takes the oldest of all, so that each partition has its turn
ATTEMPTS = 2
ARTICLES = 1_000
"""Articles that a lane answers before a fresh fork takes its place, some 20 s of full work.

What it holds of its own grows with every new word: spaCy's hash tables (preshed) count the cells of forgotten words as
filled and double; long articles tear holes into the heap. A fork starts from the shared pages again, in 10 ms.
"""


def hard_seconds(settings: Settings) -> float:
    """Return the most time by the clock for one article; then its process is killed.

    The article's own limit counts processor time; thrice that leaves a busy machine a third of a core for it, and ends
    what waits without working, or is deaf to the alarm.
    """
    return 3 * settings.article_timeout_seconds


@dataclass(slots=True, eq=False)
class _Job:
    message: Message
    partition: int
    done: asyncio.Future[Outcome]
    attempts: int = 0


class _Jobs:
    """Articles that no process has yet, oldest first."""

    def __init__(self) -> None:
        self._waiting: deque[_Job] = deque()
        self._arrived = asyncio.Event()

    def put(self, job: _Job) -> None:
        """Add *job* at the end."""
        self._waiting.append(job)
        self._arrived.set()

    def take(self, partition: int | None = None) -> _Job | None:
        """Return and remove the oldest job, or the oldest of *partition*; None if there is none."""
        for place, job in enumerate(self._waiting):
            if partition is None or job.partition == partition:
                del self._waiting[place]
                return job
        return None

    async def arrived(self) -> None:
        """Wait until there may be a job to take."""
        while not self._waiting:
            self._arrived.clear()
            await self._arrived.wait()


@dataclass(slots=True, eq=False)
class _Lane:
    pid: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    waiting: deque[_Job] = field(default_factory=deque)
    sent: int = 0
    row: int = 0
    """Articles of one partition sent behind the first."""
    since: float = 0.0
    """When the first of `waiting` became its present article, by `time.monotonic`."""

    @property
    def worn(self) -> bool:
        return self.sent >= ARTICLES

    def send(self, job: _Job) -> None:
        self.sent += 1
        if not self.waiting:
            self.since = time.monotonic()
        self.waiting.append(job)
        self.writer.write(pack(job.message))

    async def receive(self) -> Outcome:
        (length,) = LENGTH.unpack(await self.reader.readexactly(LENGTH.size))
        outcome: Outcome = pickle.loads(await self.reader.readexactly(length))  # noqa: S301 - from our own child
        return outcome


class Lanes:
    """All worker processes of this worker. `process` never raises for an article: it returns its outcome.

    Args:
        settings: How many, which model, how long an article may take.
        fatal: Called where no article can be enriched any more.
        replaced: Called for every process that is replaced because it failed.
        factory: `module:class` of what a lane runs.
    """

    def __init__(
        self,
        settings: Settings,
        fatal: Callable[[Exception], None],
        replaced: Callable[[], None],
        factory: str = PROCESSOR,
    ) -> None:
        self._settings = settings
        self._fatal = fatal
        self._replaced = replaced
        self._nursery = Nursery(settings, factory)
        self._jobs = _Jobs()
        self._tasks: list[asyncio.Task[None]] = []
        self._lanes: set[_Lane] = set()

    @property
    def working(self) -> bool:
        """Return whether some worker process is at work on an article and within the article's limit."""
        latest = time.monotonic() - hard_seconds(self._settings)
        return any(lane.waiting and lane.since > latest for lane in self._lanes)

    async def start(self) -> tuple[float, Enriched]:
        """Load the model, test it and start all lanes; return the seconds to load, and the test's record.

        A model that cannot be loaded must stop the service: it would dead-letter the whole topic.
        """
        seconds, outcome = await self._nursery.start()
        if not isinstance(outcome, Enriched):
            self._nursery.stop()
            raise WorkerPoolError(f"the self-test was not enriched but {outcome}: check NEWSWIRE_MODEL")
        count = self._settings.worker_processes
        self._tasks = [asyncio.create_task(self._run(), name=f"lane-{number}") for number in range(count)]
        return seconds, outcome

    async def stop(self) -> None:
        """End all worker processes at once."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._nursery.stop()
        await asyncio.sleep(0)  # asyncio closes sockets in its next turn

    def process(self, message: Message, partition: int = 0) -> asyncio.Future[Outcome]:
        """Return the outcome of *message*, to come. Cancel it if nobody waits for it any more.

        Messages of one *partition* may wait for each other.
        """
        done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._jobs.put(_Job(message, partition, done))
        return done

    async def _run(self) -> None:
        """Keep one lane alive, and give it work."""
        todo: deque[_Job] = deque()
        while True:
            try:
                await self._live(todo)
            except WorkerPoolError as error:
                self._fatal(error)
                return
            except Exception as error:
                self._fatal(error)
                raise

    async def _live(self, todo: deque[_Job]) -> None:
        """Run one process until it ends. On return *todo* holds what it has not answered."""
        pid, channel = await self._nursery.fork()
        reader, writer = await asyncio.open_connection(sock=channel)
        lane = _Lane(pid, reader, writer)
        self._lanes.add(lane)
        failure = ""
        worn = False
        try:
            worn = await self._feed(lane, todo)
        except TimeoutError:
            failure = "hung"
        except (asyncio.IncompleteReadError, ConnectionError):
            failure = "died"
        finally:
            self._lanes.discard(lane)
            writer.close()
            todo.extendleft(reversed(lane.waiting))
        ended = await self._nursery.reap(pid)
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        if not worn:
            self._replaced()
        if failure:
            self._blame(todo, failure, ended)

    async def _feed(self, lane: _Lane, todo: deque[_Job]) -> bool:
        """Send articles and take outcomes until the process should be replaced though it did not fail.

        Return whether it has only served its time.
        """
        limit = hard_seconds(self._settings)
        while lane.waiting or not lane.worn:
            await self._fill(lane, todo)
            async with asyncio.timeout(limit):
                outcome = await lane.receive()
            job = lane.waiting.popleft()
            lane.since = time.monotonic()
            if not job.done.done():
                job.done.set_result(outcome)
            if isinstance(outcome, Refused) and outcome.reason is RejectReason.TIMEOUT:
                return False  # torn out of a stage's middle: what it left behind must not touch the next article
        return True

    async def _fill(self, lane: _Lane, todo: deque[_Job]) -> None:
        """Give the lane an article, waiting for one if need be, and a second if there is one of its partition."""
        while not lane.worn and len(lane.waiting) < AHEAD:
            job = self._choose(lane, todo)
            if job is None and lane.waiting:
                return
            if job is None:
                await self._arrived(lane)
            elif not job.done.done():
                lane.send(job)

    def _choose(self, lane: _Lane, todo: deque[_Job]) -> _Job | None:
        if todo:
            return todo.popleft()
        if not lane.waiting:
            lane.row = 0
            return self._jobs.take()
        lane.row += 1
        return self._jobs.take(lane.waiting[0].partition) if lane.row < ROW else None

    async def _arrived(self, lane: _Lane) -> None:
        """Wait for work; notice meanwhile if the idle process dies."""
        arrived = asyncio.ensure_future(self._jobs.arrived())
        dead = asyncio.ensure_future(lane.reader.read(1))
        try:
            await asyncio.wait({arrived, dead}, return_when=asyncio.FIRST_COMPLETED)
            if not arrived.done():
                raise asyncio.IncompleteReadError(b"", 1)
        finally:
            for waiter in (arrived, dead):
                if not waiter.done():
                    waiter.cancel()
            await asyncio.wait({dead})

    def _blame(self, todo: deque[_Job], failure: str, ended: str | None) -> None:
        """Hold the first unanswered article answerable: once more, or refused."""
        log.warning("lane_lost", how=failure, ended=ended or "with the process that loads the model")
        if not todo or ended is None:
            return
        job = todo[0]
        job.attempts += 1
        if job.attempts >= ATTEMPTS:
            todo.popleft()
            if not job.done.done():
                reason = RejectReason.TIMEOUT if failure == "hung" else RejectReason.WORKER_CRASH
                job.done.set_result(
                    Refused(reason, "enrich", f"the worker process {failure} {ATTEMPTS} times: {ended}")
                )
