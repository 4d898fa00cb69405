"""Split the body on standard input into articles: `python -m service.http.splitting_process LIMIT_BYTES`.

A process of its own, because the body is hostile: if it crashes a parser, or takes too much time or memory, only its
own request ends. It ends with the server, since nobody reads its output then.

For each part of the body it writes one line of JSON: the position, and either the length of the article, whose bytes
follow, or why there is none.
"""

from __future__ import annotations

import os
import resource
import sys
from typing import IO

import orjson

from service.contract.reject_reasons import RejectReason
from service.splitting import Piece, Problem, split

CPU_SECONDS = 60  # a body of 10 MB takes less than a second
MEMORY_BYTES = 512 * 1024**2  # a tree of 10 MB of XML takes some 100 MB
NICE = 5  # as the worker processes, so that the process that moves the bytes of all requests goes first


def main(limit_bytes: int) -> None:
    """Write the parts of standard input to standard output. An article of more than *limit_bytes* is a problem."""
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    for part in split(sys.stdin.buffer, "body"):
        _write(sys.stdout.buffer, part, limit_bytes)


def _write(output: IO[bytes], part: Piece | Problem, limit_bytes: int) -> None:
    if isinstance(part, Piece) and len(part.value) > limit_bytes:
        detail = f"{len(part.value):,} bytes, the limit is {limit_bytes:,}"
        part = Problem(part.position, RejectReason.TOO_LARGE, detail)
    head: dict[str, object] = {"position": _valid(part.position)}
    if isinstance(part, Piece):
        output.write(orjson.dumps(head | {"bytes": len(part.value)}) + b"\n" + part.value)
    else:
        output.write(orjson.dumps(head | {"reason": part.reason, "detail": _valid(part.detail)}) + b"\n")
    output.flush()


def _valid(text: str) -> str:
    """Return *text* without half surrogate pairs, which JSON cannot express."""
    return text.encode(errors="replace").decode()


if __name__ == "__main__":
    main(int(sys.argv[1]))
