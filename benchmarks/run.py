"""Run `make bench`: the service next to its upper bound and to common alternatives, in one run.

    python -m benchmarks.run --rivals .venv-bench/bin/python [--articles FILE] [--count N] [--rounds N] [--only NAME …]

Every round runs every contender once on the same articles. The order rotates from round to round, so that other load on
the machine affects all contenders alike. Results go to benchmarks/results, as JSON and as a Markdown table.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from benchmarks import articles, tables
from benchmarks.stream import ROOT, Contender, Running, throughput
from service.local_kafka import Broker

if TYPE_CHECKING:
    from collections.abc import Iterator

RESULTS = Path(__file__).parent / "results"
CONTENDERS = Path(__file__).parent / "contenders"
WARM_UP_ARTICLES = 12
LOADS = (0.2, 0.5, 0.8)
SEED = 2022


@dataclass(frozen=True)
class FileContender:
    """A contender without Kafka: a program that enriches a file and prints its wall-clock seconds and CPU seconds."""

    name: str
    program: tuple[str, ...]
    processes: int
    ours: bool = True


def contenders(cores: int) -> list[FileContender | Contender]:
    """Return all contenders; the first is the upper bound."""
    ceiling, command = "benchmarks.contenders.ceiling", "benchmarks.contenders.enrich_command"
    faust = (_program("naive_faust"), "worker", "--loglevel", "warn", "--without-web")
    rows: list[FileContender | Contender] = [
        FileContender(f"ceiling: bare pipeline, {_processes(cores)}", ("-m", ceiling), cores),
        FileContender("ceiling: bare pipeline, 1 process", ("-m", ceiling), 1),
        FileContender(f"`newswire enrich`, {_processes(cores)}", ("-m", command), cores),
        FileContender(f"stock spaCy `nlp.pipe`, {_processes(cores)}", (_program("spacy_pipe"),), cores, ours=False),
        Contender("naive Faust agent, 1 process", faust),
        Contender(f"naive Faust agent, {_processes(cores)}", faust, cores),
        Contender("Quix Streams, 1 process", (_program("naive_quix"),)),
        Contender("FastStream, 1 process", (_program("naive_faststream"),)),
    ]
    services = [("at_least_once", cores), ("exactly_once", cores), ("at_least_once", 1)]
    return rows + [_service(delivery, processes) for delivery, processes in services]


def _processes(count: int) -> str:
    return f"{count} process{'es' if count > 1 else ''}"


def _program(name: str) -> str:
    return str(CONTENDERS / f"{name}.py")


def _service(delivery: str, processes: int) -> Contender:
    environment = {
        "NEWSWIRE_DELIVERY": delivery,
        "NEWSWIRE_WORKER_PROCESSES": str(processes),
        "NEWSWIRE_LOG_FORMAT": "json",
    }
    name = f"**this service**, {delivery.replace('_', ' ')}, {_processes(processes)}"
    return Contender(name, ("-m", "service", "worker"), ours=True, environment=environment)


class Bench:
    """The broker, the articles and the results so far."""

    def __init__(self, options: argparse.Namespace, broker: Broker) -> None:
        self.options = options
        self.broker = broker
        self.values = articles.load(options.articles, options.count)
        self.file = RESULTS / "articles.jsonl"
        self.file.write_bytes(b"\n".join(self.values) + b"\n")
        self.tokens = articles.tokens(self.values)
        self.runs: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.latency: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def run(self, contender: FileContender | Contender) -> None:
        """Measure the throughput of *contender* once."""
        if isinstance(contender, FileContender):
            measured = self._run_on_file(contender)
        else:
            measured = self._run_on_kafka(contender)
        measured.setdefault("articles_per_second", len(self.values) / measured["seconds"])
        self.runs[contender.name].append(measured)
        print(f"  {contender.name:55} {measured['articles_per_second']:6.1f} articles/s", flush=True)

    def _run_on_file(self, contender: FileContender) -> dict[str, Any]:
        python = sys.executable if contender.ours else self.options.rivals
        process = subprocess.run(  # noqa: S603 - our own command
            [python, *contender.program, str(self.file), str(contender.processes)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            check=True,
        )
        return dict(zip(("seconds", "cpu_seconds"), map(float, process.stdout.split()), strict=False))

    def _start(self, contender: Contender) -> Running:
        assert self.broker.pid is not None
        options = self.options
        return Running(contender, self.broker.bootstrap_servers, self.broker.pid, options.rivals, options.partitions)

    def _run_on_kafka(self, contender: Contender) -> dict[str, Any]:
        with self._start(contender) as running:
            running.warm_up(self.values[:WARM_UP_ARTICLES])
            return throughput(running, self.values)

    def measure_latency(self, contender: Contender, rate: float) -> None:
        """Send articles at random times, at several loads relative to *rate* per second, and record their delays."""
        chance = random.Random(SEED)  # noqa: S311 - arrival times, not secrets
        with self._start(contender) as running:
            running.warm_up(self.values[:WARM_UP_ARTICLES])
            for load in LOADS:
                before = running.usage()
                metrics = running.metrics()
                started = time.monotonic()
                sent = dict(self._arrivals(running, chance, load * rate, self.options.latency_seconds))
                running.await_records(sent)
                seconds = time.monotonic() - started
                delays = sorted(running.arrived[key] - when for key, when in sent.items())
                self.latency[contender.name].append(
                    {
                        "load": load,
                        "articles": len(delays),
                        "p50": delays[len(delays) // 2],
                        "p99": delays[int(len(delays) * 0.99)],
                        "max": delays[-1],
                        "parent_cpu_share": (running.usage().parent - before.parent) / seconds,
                        "loop_delay": tables.loop_delay(metrics, running.metrics()),
                    }
                )
                row = self.latency[contender.name][-1]
                print(
                    f"  {contender.name:55} at {load:.0%}: p50 {row['p50']:.2f} s, p99 {row['p99']:.2f} s", flush=True
                )

    def _arrivals(
        self, running: Running, chance: random.Random, rate: float, seconds: float
    ) -> Iterator[tuple[bytes, float]]:
        """Send articles as a Poisson process of *rate* per second for *seconds*; yield their keys and times."""
        due = time.monotonic()
        end = due + seconds
        number = 0
        while (due := due + chance.expovariate(rate)) < end:
            time.sleep(max(0.0, due - time.monotonic()))
            yield running.send(self.values[number % len(self.values)])
            number += 1

    def save(self) -> None:
        """Write the results so far, as JSON and as Markdown."""
        result = {
            "command": tables.command("benchmarks.run"),
            "machine": tables.machine(),
            "articles": len(self.values),
            "tokens": self.tokens,
            "article_bytes": sum(map(len, self.values)) / len(self.values),
            "rounds": max(map(len, self.runs.values())),
            "runs": self.runs,
            "latency": self.latency,
        }
        (RESULTS / "results.json").write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2))
        (RESULTS / "table.md").write_text(tables.markdown(result))


def main() -> None:
    """Run all rounds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rivals", default=sys.executable, help="Python with the packages of lock/bench.txt")
    parser.add_argument("--articles", type=Path, default=articles.DEFAULT_PATH, help="JSON lines: id, headline, body")
    parser.add_argument("--count", type=int, default=500, help="articles per run; short runs overstate the speed")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--latency-seconds", type=float, default=25.0, help="duration of each load; 0 skips latency")
    parser.add_argument("--only", nargs="*", help="run only contenders whose names contain one of these")
    options = parser.parse_args()
    selected = contenders(len(os.sched_getaffinity(0)))
    if options.only:
        selected = [row for row in selected if any(part.lower() in row.name.lower() for part in options.only)]
    RESULTS.mkdir(exist_ok=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that SIGTERM too ends the processes started here
    with tempfile.TemporaryDirectory(prefix="newswire-bench-") as folder, Broker(Path(folder)) as broker:
        bench = Bench(options, broker)
        print(f"{len(bench.values)} articles, {bench.tokens / len(bench.values):.0f} tokens on average")
        for number in range(options.rounds):
            print(f"round {number + 1} of {options.rounds}")
            first = number * len(selected) // options.rounds
            for contender in selected[first:] + selected[:first]:
                bench.run(contender)
            bench.save()
        services = [row for row in selected if isinstance(row, Contender) and row.ours]
        for contender in services[:2] if options.latency_seconds else []:
            bench.measure_latency(contender, tables.median(bench.runs[contender.name], "articles_per_second"))
            bench.save()
    print((RESULTS / "table.md").read_text())


if __name__ == "__main__":
    main()
