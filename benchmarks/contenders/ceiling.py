"""Contender: the service's own worker processes without Kafka: the most that it could reach.

    python -m benchmarks.contenders.ceiling ARTICLES PROCESSES

ARTICLES holds an article a line. Prints the seconds that all articles take at the pace of those between the first ten
and the last ten, so with every process warm and none idle; and the CPU seconds of all processes likewise.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

from benchmarks import processes
from service.contract.outcomes import Enriched, Message
from service.processes.pool import WorkerPool
from service.settings import Settings

EDGE = 10  # articles at either end whose time does not count

Look = tuple[float, float]  # seconds of the clock, seconds of CPU


def at_pace(looks: list[Look], articles: int) -> Look:
    """Return what *articles* take, from *looks* after the first `EDGE` of them and before the last `EDGE`."""
    if articles <= 2 * EDGE:
        raise SystemExit(f"{articles} articles are too few: {2 * EDGE} of them do not count")
    first, last = looks
    whole = articles / (articles - 2 * EDGE)
    return (last[0] - first[0]) * whole, (last[1] - first[1]) * whole


def _fail(error: Exception) -> None:
    raise SystemExit(f"the worker processes failed: {error}")


async def _measure(articles: list[bytes], count: int) -> Look:
    pool = WorkerPool(Settings(worker_processes=count), _fail, lambda: None)
    await pool.start()
    outcomes = [pool.process(Message(value)) for value in articles]
    looks = []
    for number, outcome in enumerate(outcomes, start=1):
        if not isinstance(made := await outcome, Enriched):
            raise SystemExit(f"an article was refused: {made}")
        if number in {EDGE, len(articles) - EDGE}:
            looks.append((time.monotonic(), processes.cpu_seconds(processes.tree(os.getpid()))))
    await pool.stop()
    return at_pace(looks, len(articles))


if __name__ == "__main__":
    print(*asyncio.run(_measure(Path(sys.argv[1]).read_bytes().splitlines(), int(sys.argv[2]))))
