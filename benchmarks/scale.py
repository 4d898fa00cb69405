"""Measure how the service scales and how it behaves under overload, on a real Kafka on loopback.

    python -m benchmarks.scale [--articles FILE] [--only PART …] [--count N] [--rounds N]

Parts:
    partitions   1, 4 and 32 partitions
    workers      1 and 2 workers with 1 and 2 worker processes each
    delivery     at least once and exactly once, in pairs; twice the rounds, since the difference is small
    overload     ten times the sustainable articles per second for a while, and the recovery afterwards
    soak         many articles through one worker: memory growth, and that nothing is lost
    slow         an article that uses its whole time limit, and what the other partitions deliver meanwhile
    rollout      all workers replaced one by one, with and without static membership
    compression  what compressed records save and cost

Rounds are interleaved. Results go to benchmarks/results/scale.json, which keeps the results of parts that were not run
again, and as Markdown to scale.md. `python -m benchmarks.readme` writes them into benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import orjson

from benchmarks import articles, compression, rollout, scale_tables, slow, tables
from benchmarks.run import RESULTS, WARM_UP_ARTICLES
from benchmarks.samples import Sampler
from benchmarks.stream import Contender, Running, throughput
from service.local_kafka import Broker

RESULTS_FILE = RESULTS / "scale.json"
OVERLOAD_FACTOR = 10  # the overload, relative to the worker's throughput
BURST_SECONDS = 0.05  # between bursts of the overload
OTHER_ARTICLES = 400  # for the other partitions: 20 s of one process, while the slow article uses 30 s
SAMPLE_SECONDS = 2.0  # between samples
Variants = dict[str, dict[str, Any]]


class Scale:
    """The broker, the articles, and the means to start workers."""

    def __init__(self, options: argparse.Namespace, broker: Broker) -> None:
        self.options = options
        self.broker = broker
        self.cores = len(os.sched_getaffinity(0))
        self.values = articles.load(options.articles, options.count)

    def start(
        self, *, workers: int = 1, processes: int | None = None, partitions: int = 4, delivery: str = "at_least_once"
    ) -> Running:
        """Return workers that have not started yet."""
        environment = {
            "NEWSWIRE_DELIVERY": delivery,
            "NEWSWIRE_WORKER_PROCESSES": str(processes or self.cores),
            "NEWSWIRE_LOG_FORMAT": "json",
        }
        contender = Contender("worker", ("-m", "service", "worker"), workers, ours=True, environment=environment)
        assert self.broker.pid is not None
        return Running(contender, self.broker.bootstrap_servers, self.broker.pid, sys.executable, partitions)

    def compare(self, variants: Variants, rounds: int) -> dict[str, Any]:
        """Measure the throughput of all *variants* once per round, in an order that rotates from round to round."""
        runs: dict[str, list[dict[str, Any]]] = defaultdict(list)
        names = list(variants)
        for number in range(rounds):
            first = number % len(names)
            for name in names[first:] + names[:first]:
                with self.start(**variants[name]) as running:
                    running.warm_up(self.values[:WARM_UP_ARTICLES])
                    runs[name].append(throughput(running, self.values))
                print(f"  {name:24} {runs[name][-1]['articles_per_second']:6.1f} articles/s", flush=True)
        return {"articles": len(self.values), "rounds": rounds, "runs": {name: runs[name] for name in names}}


def partitions(scale: Scale) -> dict[str, Any]:
    """Compare numbers of partitions."""
    variants: Variants = {f"{count} partition{'s' * (count > 1)}": {"partitions": count} for count in (1, 4, 32)}
    return scale.compare(variants, scale.options.rounds)


def workers(scale: Scale) -> dict[str, Any]:
    """Compare numbers of workers and worker processes."""
    variants: Variants = {
        f"{count} worker{'s' * (count > 1)} of {processes} process{'es' * (processes > 1)}": {
            "workers": count,
            "processes": processes,
        }
        for count in (1, 2)
        for processes in (1, 2)
    }
    return scale.compare(variants, scale.options.rounds)


def delivery(scale: Scale) -> dict[str, Any]:
    """Compare the two delivery guarantees."""
    variants: Variants = {name.replace("_", " "): {"delivery": name} for name in ("at_least_once", "exactly_once")}
    return scale.compare(variants, 2 * scale.options.rounds)


def overload(scale: Scale) -> dict[str, Any]:
    """Send more than one worker can process, then wait for the backlog to clear, then send the usual load again."""
    with scale.start() as running:
        running.warm_up(scale.values[:WARM_UP_ARTICLES])
        before = throughput(running, scale.values)
        with Sampler(running, SAMPLE_SECONDS) as sampler:
            started, first, used = time.monotonic(), len(running.arrived), running.usage().all
            rate = OVERLOAD_FACTOR * before["articles_per_second"]
            sent = _send(running, scale.values, rate, scale.options.overload_seconds)
            stopped, during, used_during = time.monotonic(), len(running.arrived) - first, running.usage().all
            print(f"  {len(sent)} sent in {stopped - started:.0f} s, {len(sent) - during} in the backlog", flush=True)
            end, used_after = running.await_records(sent), running.usage().all
        after = throughput(running, scale.values)
        backlog = len(sent) - during
        phases = {
            "before": (len(scale.values), before["seconds"], before["cpu_seconds"]),
            "during": (during, stopped - started, used_during - used),
            "catching up": (backlog, end - stopped, used_after - used_during),
            "after": (len(scale.values), after["seconds"], after["cpu_seconds"]),
        }
        return {
            "articles": len(scale.values),
            "sent": len(sent),
            "backlog": backlog,
            "phases": {
                name: {
                    "articles_per_second": count / seconds,
                    "seconds": seconds,
                    "cpu_ms": cpu_seconds / max(1, count) * 1e3,
                }
                for name, (count, seconds, cpu_seconds) in phases.items()
            },
            "samples": sampler.samples,
            **_check(running),
        }


def _send(running: Running, values: list[bytes], rate: float, seconds: float) -> dict[bytes, float]:
    """Send *values* repeatedly for *seconds*, at *rate* per second, in short bursts."""
    sent: dict[bytes, float] = {}
    started = time.monotonic()
    while (passed := time.monotonic() - started) < seconds:
        while len(sent) < rate * passed:
            sent.update([running.send(values[len(sent) % len(values)])])
        time.sleep(BURST_SECONDS)
    return sent


def soak(scale: Scale) -> dict[str, Any]:
    """Send many articles at once to one worker and sample its memory."""
    values = articles.load(scale.options.articles, scale.options.soak)
    with scale.start() as running:
        running.warm_up(values[:WARM_UP_ARTICLES])
        with Sampler(running, SAMPLE_SECONDS) as sampler:
            run = throughput(running, values)
        return {"articles": len(values), **run, "samples": sampler.samples, **_check(running)}


def _check(running: Running) -> dict[str, Any]:
    """Return the ledger of all records, and the number of worker processes that failed."""
    return {"ledger": running.ledger(), "restarts": tables.restarts(running.metrics())}


def slow_article(scale: Scale) -> dict[str, Any]:
    """Measure three partitions without and with a slow article in the fourth."""
    environment = {"NEWSWIRE_WORKER_PROCESSES": "2", "NEWSWIRE_LOG_FORMAT": "json"}
    contender = Contender("worker", ("-c", slow.WORKER), ours=True, environment=environment)
    assert scale.broker.pid is not None
    with Running(contender, scale.broker.bootstrap_servers, scale.broker.pid, sys.executable, 4) as running:
        running.warm_up(scale.values[:WARM_UP_ARTICLES])
        rounds = [slow.measure(running, scale.values[:OTHER_ARTICLES]) for _ in range(scale.options.rounds)]
    return {"articles": OTHER_ARTICLES, "rounds": len(rounds), "slow": rounds}


def replace_workers(scale: Scale) -> dict[str, Any]:
    """Compare ways to replace all workers."""
    return {"articles": len(scale.values), **rollout.measure(scale.broker, sys.executable, scale.values)}


def compress(scale: Scale) -> dict[str, Any]:
    """Compare the codecs of compressed records."""
    return {"articles": len(scale.values), **compression.measure(scale.broker, scale.values)}


PARTS = {
    "partitions": partitions,
    "workers": workers,
    "delivery": delivery,
    "overload": overload,
    "soak": soak,
    "slow": slow_article,
    "rollout": replace_workers,
    "compression": compress,
}


def main() -> None:
    """Run the selected parts and print all results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, default=articles.DEFAULT_PATH, help="JSON lines: id, headline, body")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART")
    parser.add_argument("--count", type=int, default=1000, help="articles per run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--overload-seconds", type=float, default=20.0, help="catching up takes ten times as long")
    parser.add_argument("--soak", type=int, default=20_000, help="articles in the soak")
    options = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that SIGTERM too ends the processes started here
    results = orjson.loads(RESULTS_FILE.read_bytes()) if RESULTS_FILE.exists() else {}
    with tempfile.TemporaryDirectory(prefix="newswire-scale-") as folder, Broker(Path(folder)) as broker:
        scale = Scale(options, broker)
        size = articles.tokens(scale.values) / len(scale.values)
        for part in options.only:
            print(part, flush=True)
            started = time.monotonic()
            result = PARTS[part](scale)
            result |= {"tokens_per_article": size, "minutes": (time.monotonic() - started) / 60}
            result |= {"command": tables.command("benchmarks.scale"), "machine": tables.machine()}
            results[part] = result
            RESULTS_FILE.write_bytes(orjson.dumps(results, option=orjson.OPT_INDENT_2))
    markdown = scale_tables.markdown(results)
    (RESULTS / "scale.md").write_text(markdown)
    print(markdown)


if __name__ == "__main__":
    main()
