"""Contender: the service's own worker processes without Kafka: the most that it could reach.

    python -m benchmarks.contenders.ceiling ARTICLES PROCESSES

ARTICLES holds an article a line. Prints the seconds from the first article to the last record; the model is loaded
before.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from service.outcome import Enriched, Message
from service.settings import Settings
from service.stream.lanes import Lanes

WARM_UP = 10


def _fail(error: Exception) -> None:
    raise SystemExit(f"the lanes failed: {error}")


async def _seconds(articles: list[bytes], processes: int) -> float:
    lanes = Lanes(Settings(worker_processes=processes), _fail, lambda: None)
    await lanes.start()
    await asyncio.gather(*(lanes.process(Message(value)) for value in articles[:WARM_UP]))
    started = time.monotonic()
    outcomes = await asyncio.gather(*(lanes.process(Message(value)) for value in articles))
    seconds = time.monotonic() - started
    await lanes.stop()
    refused = [outcome for outcome in outcomes if not isinstance(outcome, Enriched)]
    if refused:
        raise SystemExit(f"{len(refused)} articles were refused, the first: {refused[0]}")
    return seconds


if __name__ == "__main__":
    print(asyncio.run(_seconds(Path(sys.argv[1]).read_bytes().splitlines(), int(sys.argv[2]))))
