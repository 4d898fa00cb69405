"""The pool of worker processes. A crash or a hang is blamed on exactly one article.

A worker process holds at most two articles, the one that it processes and the next one, and answers in order. So if it
dies or does not answer, the first unanswered article is the one that it was processing: there is no batch to bisect,
and no other article is suspected. That article is retried in a fresh process. If it ends this one too, it is refused.

The second article is always of the same partition as the first, so it would have to wait for the first in any case. A
slow article therefore delays only its own partition.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from typing import TYPE_CHECKING

import structlog

from service.contract.outcomes import Enriched, Message, Outcome, Refused
from service.contract.reject_reasons import RejectReason
from service.errors import WorkerPoolError
from service.processes.fork_client import ForkServer
from service.processes.framing import MalformedFrameError
from service.processes.job_queue import Job, JobQueue
from service.processes.worker_process import WorkerProcess

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.settings import Settings

log = structlog.get_logger()

DEFAULT_PROCESSOR = "service.processes.processor:Processor"
MAX_ARTICLES_IN_PROCESS = 2  # one being processed, one waiting in the socket, so that the process is seldom idle
MAX_CONSECUTIVE_ARTICLES = 8  # of one partition; then a process gets the oldest of all, so that each has its turn
MAX_ATTEMPTS = 2
WALL_CLOCK_FACTOR = 3
MAX_DETAIL_BYTES = 1024 * 1024  # of a refusal; usually about 100


def max_body_bytes(settings: Settings) -> int:
    """Return the most bytes of a record and its flat events, each of which may have as many as a record."""
    parts = 2 if settings.events_topic else 1
    return max(parts * settings.max_record_bytes, MAX_DETAIL_BYTES)


def wall_clock_seconds(settings: Settings) -> float:
    """Return the wall-clock limit for one article, after which its process is killed.

    The limit in the settings counts CPU seconds. Three times that leaves a busy machine a third of a core per article,
    and ends processes that wait without working or do not react to the timer.
    """
    return WALL_CLOCK_FACTOR * settings.article_timeout_seconds


class WorkerPool:
    """All worker processes of this worker. `process` never raises for an article; it returns its outcome.

    Args:
        settings: How many processes, which model, how long an article may take.
        on_fatal: Called if no article can be enriched any more.
        on_replaced: Called for every process that is replaced because it failed.
        factory: `module:class` of the article processor.
    """

    def __init__(
        self,
        settings: Settings,
        on_fatal: Callable[[Exception], None],
        on_replaced: Callable[[], None],
        factory: str = DEFAULT_PROCESSOR,
    ) -> None:
        self._settings = settings
        self._on_fatal = on_fatal
        self._on_replaced = on_replaced
        self._fork_server = ForkServer(settings, factory)
        self._queue = JobQueue()
        self._tasks: list[asyncio.Task[None]] = []
        self._processes: set[WorkerProcess] = set()

    @property
    def working(self) -> bool:
        """Return whether at least one process is working on an article and within its wall-clock limit."""
        earliest = time.monotonic() - wall_clock_seconds(self._settings)
        return any(process.unanswered and process.current_since > earliest for process in self._processes)

    async def start(self) -> tuple[float, Enriched]:
        """Load the model, test it and start all processes. Return the seconds to load and the record of the self-test.

        Raises:
            WorkerPoolError: The model cannot be loaded or does not work. The service must stop then, since it would
                refuse the whole topic.
        """
        seconds, outcome = await self._fork_server.start()
        if not isinstance(outcome, Enriched):
            self._fork_server.stop()
            raise WorkerPoolError(f"the self-test was not enriched but {outcome}: check NEWSWIRE_MODEL")
        count = self._settings.worker_processes
        self._tasks = [asyncio.create_task(self._run(), name=f"worker-process-{number}") for number in range(count)]
        return seconds, outcome

    async def stop(self) -> None:
        """End all processes at once."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._fork_server.stop()
        await asyncio.sleep(0)  # asyncio closes sockets in its next iteration

    def process(self, message: Message, partition: int = 0) -> asyncio.Future[Outcome]:
        """Return the future outcome of *message*. Cancel it if it is no longer needed.

        Messages of the same *partition* may wait for each other.
        """
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._queue.put(Job(message, partition, outcome))
        return outcome

    async def _run(self) -> None:
        """Keep one process alive and supplied with articles."""
        leftover: deque[Job] = deque()
        while True:
            try:
                await self._run_process(leftover)
            except WorkerPoolError as error:
                self._on_fatal(error)
                return
            except Exception as error:
                self._on_fatal(error)
                raise

    async def _run_process(self, leftover: deque[Job]) -> None:
        """Run one process until it ends. On return, *leftover* holds the articles that it has not answered."""
        pid, channel = await self._fork_server.fork()
        reader, writer = await asyncio.open_connection(sock=channel)
        process = WorkerProcess(pid, reader, writer, max_body_bytes(self._settings))
        self._processes.add(process)
        failure = ""
        is_worn = False
        try:
            is_worn = await self._supply(process, leftover)
        except TimeoutError:
            failure = "hung"
        except (asyncio.IncompleteReadError, ConnectionError):
            failure = "died"
        except MalformedFrameError as error:
            failure = "sent a malformed answer"
            log.warning("malformed_answer", error=str(error))
        finally:
            self._processes.discard(process)
            writer.close()
            leftover.extendleft(reversed(process.unanswered))
        ended = await self._fork_server.reap(pid)
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        if not is_worn:
            self._on_replaced()
        if failure:
            self._blame(leftover, failure, ended)

    async def _supply(self, process: WorkerProcess, leftover: deque[Job]) -> bool:
        """Send articles and receive outcomes until the process should be replaced although it did not fail.

        Return whether it is only worn.
        """
        limit = wall_clock_seconds(self._settings)
        while process.unanswered or not process.is_worn:
            await self._fill(process, leftover)
            async with asyncio.timeout(limit):
                outcome = await process.receive()
            job = process.unanswered.popleft()
            process.current_since = time.monotonic()
            if not job.outcome.done():
                job.outcome.set_result(outcome)
            if isinstance(outcome, Refused) and outcome.reason is RejectReason.TIMEOUT:
                return False  # a stage was interrupted: what it left behind must not affect the next article
        return True

    async def _fill(self, process: WorkerProcess, leftover: deque[Job]) -> None:
        """Send the process an article, waiting for one if necessary, and a second one if its partition has one."""
        while not process.is_worn and len(process.unanswered) < MAX_ARTICLES_IN_PROCESS:
            job = self._choose(process, leftover)
            if job is None and process.unanswered:
                return
            if job is None:
                await self._wait_for_job(process)
            elif not job.outcome.done():
                process.send(job)

    def _choose(self, process: WorkerProcess, leftover: deque[Job]) -> Job | None:
        if leftover:
            return leftover.popleft()
        if not process.unanswered:
            process.consecutive = 0
            return self._queue.pop()
        process.consecutive += 1
        if process.consecutive >= MAX_CONSECUTIVE_ARTICLES:
            return None
        return self._queue.pop(process.unanswered[0].partition)

    async def _wait_for_job(self, process: WorkerProcess) -> None:
        """Wait for an article. Raise `IncompleteReadError` if the idle process dies meanwhile."""
        arrived = asyncio.ensure_future(self._queue.wait())
        dead = asyncio.ensure_future(process.reader.read(1))
        try:
            await asyncio.wait({arrived, dead}, return_when=asyncio.FIRST_COMPLETED)
            if not arrived.done():
                raise asyncio.IncompleteReadError(b"", 1)
        finally:
            for waiter in (arrived, dead):
                if not waiter.done():
                    waiter.cancel()
            await asyncio.wait({dead})

    def _blame(self, leftover: deque[Job], failure: str, ended: str | None) -> None:
        """Blame the first unanswered article: retry it once, then refuse it."""
        log.warning("worker_process_lost", how=failure, ended=ended or "with the process that loads the model")
        if not leftover or ended is None:
            return
        job = leftover[0]
        job.attempts += 1
        if job.attempts >= MAX_ATTEMPTS:
            leftover.popleft()
            if not job.outcome.done():
                reason = RejectReason.TIMEOUT if failure == "hung" else RejectReason.WORKER_CRASH
                detail = f"the worker process {failure} {MAX_ATTEMPTS} times: {ended}"
                job.outcome.set_result(Refused(reason, "enrich", detail))
