"""The worker's side of the nursery: start it, have lanes forked, have them reaped."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import structlog

from service.errors import WorkerPoolError
from service.processes.fork_server import PACKET_BYTES

if TYPE_CHECKING:
    from service.contract.outcomes import Outcome
    from service.settings import Settings

log = structlog.get_logger()

LOAD_SECONDS = 300.0  # en_core_web_trf from a cold disk takes about a minute
CONTROL_SECONDS = 20.0  # for a fork or a wait of the nursery, which take milliseconds


class Nursery:
    """The process that holds the model and forks lanes; see `service.processes.fork_server`."""

    def __init__(self, settings: Settings, factory: str) -> None:
        self._settings = settings
        self._factory = factory
        self._busy = asyncio.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    async def start(self) -> tuple[float, Outcome]:
        """Load the model; return the seconds it took and the outcome of a test.

        Raise `WorkerPoolError` where it fails.
        """
        self.stop()
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        control.setblocking(False)
        # More threads than one a process only take turns on the same cores, and a fork would not carry them along.
        single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        self._process = subprocess.Popen(  # noqa: ASYNC220, S603 - returns at once, and is our own command
            [sys.executable, "-m", "service.processes.fork_server", str(theirs.fileno())],
            env=os.environ | single | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )
        self._control = control
        theirs.close()
        answer = await self._ask(pickle.dumps((self._factory, self._settings)), LOAD_SECONDS)
        if isinstance(answer, str):
            raise WorkerPoolError(f"the model {self._settings.model} cannot be loaded: {answer}")
        loaded: tuple[float, Outcome] = answer  # type: ignore[assignment] # it answers with these, or the complaint
        return loaded

    async def fork(self) -> tuple[int, socket.socket]:
        """Return the pid of a new lane and the socket to talk to it; load the model again where the nursery died."""
        async with self._busy:
            try:
                return await self._fork()
            except WorkerPoolError as error:
                log.error("nursery_died", error=str(error))  # noqa: TRY400 - the error is the whole story
                await self.start()
                return await self._fork()

    async def _fork(self) -> tuple[int, socket.socket]:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        try:
            pid = await self._ask(b"fork", CONTROL_SECONDS, theirs.fileno())
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        return int(pid), ours  # type: ignore[call-overload] # it answers with a number

    async def reap(self, pid: int) -> str | None:
        """Kill the lane *pid* if it lives, and say how it ended; None where it ended with the nursery."""
        async with self._busy:
            try:
                status = await self._ask(pickle.dumps(pid), CONTROL_SECONDS)
            except WorkerPoolError:
                return None
            if status is None:
                return None
            code = os.waitstatus_to_exitcode(int(status))  # type: ignore[call-overload] # it answers with a number
        return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"

    async def _ask(self, packet: bytes, seconds: float, descriptor: int | None = None) -> object:
        if self._control is None:
            raise WorkerPoolError("the process that loads the model has ended")
        loop = asyncio.get_running_loop()
        try:
            socket.send_fds(self._control, [packet], [] if descriptor is None else [descriptor])
            async with asyncio.timeout(seconds):
                answer = await loop.sock_recv(self._control, PACKET_BYTES)
        except (OSError, TimeoutError) as error:
            self.stop()  # an answer that came late would be taken for that to the next question
            raise WorkerPoolError(f"the process that loads the model does not answer: {error!r}") from error
        if not answer:
            self.stop()
            raise WorkerPoolError("the process that loads the model died; was it short of memory?")
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
