"""A model on paper: what a number of articles a second needs, from the constants that `make bench` measured.

    python -m benchmarks.paper

The constants are those of `results/results.json` (the service, at least once, in all cores); what compression saves is
that of `results/scale.json`. What is assumed stands here, and in what is printed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import orjson

from benchmarks import tables
from benchmarks.run import RESULTS

RATES = (10, 1_000, 100_000)  # articles a second
BUSY = 0.7  # of a core, planned
LOOP_BUSY = 0.5  # of a worker's event loop: above that, latency grows
MACHINE = 16  # cores of one, and so lanes of a worker at most
REPLICAS = 3
BROKER_MEGABYTES = 100.0  # a second that one broker takes, copies of others' partitions included
DOLLARS = 0.04  # a core and hour
HOURS = 720  # a month
TOGETHER = 4  # records in one batch, of those that compression was measured with


@dataclass(frozen=True)
class Constants:
    """What one article takes: CPU seconds and bytes."""

    worker: float
    parent: float
    kafka: float
    article_bytes: float
    record_bytes: float
    compressed: float | None
    """Share of a record's bytes that zstd leaves; None where it was not measured."""
    tokens: float


@dataclass(frozen=True)
class Need:
    """What a rate needs."""

    rate: int
    cores: int
    lanes: int
    workers: int
    megabytes: float
    brokers: int
    brokers_compressed: int | None

    @property
    def partitions(self) -> int:
        """Return two a worker, so that no worker is idle where one comes or goes."""
        return 2 * self.workers

    @property
    def dollars(self) -> float:
        """Return the price of the cores for a month, brokers apart."""
        return self.cores * DOLLARS * HOURS


def constants(measured: dict[str, Any], scale: dict[str, Any]) -> Constants:
    """Take the constants from what was measured."""
    runs = next(runs for name, runs in measured["runs"].items() if "service" in name and "at least once" in name)
    each = {
        kind: tables.median(runs, f"{kind}_seconds") / measured["articles"]
        for kind in ("cpu", "parent_cpu", "broker_cpu")
    }
    sizes = {
        row["codec"]: row["bytes"] for row in scale.get("compression", {}).get("rows", []) if row["run"] == TOGETHER
    }
    return Constants(
        worker=each["cpu"],
        parent=each["parent_cpu"],
        kafka=each["broker_cpu"],
        article_bytes=measured["article_bytes"],
        record_bytes=tables.median(runs, "record_bytes"),
        compressed=sizes["zstd"] / sizes["none"] if sizes else None,
        tokens=measured["tokens"] / measured["articles"],
    )


def need(known: Constants, rate: int) -> Need:
    """Return what *rate* articles a second need."""
    cores = math.ceil(rate * known.worker / BUSY)
    lanes = min(lanes_a_worker(known), MACHINE, max(2, cores))
    written = rate * known.record_bytes / 1e6
    read = rate * known.article_bytes / 1e6
    return Need(
        rate=rate,
        cores=cores,
        lanes=lanes,
        workers=math.ceil(cores / lanes),
        megabytes=written,
        brokers=_brokers(read + written),
        brokers_compressed=None if known.compressed is None else _brokers((read + written) * known.compressed),
    )


def lanes_a_worker(known: Constants) -> int:
    """Return how many lanes, each as busy as planned, keep the event loop as busy as it may be."""
    articles_a_lane = BUSY / (known.worker - known.parent)
    return max(1, int(LOOP_BUSY / known.parent / articles_a_lane))


def _brokers(megabytes: float) -> int:
    """Return how many brokers take so much a second and keep all of it where one fails."""
    return max(REPLICAS, math.ceil(REPLICAS * megabytes / BROKER_MEGABYTES))


def markdown(known: Constants, machine: str) -> str:
    """Return the model as Markdown."""
    rows = []
    for found in (need(known, rate) for rate in RATES):
        brokers = f"{found.brokers}"
        if found.brokers_compressed is not None:
            brokers += f", with zstd {found.brokers_compressed}"
        rows.append(
            [
                f"{found.rate:,}",
                f"{found.cores:,}",
                f"{found.workers:,} of {found.lanes} lanes",
                f"{found.partitions:,}",
                f"{found.megabytes:,.1f}",
                brokers,
                f"{found.dollars:,.0f}",
            ]
        )
    head = ["articles a second", "cores", "workers", "partitions", "records, MB/s", "brokers", "$ a month, workers"]
    large = need(known, RATES[-1])
    million = large.dollars / (large.rate * HOURS * 3600) * 1e6
    saved = "" if known.compressed is None else f"; zstd makes {known.compressed:.0%} of both"
    measured = (
        f"Measured, an article of {known.tokens:.0f} tokens: {known.worker * 1e3:.1f} ms of CPU in the worker's "
        f"processes, of which {known.parent * 1e3:.1f} ms in its parent; {known.kafka * 1e3:.1f} ms in Kafka; "
        f"{known.article_bytes / 1e3:.1f} kB on the raw topic, "
        f"{known.record_bytes / 1e3:.1f} kB as a record{saved} ({machine})."
    )
    assumed = (
        f"Assumed: machines of {MACHINE} cores, those {BUSY:.0%} busy, event loops {LOOP_BUSY:.0%}, "
        f"{REPLICAS} replicas, "
        f"{BROKER_MEGABYTES:.0f} MB/s a broker, {DOLLARS} $ a core and hour: put in your own."
    )
    limit = (
        f"That is {million:.2f} $ a million articles, brokers apart. An event loop is {LOOP_BUSY:.0%} busy at "
        f"{LOOP_BUSY / known.parent:,.0f} articles a second, what {lanes_a_worker(known)} lanes make."
    )
    return "\n\n".join([measured, assumed, tables.table(head, rows), limit])


def load() -> str:
    """Return the model with the constants of the last results."""
    measured = orjson.loads((RESULTS / "results.json").read_bytes())
    file = RESULTS / "scale.json"
    scale = orjson.loads(file.read_bytes()) if file.exists() else {}
    return markdown(constants(measured, scale), measured["machine"])


if __name__ == "__main__":
    print(load())
