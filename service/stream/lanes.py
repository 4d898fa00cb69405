"""Worker processes, each one lane of articles: a crash or a hang is blamed on exactly one article.

A lane holds two articles at most, the one it works on and the next, and answers in order. So where it dies or falls
silent, the first unanswered article is the one it was working on: no batch to bisect, and no innocent neighbour.
That article gets a second, fresh lane; where it ends this one too, it is refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from service.outcome import Enriched, Message, Outcome, Refused
from service.records import RejectReason
from service.stream.nursery import LENGTH, PACKET_BYTES, pack

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.settings import Settings

log = structlog.get_logger()

PROCESSOR = "service.process:Processor"
AHEAD = 2  # articles in a lane: one worked on, one waiting in its socket, so that it never idles
LOAD_SECONDS = 300.0  # en_core_web_trf from a cold disk takes about a minute
HARD_SECONDS = 2.0  # beyond the article's own limit: then the alarm was not heeded, and the lane is killed
ATTEMPTS = 2
SELF_TEST = Message(b'{"id":"self-test","body":"The European Commission met in Brussels on Monday."}')


class LanesError(Exception):
    """Raised where articles cannot be enriched at all; the message says why and what to do."""


@dataclass(slots=True, eq=False)
class _Job:
    message: Message
    done: asyncio.Future[Outcome]
    attempts: int = 0


class Nursery:
    """The process that holds the model and forks lanes; see `service.stream.nursery`."""

    def __init__(self, settings: Settings, factory: str) -> None:
        self._settings = settings
        self._factory = factory
        self._busy = asyncio.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    async def start(self) -> float:
        """Load the model and return the seconds it took. Raise `LanesError` where it cannot be loaded."""
        self.stop()
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        control.setblocking(False)
        # More threads than one a process only take turns on the same cores, and a fork would not carry them along.
        single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        self._process = subprocess.Popen(  # noqa: ASYNC220, S603 - returns at once, and is our own command
            [sys.executable, "-m", "service.stream.nursery", str(theirs.fileno())],
            env=os.environ | single | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )
        self._control = control
        theirs.close()
        answer = await self._ask(pickle.dumps((self._factory, self._settings)), LOAD_SECONDS)
        if isinstance(answer, str):
            raise LanesError(f"the model {self._settings.model} cannot be loaded: {answer}")
        return float(answer)  # type: ignore[arg-type] # it answers with the seconds or the complaint

    async def fork(self) -> tuple[int, socket.socket]:
        """Return the pid of a new lane and the socket to talk to it."""
        async with self._busy:
            if self._process is None or self._process.poll() is not None:
                log.error("nursery_died", exit_code=self._process.returncode if self._process else None)
                await self.start()
            ours, theirs = socket.socketpair()
            ours.setblocking(False)
            try:
                pid = await self._ask(b"fork", HARD_SECONDS * 10, theirs.fileno())
            except BaseException:
                ours.close()
                raise
            finally:
                theirs.close()
            return int(pid), ours  # type: ignore[call-overload] # it answers with a number

    async def reap(self, pid: int) -> str:
        """Kill the lane *pid* if it lives, and say how it ended."""
        async with self._busy:
            try:
                status = await self._ask(pickle.dumps(pid), HARD_SECONDS * 10)
            except LanesError:
                return "its parent process died"
            if status is None:
                return "its parent process died"
            code = os.waitstatus_to_exitcode(int(status))  # type: ignore[call-overload] # it answers with a number
        return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"

    async def _ask(self, packet: bytes, seconds: float, descriptor: int | None = None) -> object:
        assert self._control is not None
        loop = asyncio.get_running_loop()
        try:
            socket.send_fds(self._control, [packet], [] if descriptor is None else [descriptor])
            async with asyncio.timeout(seconds):
                answer = await loop.sock_recv(self._control, PACKET_BYTES)
        except (OSError, TimeoutError) as error:
            raise LanesError(f"the process that loads the model does not answer: {error!r}") from error
        if not answer:
            raise LanesError("the process that loads the model died; was it short of memory?")
        loaded: object = pickle.loads(answer)  # noqa: S301 - from our own child
        return loaded

    def stop(self) -> None:
        """End the process; the lanes end with it."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._control = self._process = None


