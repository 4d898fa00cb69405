"""Measure how time and memory grow with the length of an article and with the number of articles.

    python -m benchmarks.growth [--articles FILE] [--count N]

Long articles are several articles joined. Lengths beyond the service's limit show what a higher limit would cost.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from itertools import cycle
from pathlib import Path

from benchmarks import articles, processes
from service.contract.outcomes import Enriched, Message
from service.processes.processor import Processor
from service.settings import Settings

LENGTHS_WORDS = (20, 500, 5_000, 50_000)
REPEATS = {20: 50, 500: 10, 5_000: 2, 50_000: 1}


def _article(texts: list[str], words: int, first: int) -> bytes:
    """Return an article of *words* words, taken from *texts* starting at index *first*."""
    paragraphs: list[str] = []
    remaining = words
    for text in cycle(texts[first:] + texts[:first]):
        for paragraph in text.split("\n\n"):
            piece = paragraph.split()[:remaining]
            remaining -= len(piece)
            paragraphs.append(" ".join(piece))
            if not remaining:
                return json.dumps({"id": f"{words}-{first}", "body": "\n\n".join(paragraphs)}).encode()
    raise AssertionError  # `cycle` never ends


def measure_lengths(processor: Processor, texts: list[str]) -> None:
    """Print the CPU time per article for every length, with its slowest stages."""
    print("words   ms per article ms per 1,000 words   slowest stages, ms per 1,000 words")
    for words in LENGTHS_WORDS:
        repeats = REPEATS[words]
        seconds: dict[str, float] = {}
        started = time.process_time()
        for number in range(repeats):
            outcome = processor.process(Message(_article(texts, words, number)))
            if not isinstance(outcome, Enriched):
                raise SystemExit(f"an article of {words} words was not enriched: {outcome}")
            for stage, spent in outcome.seconds.items():
                seconds[stage] = seconds.get(stage, 0.0) + spent
        spent = (time.process_time() - started) / repeats
        slowest = sorted(seconds.items(), key=lambda row: -row[1])[:6]
        per_stage = ", ".join(f"{stage} {total / repeats / words * 1e6:.1f}" for stage, total in slowest)
        print(f"{words:6,} {spent * 1e3:15,.1f} {spent / words * 1e6:18.1f}   {per_stage}", flush=True)


def measure_memory(processor: Processor, values: list[bytes]) -> None:
    """Print the resident memory of this process after every tenth of *values*."""
    step = max(1, len(values) // 10)
    for number, value in enumerate(values):
        if number % step == 0:
            print(f"{number:6,} articles: {processes.memory(os.getpid())['rss']:.1f} MB resident", flush=True)
        processor.process(Message(value))
    print(f"{len(values):6,} articles: {processes.memory(os.getpid())['rss']:.1f} MB resident")


def main() -> None:
    """Print both measurements."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, default=articles.DEFAULT_PATH)
    parser.add_argument("--count", type=int, default=2000)
    options = parser.parse_args()
    values = articles.load(options.articles, options.count)
    processor = Processor(Settings(max_article_bytes=10_000_000, max_record_bytes=50_000_000))
    measure_lengths(processor, articles.texts(values[:200]))
    measure_memory(processor, values)


if __name__ == "__main__":
    main()
