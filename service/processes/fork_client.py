"""The worker's side of the fork server: start it, ask it to fork worker processes and to reap them."""

from __future__ import annotations

import asyncio
import contextlib
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

LOAD_SECONDS = 300.0  # en_core_web_trf takes about a minute from a cold disk
CONTROL_SECONDS = 20.0  # for the fork server to fork or to reap, which takes milliseconds


class ForkServer:
    """The process that holds the model and forks worker processes; see `service.processes.fork_server`.

    Args:
        settings: For the article processor.
        factory: `module:class` of the article processor.
    """

    def __init__(self, settings: Settings, factory: str) -> None:
        self._settings = settings
        self._factory = factory
        self._lock = asyncio.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    async def start(self) -> tuple[float, Outcome]:
        """Load the model. Return the seconds it took and the outcome of the self-test.

        Raises:
            WorkerPoolError: The model cannot be loaded.
        """
        self.stop()
        self._process, self._control = self._spawn()
        answer = await self._request(pickle.dumps((self._factory, self._settings)), LOAD_SECONDS)
        if isinstance(answer, str):
            raise WorkerPoolError(f"the model {self._settings.model} cannot be loaded: {answer}")
        loaded: tuple[float, Outcome] = answer  # type: ignore[assignment] # its answer if it is not an error message
        return loaded

    @staticmethod
    def _spawn() -> tuple[subprocess.Popen[bytes], socket.socket]:
        """Start the process and return it with our end of its control socket."""
        # Further threads would only compete for the same cores, and a fork does not inherit them.
        one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        with contextlib.ExitStack() as on_error:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            on_error.callback(ours.close)
            with theirs:
                ours.setblocking(False)
                process = subprocess.Popen(  # noqa: S603 - our own command
                    [sys.executable, "-m", "service.processes.fork_server", str(theirs.fileno())],
                    env=os.environ | one_thread | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                )
            on_error.pop_all()
        return process, ours

    async def fork(self) -> tuple[int, socket.socket]:
        """Return the pid of a new worker process and the socket to talk to it. Restart the fork server if it has died.

        Raises:
            WorkerPoolError: It cannot be restarted.
        """
        async with self._lock:
            try:
                return await self._fork()
            except WorkerPoolError as error:
                log.error("fork_server_died", error=str(error))  # noqa: TRY400 - the message is the whole story
                await self.start()
                return await self._fork()

    async def _fork(self) -> tuple[int, socket.socket]:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        try:
            pid = await self._request(b"fork", CONTROL_SECONDS, theirs.fileno())
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        return int(pid), ours  # type: ignore[call-overload] # it answers with a number

    async def reap(self, pid: int) -> str | None:
        """Kill the worker process *pid* and return how it ended, or None if it ended with the fork server."""
        async with self._lock:
            try:
                status = await self._request(pickle.dumps(pid), CONTROL_SECONDS)
            except WorkerPoolError:
                return None
            if status is None:
                return None
            code = os.waitstatus_to_exitcode(int(status))  # type: ignore[call-overload] # it answers with a number
        return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"

    async def _request(self, packet: bytes, seconds: float, descriptor: int | None = None) -> object:
        if self._control is None:
            raise WorkerPoolError("the process that loads the model has ended")
        loop = asyncio.get_running_loop()
        try:
            socket.send_fds(self._control, [packet], [] if descriptor is None else [descriptor])
            async with asyncio.timeout(seconds):
                answer = await loop.sock_recv(self._control, PACKET_BYTES)
        except (OSError, TimeoutError) as error:
            self.stop()  # a late answer would be mistaken for the answer to the next request
            raise WorkerPoolError(f"the process that loads the model does not answer: {error!r}") from error
        if not answer:
            self.stop()
            raise WorkerPoolError("the process that loads the model died; was it short of memory?")
        unpickled: object = pickle.loads(answer)  # noqa: S301 - from our own child, which handles no articles
        return unpickled

    def stop(self) -> None:
        """Kill the process. The worker processes die with it."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._control = self._process = None
