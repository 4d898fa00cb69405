"""Sample memory and progress of a worker at intervals, and estimate how fast its memory grows."""

from __future__ import annotations

import math
import statistics
import threading
import time
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from benchmarks.stream import Running

Sample = dict[str, Any]
ROLES = ("parent", "fork_server", "worker_processes", "all")


class Sampler(AbstractContextManager["Sampler"]):
    """Sample *running* every *interval* seconds while the context is entered.

    A sample has the `seconds` since the start, the articles `sent` and `arrived`, and memory in MB. `parent`,
    `fork_server` and `all` (all processes together) are proportional (PSS); `worker_processes` is the private memory of
    the largest worker process.
    """

    def __init__(self, running: Running, interval: float) -> None:
        self.samples: list[Sample] = []
        self._running = running
        self._interval = interval
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._started = time.monotonic()

    def __enter__(self) -> Self:
        self._take_sample()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._take_sample()

    def _run(self) -> None:
        while not self._stop.wait(self._interval):
            self._take_sample()

    def _take_sample(self) -> None:
        memory = self._running.memory()
        self.samples.append(
            {
                "seconds": time.monotonic() - self._started,
                "sent": self._running.sent,
                "arrived": len(self._running.arrived),
                "parent": memory["parent"][0]["pss"],
                "fork_server": memory["fork_server"][0]["pss"],
                "worker_processes": max((process["private"] for process in memory["worker_processes"]), default=0.0),
                "all": sum(process["pss"] for role in memory.values() for process in role),
            }
        )


def growth(samples: list[Sample], role: str) -> tuple[float, float]:
    """Return the growth of *role* in MB per 10,000 articles, and two standard errors of it.

    The growth is the slope of a least-squares line through the second half of the articles. A worker process is
    replaced after a thousand articles, so memory swings by many MB; a slope within its error is not growth.

    Raises:
        SystemExit: Fewer than three samples differ in the number of articles.
    """
    middle = (samples[0]["arrived"] + samples[-1]["arrived"]) / 2
    second_half = [sample for sample in samples if sample["arrived"] >= middle]
    counts, sizes = [sample["arrived"] for sample in second_half], [sample[role] for sample in second_half]
    if len(set(counts)) < 3:  # noqa: PLR2004 - two points leave no errors
        raise SystemExit("too few samples to estimate growth: send more articles or sample more often")
    slope, intercept = statistics.linear_regression(counts, sizes)
    squared_residuals = sum((size - intercept - slope * count) ** 2 for count, size in zip(counts, sizes, strict=True))
    error = math.sqrt(squared_residuals / (len(second_half) - 2) / (statistics.pvariance(counts) * len(second_half)))
    return slope * 10_000, 2 * error * 10_000
