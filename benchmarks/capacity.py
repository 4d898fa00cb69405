"""Estimate the hardware for a given number of articles per second, from the costs that `make bench` measured.

    python -m benchmarks.capacity

The measured costs come from `results/results.json` (the service, at least once, on all cores), the compression ratio
from `results/scale.json`. The assumptions are the constants below; they are printed with the estimate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import orjson

from benchmarks import tables
from benchmarks.run import RESULTS

ARTICLES_PER_SECOND = (10, 1_000, 100_000)  # the rates to estimate
CORE_UTILISATION = 0.7  # share of a core that is planned to be busy
LOOP_UTILISATION = 0.5  # share of a worker's event loop; above it, latency grows
CORES_PER_MACHINE = 16  # also the maximum number of processes per worker
REPLICAS = 3
BROKER_MB_PER_SECOND = 100.0  # that one broker can write, including its replicas of other brokers' partitions
DOLLARS_PER_CORE_HOUR = 0.04
HOURS_PER_MONTH = 720  # 30 days of 24 hours
BATCH_RECORDS = 4  # the batch size of `benchmarks.compression` whose ratio is used


@dataclass(frozen=True)
class ArticleCost:
    """The measured cost of one article, in CPU seconds and bytes."""

    worker: float
    parent: float
    kafka: float
    article_bytes: float
    record_bytes: float
    compressed: float | None
    """Size of a record compressed with zstd, as a share of its plain size; None if it was not measured."""
    tokens: float


@dataclass(frozen=True)
class Capacity:
    """The hardware that a rate of articles per second requires."""

    rate: int
    cores: int
    processes: int
    workers: int
    mb_per_second: float
    brokers: int
    brokers_compressed: int | None

    @property
    def partitions(self) -> int:
        """Return two partitions per worker, so that no worker is idle when another joins or leaves."""
        return 2 * self.workers

    @property
    def dollars(self) -> float:
        """Return the monthly price of the workers' cores. Brokers are not included."""
        return self.cores * DOLLARS_PER_CORE_HOUR * HOURS_PER_MONTH


def article_cost(measured: dict[str, Any], scale: dict[str, Any]) -> ArticleCost:
    """Return the cost per article from the results of `benchmarks.run` and `benchmarks.scale`."""
    runs = next(runs for name, runs in measured["runs"].items() if "service" in name and "at least once" in name)
    cpu = {
        kind: tables.median(runs, f"{kind}_seconds") / measured["articles"]
        for kind in ("cpu", "parent_cpu", "broker_cpu")
    }
    sizes = {
        row["codec"]: row["bytes"]
        for row in scale.get("compression", {}).get("rows", [])
        if row["run"] == BATCH_RECORDS and not row["events"]
    }
    return ArticleCost(
        worker=cpu["cpu"],
        parent=cpu["parent_cpu"],
        kafka=cpu["broker_cpu"],
        article_bytes=measured["article_bytes"],
        record_bytes=tables.median(runs, "record_bytes"),
        compressed=sizes["zstd"] / sizes["none"] if sizes else None,
        tokens=measured["tokens"] / measured["articles"],
    )


def capacity_for(cost: ArticleCost, rate: int) -> Capacity:
    """Return the hardware for *rate* articles per second."""
    cores = math.ceil(rate * cost.worker / CORE_UTILISATION)
    processes = min(processes_per_worker(cost), CORES_PER_MACHINE, max(2, cores))
    written = rate * cost.record_bytes / 1e6
    read = rate * cost.article_bytes / 1e6
    return Capacity(
        rate=rate,
        cores=cores,
        processes=processes,
        workers=math.ceil(cores / processes),
        mb_per_second=written,
        brokers=_brokers(read + written),
        brokers_compressed=None if cost.compressed is None else _brokers((read + written) * cost.compressed),
    )


def processes_per_worker(cost: ArticleCost) -> int:
    """Return the number of processes at planned utilisation that bring the event loop to its planned utilisation."""
    articles_per_process = CORE_UTILISATION / (cost.worker - cost.parent)
    return max(1, int(LOOP_UTILISATION / cost.parent / articles_per_process))


def _brokers(mb_per_second: float) -> int:
    """Return the number of brokers that can write *mb_per_second* with `REPLICAS` copies of everything."""
    return max(REPLICAS, math.ceil(REPLICAS * mb_per_second / BROKER_MB_PER_SECOND))


def markdown(cost: ArticleCost, machine: str) -> str:
    """Return the estimate as Markdown."""
    rows = []
    for capacity in (capacity_for(cost, rate) for rate in ARTICLES_PER_SECOND):
        brokers = f"{capacity.brokers}"
        if capacity.brokers_compressed is not None:
            brokers += f", with zstd {capacity.brokers_compressed}"
        rows.append(
            [
                f"{capacity.rate:,}",
                f"{capacity.cores:,}",
                f"{capacity.workers:,} of {capacity.processes} processes",
                f"{capacity.partitions:,}",
                f"{capacity.mb_per_second:,.1f}",
                brokers,
                f"{capacity.dollars:,.0f}",
            ]
        )
    head = ["articles per second", "cores", "workers", "partitions", "records, MB/s", "brokers", "workers, $ per month"]
    large = capacity_for(cost, ARTICLES_PER_SECOND[-1])
    dollars_per_million = large.dollars / (large.rate * HOURS_PER_MONTH * 3600) * 1e6
    compression = "" if cost.compressed is None else f"; zstd shrinks both to {cost.compressed:.0%}"
    measured = (
        f"Measured per article of {cost.tokens:.0f} tokens: {cost.worker * 1e3:.1f} ms of CPU in the worker's "
        f"processes, of which {cost.parent * 1e3:.1f} ms in the parent; {cost.kafka * 1e3:.1f} ms in Kafka; "
        f"{cost.article_bytes / 1e3:.1f} kB on the raw topic, "
        f"{cost.record_bytes / 1e3:.1f} kB as a record{compression} ({machine})."
    )
    assumed = (
        f"Assumed: machines of {CORES_PER_MACHINE} cores, {CORE_UTILISATION:.0%} busy; event loops "
        f"{LOOP_UTILISATION:.0%} busy; {REPLICAS} replicas; {BROKER_MB_PER_SECOND:.0f} MB/s per broker; "
        f"{DOLLARS_PER_CORE_HOUR} $ per core and hour. Replace these with your own figures."
    )
    limit = (
        f"That is {dollars_per_million:.2f} $ per million articles, without brokers. An event loop is "
        f"{LOOP_UTILISATION:.0%} busy at {LOOP_UTILISATION / cost.parent:,.0f} articles per second, the output of "
        f"{processes_per_worker(cost)} processes."
    )
    return "\n\n".join([measured, assumed, tables.table(head, rows), limit])


def load() -> str:
    """Return the estimate from the last results, as Markdown."""
    measured = orjson.loads((RESULTS / "results.json").read_bytes())
    file = RESULTS / "scale.json"
    scale = orjson.loads(file.read_bytes()) if file.exists() else {}
    return markdown(article_cost(measured, scale), measured["machine"])


if __name__ == "__main__":
    print(load())
