"""Measure what an article that uses its whole time limit costs the articles of other partitions."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from service.processes.processor import Processor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.stream import Running
    from service.contract.outcomes import Message, Outcome

SLOW_ARTICLE = b'{"id": "spin", "body": "spin"}'
WORKER = (
    "from service.settings import Settings; from service.worker.run import run; "
    "raise SystemExit(run(Settings(), 'benchmarks.slow:SpinningProcessor'))"
)
ARTICLES_BEHIND = 100  # in the partition of the slow article: more than its share of the articles in flight
START_SECONDS = 5.0  # until one process is at the slow article and the other is done with the share behind it


class SpinningProcessor(Processor):
    """The real enrichment, except for one article that never ends."""

    def process(self, message: Message) -> Outcome:
        """Spin on the slow article until its time limit, and enrich all others."""
        while message.value == SLOW_ARTICLE:
            pass
        return super().process(message)


def measure(running: Running, values: Sequence[bytes]) -> dict[str, Any]:
    """Return the articles per second of the other partitions, without and with a slow article in partition 0.

    *values* must take less time than the slow article. Its own partition is waited for at the end.
    """
    without = _others(running, values)
    started = time.monotonic()
    slow = dict(running.send(value, 0) for value in [SLOW_ARTICLE, *values[:ARTICLES_BEHIND]])
    time.sleep(START_SECONDS)
    during = _others(running, values)
    others_after = time.monotonic() - started
    overtaken = sum(key in running.arrived for key in slow)
    running.wait_for(set(slow) - {min(slow, key=int)})
    return {
        "without": without,
        "with": during,
        "ratio": during / without,
        "others_out_seconds": others_after,
        "slow_out_seconds": time.monotonic() - started,
        "overtaken": overtaken,
    }


def _others(running: Running, values: Sequence[bytes]) -> float:
    """Send *values* to all partitions but the first and return the records per second."""
    started = time.monotonic()
    partitions = running.partitions - 1
    sent = dict(running.send(value, 1 + number % partitions) for number, value in enumerate(values))
    running.flush()
    return len(values) / (running.wait_for(set(sent)) - started)
