"""What one article that burns its whole time limit costs the articles of the other partitions."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from service.processes.processor import Processor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.stream import Running
    from service.contract.outcomes import Message, Outcome

SPIN = b'{"id": "spin", "body": "spin"}'
WORKER = (
    "from service.settings import Settings; from service.worker.run import run; "
    "raise SystemExit(run(Settings(), 'benchmarks.slow:Spinning'))"
)
BEHIND = 100  # articles behind the slow one in its partition: more than its share of what is in flight
BEGUN_SECONDS = 1.0  # until a process is at work on the slow article


class Spinning(Processor):
    """The real enrichment, but for one article that never ends."""

    def process(self, message: Message) -> Outcome:
        """Spin on the slow article until its time is up, and enrich all others."""
        while message.value == SPIN:
            pass
        return super().process(message)


def measure(running: Running, values: Sequence[bytes]) -> dict[str, Any]:
    """Return how fast the other partitions are, without and with a slow article in partition 0.

    *values* must take less time than the slow article. Its own partition is awaited at the end.
    """
    without = _others(running, values)
    started = time.monotonic()
    slow = dict(running.send(value, 0) for value in [SPIN, *values[:BEHIND]])
    time.sleep(BEGUN_SECONDS)
    during = _others(running, values)
    others_after = time.monotonic() - started
    overtaken = sum(key in running.arrived for key in slow)
    running.await_(set(slow) - {min(slow, key=int)})
    return {
        "without": without,
        "with": during,
        "ratio": during / without,
        "others_out_seconds": others_after,
        "slow_out_seconds": time.monotonic() - started,
        "overtaken": overtaken,
    }


def _others(running: Running, values: Sequence[bytes]) -> float:
    """Send *values* to the partitions other than the first; return how many per second came out."""
    started = time.monotonic()
    partitions = running.partitions - 1
    sent = dict(running.send(value, 1 + number % partitions) for number, value in enumerate(values))
    running.flush()
    return len(values) / (running.await_(set(sent)) - started)
