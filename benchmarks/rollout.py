"""Measure what it holds up under a steady load if all workers are replaced, one after the other."""

from __future__ import annotations

import statistics
import threading
import time
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self

from benchmarks.stream import Contender, Running

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from service.local_kafka import Broker

WORKERS = 3
PARTITIONS = 12
ARTICLES_PER_SECOND = 24.0  # a quarter of what two idle cores can do: the workers that start need the rest
QUIET_SECONDS = 8.0  # before the first, between two and after the last: what one has held up is then caught up with
POD_SECONDS = 2.0  # from the end of a process to the start of the next in its place: a scheduler and a container
HALT_SECONDS = 1.0  # an interval without a record that counts; at this load a partition has two records per second


@dataclass(frozen=True)
class Way:
    """A way to replace a worker.

    Attributes:
        static: Whether the workers are static members.
        surge: Whether the new worker starts before the old one ends.
        killed: Whether the old worker is killed, as by a crash, instead of asked to stop.
    """

    static: bool
    surge: bool = False
    killed: bool = False


WAYS = {
    "new one first, dynamic": Way(static=False, surge=True),
    "old one stopped first, dynamic": Way(static=False),
    "old one stopped first, static": Way(static=True),
    "old one killed, dynamic": Way(static=False, killed=True),
    "old one killed, static": Way(static=True, killed=True),
}


def measure(broker: Broker, python: str, values: Sequence[bytes]) -> dict[str, Any]:
    """Return the figures of each way, one after the other: six minutes."""
    runs = {}
    for name, way in WAYS.items():
        runs[name] = _rollout(broker, python, way, values)
        print(f"  {name}: {runs[name]}", flush=True)
    return {"workers": WORKERS, "partitions": PARTITIONS, "articles_per_second": ARTICLES_PER_SECOND, "rollouts": runs}


def _rollout(broker: Broker, python: str, way: Way, values: Sequence[bytes]) -> dict[str, Any]:
    environment = {"NEWSWIRE_WORKER_PROCESSES": "1", "NEWSWIRE_LOG_FORMAT": "json"}
    contender = Contender(
        "worker", ("-m", "service", "worker"), WORKERS, ours=True, static=way.static, environment=environment
    )
    assert broker.pid is not None
    with Running(contender, broker.bootstrap_servers, broker.pid, python, PARTITIONS) as running:
        running.warm_up(values[: 10 * PARTITIONS])
        with _Load(running, values) as load:
            time.sleep(QUIET_SECONDS)
            started = time.monotonic()
            for number in range(WORKERS):
                _replace(running, number, way)
                time.sleep(QUIET_SECONDS)
            seconds = time.monotonic() - started - QUIET_SECONDS * WORKERS
        running.await_records(load.sent)
        arrivals = [
            sorted(running.arrived[key] for key in load.sent if int(key) % PARTITIONS == partition)
            for partition in range(PARTITIONS)
        ]
        delays = sorted(running.arrived[key] - sent for key, sent in load.sent.items())
        ledger = running.ledger()
        return halts(arrivals) | {
            "replacing_seconds": seconds / WORKERS,
            "delay_p50": statistics.median(delays),
            "delay_p99": delays[int(0.99 * len(delays))],
            "delay_max": delays[-1],
            "lag_max": most_waiting(load.sent.values(), (running.arrived[key] for key in load.sent)),
            "lost": ledger["lost"],
            "repeated": ledger["repeated"],
        }


def _replace(running: Running, number: int, way: Way) -> None:
    """Replace the oldest worker, which has number *number*, and return when the new one has its partitions."""
    if not way.surge:
        running.end_oldest(kill=way.killed)
        time.sleep(POD_SECONDS)
    running.start(number)
    running.await_ready()
    if way.surge:
        running.end_oldest()


def halts(arrivals: Iterable[Sequence[float]]) -> dict[str, float]:
    """Return how long and how often the partitions stood still. *arrivals* are the times of each one's records."""
    gaps = [[after - before for before, after in pairwise(times)] for times in arrivals]
    long = [[gap for gap in of_partition if gap > HALT_SECONDS] for of_partition in gaps]
    return {
        "halts_per_partition": statistics.mean(map(len, long)),
        "halted_seconds_per_partition": statistics.mean(map(sum, long)),
        "longest_halt": max(max(of_partition, default=0.0) for of_partition in gaps),
    }


def most_waiting(sent: Iterable[float], arrived: Iterable[float]) -> int:
    """Return the most articles that were sent and not yet published at one time."""
    waiting = most = 0
    for _, change in sorted([*((moment, +1) for moment in sent), *((moment, -1) for moment in arrived)]):
        waiting += change
        most = max(most, waiting)
    return most


class _Load:
    """Sends articles at a steady pace while the context is entered."""

    def __init__(self, running: Running, values: Sequence[bytes]) -> None:
        self.sent: dict[bytes, float] = {}
        self._running = running
        self._values = values
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._send, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._running.flush()

    def _send(self) -> None:
        """Send what is due, also if the machine was too busy to send it in time."""
        started = time.monotonic()
        while not self._stop.wait(0.5 / ARTICLES_PER_SECOND):
            while len(self.sent) < ARTICLES_PER_SECOND * (time.monotonic() - started):
                self.sent.update([self._running.send(self._values[len(self.sent) % len(self._values)])])
