"""Load the model once and fork the worker processes from it: `python -m service.processes.fork_server FD`.

A worker process forked here starts in milliseconds and shares the model's memory pages. One that loaded the model
itself would take seconds and hundreds of megabytes. The process that talks to Kafka never forks, because its threads
and sockets would be inherited.

FD is one end of a SOCK_SEQPACKET pair. The first packet says what to load. Each packet after it is a command: one with
a descriptor forks a worker process that serves this socket, any other is the pid of a worker process to reap. Each is
answered by one packet. These packets are pickles, which is safe because no article passes through this process.

The fork server and the worker processes ignore SIGTERM and SIGINT, since the parent stops them when its work is done,
and die with the parent, however it dies.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pickle
import signal
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Protocol

from service.contract.outcomes import Message, Outcome, Refused
from service.contract.reject_reasons import RejectReason
from service.parent_death import signal_on_parent_death
from service.processes import framing

if TYPE_CHECKING:
    import io
    from collections.abc import Callable
    from types import FrameType

    from service.settings import Settings


PACKET_BYTES = 64 * 1024  # the pickled settings are about 2 kB, the last line of a traceback far less
MAX_ERROR_CHARACTERS = 2000
SELF_TEST = Message(b'{"id":"self-test","body":"The European Commission met in Brussels on Monday."}')
NICE = 5  # a third of the CPU weight: if cores are scarce, the process that moves the bytes of all workers goes first
OOM_SCORE = "500"  # of 1000: if memory runs out, the kernel kills a worker process, not the process with the offsets


class ArticleProcessor(Protocol):
    """What a worker process runs. The factory creates it from the settings."""

    def process(self, message: Message) -> Outcome:
        """Return the outcome of *message*.

        Neither its record nor its flat events together may be longer than `max_record_bytes` of the settings.
        """


class _ArticleTimeoutError(BaseException):
    """Raised by the CPU timer. It must not be caught by an `except Exception` in a stage."""


def main() -> None:
    """Load what the first packet names, then fork worker processes on command until the parent closes its end."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    signal_on_parent_death(signal.SIGKILL)
    control = socket.socket(fileno=int(sys.argv[1]))
    factory, settings = pickle.loads(control.recv(PACKET_BYTES))  # noqa: S301 - from our own parent
    started = time.monotonic()
    try:
        processor = _import_factory(factory)(settings)
    except Exception as error:
        control.send(pickle.dumps(f"{type(error).__name__}: {error}"[:MAX_ERROR_CHARACTERS]))
        raise SystemExit(1) from error
    seconds = time.monotonic() - started
    # Some data is loaded only with the first article. Processing one here puts it into pages that all forks share.
    outcome = processor.process(SELF_TEST)
    gc.collect()
    gc.freeze()  # a collection in a worker process would touch, and so copy, every shared page
    control.send(pickle.dumps((seconds, outcome)))
    _serve_parent(control, processor, settings.article_timeout_seconds)


def _import_factory(factory: str) -> Callable[[Settings], ArticleProcessor]:
    module, _, name = factory.partition(":")
    imported: Callable[[Settings], ArticleProcessor] = getattr(importlib.import_module(module), name)
    return imported


def _serve_parent(control: socket.socket, processor: ArticleProcessor, cpu_seconds: float) -> None:
    children: set[int] = set()
    while True:
        packet, descriptors, _flags, _address = socket.recv_fds(control, PACKET_BYTES, 1)
        if not packet:
            return
        if descriptors:
            pid = _fork(control, socket.socket(fileno=descriptors[0]), processor, cpu_seconds)
            children.add(pid)
            control.send(pickle.dumps(pid))
        else:
            pid = pickle.loads(packet)  # noqa: S301 - from our own parent
            # A child of an earlier fork server died with it, and its pid may belong to another process by now.
            control.send(pickle.dumps(_reap(pid) if pid in children else None))
            children.discard(pid)


def _fork(control: socket.socket, channel: socket.socket, processor: ArticleProcessor, cpu_seconds: float) -> int:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        channel.close()
        return pid
    status = 1
    try:
        control.close()
        signal_on_parent_death(signal.SIGKILL)
        if os.getppid() != parent:  # it died before the signal was asked for, so none will come
            raise SystemExit
        os.nice(NICE)
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(OOM_SCORE)
        _serve(channel, processor, cpu_seconds)
        status = 0
    finally:
        sys.stderr.flush()
        os._exit(status)


def _reap(pid: int) -> int:
    """Kill the worker process *pid* and return its wait status. The kernel cannot reuse the pid before this wait."""
    os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]


def _serve(channel: socket.socket, processor: ArticleProcessor, cpu_seconds: float) -> None:
    """Answer each message with its outcome, in order, until the parent closes its end."""
    signal.signal(signal.SIGPROF, _on_cpu_timer)
    stream = channel.makefile("rwb")
    while (message := _read(stream)) is not None:
        stream.write(framing.encode_outcome(_process(processor, message, cpu_seconds)))
        stream.flush()


def _read(stream: io.BufferedIOBase) -> Message | None:
    """Return the next message, or None at the end."""
    lengths = stream.read(framing.LENGTHS.size)
    if len(lengths) < framing.LENGTHS.size:
        return None
    head_bytes, body_bytes = framing.LENGTHS.unpack(lengths)
    return framing.decode_message(stream.read(head_bytes), stream.read(body_bytes))


def _process(processor: ArticleProcessor, message: Message, cpu_seconds: float) -> Outcome:
    """Return the outcome, or a refusal after *cpu_seconds* of CPU time, which does not depend on the machine's load."""
    try:
        try:
            signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
            return processor.process(message)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    except _ArticleTimeoutError:
        return Refused(RejectReason.TIMEOUT, "enrich", f"took more than {cpu_seconds:g} s of processor time")


def _on_cpu_timer(_number: int, _frame: FrameType | None) -> NoReturn:
    raise _ArticleTimeoutError


if __name__ == "__main__":
    main()
