"""What a worker holds and how far it is, every few seconds; and how fast that grows."""

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
ROLES = ("parent", "loader", "lanes", "all")


class Sampler(AbstractContextManager["Sampler"]):
    """Looks at *running* every *interval* seconds, from entering to leaving.

    A sample: `seconds` since the start, articles `sent` and `arrived`, and memory in MB. `parent`, `loader`, and `all`
    processes together: proportional (PSS); `lanes`: what the largest has of its own.
    """

    def __init__(self, running: Running, interval: float) -> None:
        self.samples: list[Sample] = []
        self._running = running
        self._interval = interval
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._started = time.monotonic()

    def __enter__(self) -> Self:
        self._look()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._look()

    def _sample(self) -> None:
        while not self._stop.wait(self._interval):
            self._look()

    def _look(self) -> None:
        memory = self._running.memory()
        self.samples.append(
            {
                "seconds": time.monotonic() - self._started,
                "sent": self._running.sent,
                "arrived": len(self._running.arrived),
                "parent": memory["parent"][0]["pss"],
                "loader": memory["loader"][0]["pss"],
                "lanes": max((lane["own"] for lane in memory["lanes"]), default=0.0),
                "all": sum(process["pss"] for role in memory.values() for process in role),
            }
        )


def growth(samples: list[Sample], role: str) -> tuple[float, float]:
    """Return how many MB *role* grows in 10,000 articles, and two standard errors of that.

    It is the slope of the line of least squares through the second half of the articles. A lane is replaced every
    thousand articles, so memory goes up and down by many MB: a slope within its errors is none.
    """
    half = (samples[0]["arrived"] + samples[-1]["arrived"]) / 2
    later = [row for row in samples if row["arrived"] >= half]
    articles, sizes = [row["arrived"] for row in later], [row[role] for row in later]
    if len(set(articles)) < 3:  # noqa: PLR2004 - two points leave no errors
        raise SystemExit("too few samples to tell growth: send more articles or sample more often")
    slope, intercept = statistics.linear_regression(articles, sizes)
    missed = sum((size - intercept - slope * count) ** 2 for count, size in zip(articles, sizes, strict=True))
    error = math.sqrt(missed / (len(later) - 2) / (statistics.pvariance(articles) * len(later)))
    return slope * 10_000, 2 * error * 10_000
