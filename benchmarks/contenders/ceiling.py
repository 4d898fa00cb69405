"""Contender: the service's own worker processes without Kafka: the most that it could reach.

    python -m benchmarks.contenders.ceiling ARTICLES PROCESSES

ARTICLES holds an article a line. Prints the seconds from the first article to the last record, and the CPU seconds of
all processes; the model is loaded before.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

from benchmarks import processes
from service.outcome import Enriched, Message
from service.settings import Settings
from service.stream.lanes import Lanes

WARM_UP = 10


def _fail(error: Exception) -> None:
    raise SystemExit(f"the lanes failed: {error}")


async def _seconds(articles: list[bytes], count: int) -> tuple[float, float]:
    lanes = Lanes(Settings(worker_processes=count), _fail, lambda: None)
    await lanes.start()
    await asyncio.gather(*(lanes.process(Message(value)) for value in articles[:WARM_UP]))
    everyone = processes.tree(os.getpid())
    started, used = time.monotonic(), processes.cpu_seconds(everyone)
    outcomes = await asyncio.gather(*(lanes.process(Message(value)) for value in articles))
    seconds, cpu_seconds = time.monotonic() - started, processes.cpu_seconds(everyone) - used
    await lanes.stop()
    refused = [outcome for outcome in outcomes if not isinstance(outcome, Enriched)]
    if refused:
        raise SystemExit(f"{len(refused)} articles were refused, the first: {refused[0]}")
    return seconds, cpu_seconds


if __name__ == "__main__":
    print(*asyncio.run(_seconds(Path(sys.argv[1]).read_bytes().splitlines(), int(sys.argv[2]))))
