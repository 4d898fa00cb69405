"""Contender: the service's own worker processes without Kafka, the upper bound of its throughput.

    python -m benchmarks.contenders.ceiling ARTICLES PROCESSES

ARTICLES has one article per line. Prints the wall-clock seconds for all articles, extrapolated from those between the
first ten and the last ten, when every process is warm and none is idle; and the CPU seconds of all processes likewise.
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

EDGE_ARTICLES = 10  # at either end, not timed

Reading = tuple[float, float]  # wall-clock seconds, CPU seconds


def at_steady_pace(readings: list[Reading], articles: int) -> Reading:
    """Extrapolate two *readings*, after the first and before the last `EDGE_ARTICLES`, to all *articles*."""
    if articles <= 2 * EDGE_ARTICLES:
        raise SystemExit(f"{articles} articles are too few: {2 * EDGE_ARTICLES} of them are not timed")
    first, last = readings
    scale = articles / (articles - 2 * EDGE_ARTICLES)
    return (last[0] - first[0]) * scale, (last[1] - first[1]) * scale


def _fail(error: Exception) -> None:
    raise SystemExit(f"the worker processes failed: {error}")


async def _measure(articles: list[bytes], count: int) -> Reading:
    pool = WorkerPool(Settings(worker_processes=count), _fail, lambda: None)
    await pool.start()
    outcomes = [pool.process(Message(value)) for value in articles]
    readings = []
    for number, outcome in enumerate(outcomes, start=1):
        if not isinstance(result := await outcome, Enriched):
            raise SystemExit(f"an article was refused: {result}")
        if number in {EDGE_ARTICLES, len(articles) - EDGE_ARTICLES}:
            readings.append((time.monotonic(), processes.cpu_seconds(processes.tree(os.getpid()))))
    await pool.stop()
    return at_steady_pace(readings, len(articles))


if __name__ == "__main__":
    print(*asyncio.run(_measure(Path(sys.argv[1]).read_bytes().splitlines(), int(sys.argv[2]))))
