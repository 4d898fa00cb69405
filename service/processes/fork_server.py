"""Load the model once and fork the worker processes from it: `python -m service.processes.fork_server FD`.

A lane (one worker process) forked here starts in milliseconds and shares the model's memory pages, where one that
loaded the model itself would take seconds and hundreds of megabytes. The process that talks to Kafka never forks:
its threads and sockets would be inherited.

FD is one end of a SOCK_SEQPACKET pair. The first packet says what to load; then each packet is a command, answered
by one packet. Nursery and lanes ignore SIGTERM and SIGINT (the parent stops them when its work is done) and die with
the parent, however it dies.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import os
import pickle
import signal
import socket
import struct
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Protocol

from service.contract.outcomes import Message, Outcome, Refused
from service.contract.reject_reasons import RejectReason

if TYPE_CHECKING:
    import io
    from collections.abc import Callable
    from types import FrameType

    from service.settings import Settings


PACKET_BYTES = 64 * 1024  # the settings pickled are about 2 kB, a traceback's last line far less
LENGTH = struct.Struct("!I")
SELF_TEST = Message(b'{"id":"self-test","body":"The European Commission met in Brussels on Monday."}')
PR_SET_PDEATHSIG = 1  # linux/prctl.h
NICE = 5  # a third of the weight: where cores are short, the process that moves the bytes of all lanes goes first
OOM_SCORE = "500"  # of 1000: where memory runs out, the kernel takes a lane and not the process with the offsets


class Worker(Protocol):
    """What a lane runs: made from the settings by the factory, it turns one message into one outcome."""

    def process(self, message: Message) -> Outcome:
        """Return what becomes of *message*."""


class _ArticleTimeoutError(BaseException):
    """Raised by the alarm; no `except Exception` in a stage may swallow it."""


def main() -> None:
    """Load what the first packet names, then fork lanes on command until the parent closes its end."""
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.SIG_IGN)
    _die_with_parent()
    control = socket.socket(fileno=int(sys.argv[1]))
    factory, settings = pickle.loads(control.recv(PACKET_BYTES))  # noqa: S301 - from our own parent
    started = time.monotonic()
    try:
        worker = _load(factory)(settings)
    except Exception as error:
        control.send(pickle.dumps(f"{type(error).__name__}: {error}"[:2000]))
        raise SystemExit(1) from error
    seconds = time.monotonic() - started
    # What is loaded with the first article only is shared by all lanes too, where that article is worked on here.
    outcome = worker.process(SELF_TEST)
    gc.collect()
    gc.freeze()  # a collection in a lane would touch, and so copy, every shared page
    control.send(pickle.dumps((seconds, outcome)))
    _serve_parent(control, worker, settings.article_timeout_seconds)


def _load(factory: str) -> Callable[[Settings], Worker]:
    module, _, name = factory.partition(":")
    loaded: Callable[[Settings], Worker] = getattr(importlib.import_module(module), name)
    return loaded


def _serve_parent(control: socket.socket, worker: Worker, seconds: float) -> None:
    lanes: set[int] = set()
    while True:
        packet, descriptors, _flags, _address = socket.recv_fds(control, PACKET_BYTES, 1)
        if not packet:
            return
        if descriptors:
            pid = _fork(control, socket.socket(fileno=descriptors[0]), worker, seconds)
            lanes.add(pid)
            control.send(pickle.dumps(pid))
        else:
            pid = pickle.loads(packet)  # noqa: S301 - from our own parent
            # One of a nursery before this one has died with it, and its number may be another process's by now.
            control.send(pickle.dumps(_reap(pid) if pid in lanes else None))
            lanes.discard(pid)


def _fork(control: socket.socket, lane: socket.socket, worker: Worker, seconds: float) -> int:
    pid = os.fork()
    if pid:
        lane.close()
        return pid
    status = 1
    try:
        control.close()
        _die_with_parent()
        os.nice(NICE)
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(OOM_SCORE)
        _serve(lane, worker, seconds)
        status = 0
    finally:
        sys.stderr.flush()
        os._exit(status)


def _reap(pid: int) -> int:
    """End the lane *pid* where it still lives and return its wait status; until here its number is not given again."""
    os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]


def _serve(lane: socket.socket, worker: Worker, seconds: float) -> None:
    """Answer each message with its outcome, in order, until the parent closes its end."""
    signal.signal(signal.SIGPROF, _on_alarm)
    stream = lane.makefile("rwb")
    while (frame := _read(stream)) is not None:
        outcome = _process(worker, pickle.loads(frame), seconds)  # noqa: S301 - from our own parent
        stream.write(pack(outcome))
        stream.flush()


def _process(worker: Worker, message: Message, seconds: float) -> Outcome:
    """Return the outcome within *seconds* of processor time: on a busy machine an article is not to blame for it."""
    try:
        try:
            signal.setitimer(signal.ITIMER_PROF, seconds)
            return worker.process(message)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    except _ArticleTimeoutError:
        return Refused(RejectReason.TIMEOUT, "enrich", f"took more than {seconds:g} s of processor time")


def _on_alarm(_number: int, _frame: FrameType | None) -> NoReturn:
    raise _ArticleTimeoutError


def pack(value: object) -> bytes:
    """Return *value* pickled, with its length before it."""
    body = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(body)) + body


def _read(stream: io.BufferedIOBase) -> bytes | None:
    head = stream.read(LENGTH.size)
    return stream.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else None


def _die_with_parent() -> None:
    """Ask Linux to kill this process when its parent dies, even by kill -9 and in the middle of an endless loop."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main()
