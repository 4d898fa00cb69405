"""The server's side of a splitting process: start it with a body, read the articles that it finds."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, NonNegativeInt

from service.contract.outcomes import Refused
from service.contract.reject_reasons import RejectReason

if TYPE_CHECKING:
    from asyncio import StreamReader
    from asyncio.subprocess import Process
    from collections.abc import AsyncGenerator

STAGE = "split"
COMMAND = (sys.executable, "-m", "service.http.splitting_process")
MAX_LINE_BYTES = 64 * 1024  # a position and a detail, usually about 100


class _Head(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    position: str
    bytes: NonNegativeInt = 0
    reason: RejectReason | None = None
    detail: str = ""


async def split(body: bytes, limit_bytes: int) -> AsyncGenerator[tuple[str, bytes | Refused]]:
    """Yield each article in *body*, or why it has none, with its position. At most *limit_bytes* are held of each.

    If the process fails, the last part is a refusal that says how.
    """
    process = await _start(body, limit_bytes)
    output = process.stdout
    assert output is not None
    try:
        while head := await _read_head(output, limit_bytes):
            if head.reason is not None:
                yield head.position, Refused(head.reason, STAGE, head.detail)
            else:
                yield head.position, await output.readexactly(head.bytes)
        failure = _failure(await process.wait())
    except (ValueError, asyncio.IncompleteReadError):  # a line or an article is cut off, or is not what it should be
        failure = Refused(RejectReason.WORKER_CRASH, STAGE, "the process that splits the body sent a malformed answer")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if failure is not None:
        yield "body", failure


async def _start(body: bytes, limit_bytes: int) -> Process:
    """Start the process with *body* in memory as its standard input, so that nobody has to feed it."""
    with open(os.memfd_create("body"), "w+b") as file:  # noqa: ASYNC230, PTH123 - in memory
        file.write(body)
        file.seek(0)
        return await asyncio.create_subprocess_exec(
            *COMMAND,
            str(limit_bytes),
            stdin=file,
            stdout=PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            limit=MAX_LINE_BYTES,
        )


async def _read_head(output: StreamReader, limit_bytes: int) -> _Head | None:
    """Return the next head, or None at the end. Raise `ValueError` if there is something else."""
    line = await output.readline()
    if not line:
        return None
    head = _Head.model_validate_json(line)
    if head.bytes > limit_bytes:
        raise ValueError(f"an article of {head.bytes:,} bytes")
    return head


def _failure(code: int) -> Refused | None:
    """Return the refusal of what the process has not split, or None if it has split everything."""
    if code == 0:
        return None
    if -code in {signal.SIGXCPU, signal.SIGKILL}:
        return Refused(RejectReason.TIMEOUT, STAGE, "splitting the body took too much time")
    return Refused(RejectReason.WORKER_CRASH, STAGE, f"the process that splits the body ended with {code}")