@dataclass(slots=True, eq=False)
class _Lane:
    pid: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    waiting: deque[_Job] = field(default_factory=deque)

    def send(self, job: _Job) -> None:
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
        replaced: Called for every process that is replaced.
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
        self._jobs: asyncio.Queue[_Job] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> tuple[float, Enriched]:
        """Load the model, start all lanes and test each; return the seconds to load, and the test's record.

        A model that cannot be loaded must stop the service: it would dead-letter the whole topic.
        """
        seconds = await self._nursery.start()
        count = self._settings.worker_processes
        self._tasks = [asyncio.create_task(self._run(), name=f"lane-{number}") for number in range(count)]
        outcome = await self.process(SELF_TEST)
        if not isinstance(outcome, Enriched):
            await self.stop()
            raise LanesError(f"the self-test was not enriched but {outcome}: check NEWSWIRE_MODEL")
        return seconds, outcome

    async def stop(self) -> None:
        """End all worker processes at once."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._nursery.stop()
        await asyncio.sleep(0)  # asyncio closes sockets in its next turn

    def process(self, message: Message) -> asyncio.Future[Outcome]:
        """Return the outcome of *message*, to come. Cancel it where nobody waits for it any more."""
        done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._jobs.put_nowait(_Job(message, done))
        return done

    async def _run(self) -> None:
        """Keep one lane alive, and give it work."""
        todo: deque[_Job] = deque()
        while True:
            try:
                await self._live(todo)
            except LanesError as error:
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
        failure = "hung"
        try:
            await self._feed(lane, todo)
        except TimeoutError:
            pass
        except (asyncio.IncompleteReadError, ConnectionError):
            failure = "died"
        else:
            failure = ""
        finally:
            writer.close()
            todo.extendleft(reversed(lane.waiting))
        ended = await self._nursery.reap(pid)
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        self._replaced()
        if failure:
            self._blame(todo, failure, ended)

    async def _feed(self, lane: _Lane, todo: deque[_Job]) -> None:
        """Send articles and take outcomes. Return where the process should be replaced though it did not fail."""
        limit = self._settings.article_timeout_seconds + HARD_SECONDS
        while True:
            while len(lane.waiting) < AHEAD and (todo or not lane.waiting or not self._jobs.empty()):
                if todo:
                    job = todo.popleft()
                elif lane.waiting:
                    job = self._jobs.get_nowait()
                else:
                    job = await self._next(lane)
                if not job.done.done():
                    lane.send(job)
            async with asyncio.timeout(limit):
                outcome = await lane.receive()
            job = lane.waiting.popleft()
            if not job.done.done():
                job.done.set_result(outcome)
            if isinstance(outcome, Refused) and outcome.reason is RejectReason.TIMEOUT:
                return  # torn out of the middle of a stage: what it left behind must not touch the next article

    async def _next(self, lane: _Lane) -> _Job:
        """Wait for work; notice meanwhile where the idle process dies."""
        get = asyncio.ensure_future(self._jobs.get())
        dead = asyncio.ensure_future(lane.reader.read(1))
        try:
            await asyncio.wait({get, dead}, return_when=asyncio.FIRST_COMPLETED)
            if get.done():
                return get.result()
            raise asyncio.IncompleteReadError(b"", 1)
        finally:
            for waiter in (get, dead):
                if not waiter.done():
                    waiter.cancel()
            await asyncio.wait({dead})

    def _blame(self, todo: deque[_Job], failure: str, ended: str) -> None:
        """Hold the first unanswered article answerable: once more, or refused."""
        log.warning("lane_lost", how=failure, ended=ended)
        if not todo:
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
