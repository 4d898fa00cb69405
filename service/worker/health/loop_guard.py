"""Measure how late the event loop is, and end a process whose loop no longer turns.

The guard is a Python thread. A C extension that holds the interpreter lock forever would stop it too; the event loop's
process runs none that could. `faulthandler.dump_traceback_later` would end that case as well, but its clock goes on
while the process is stopped, so it would end a worker that was merely asleep.
"""

from __future__ import annotations

import asyncio
import faulthandler
import os
import sys
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client import Histogram

BEAT_SECONDS = 0.1  # 600 beats per minute give a 99th percentile, and cost a thousandth of a core
EXIT_CODE = 70  # EX_SOFTWARE of sysexits.h


class LoopGuard:
    """Beats on the event loop, and watches the beats from a thread.

    Args:
        limit_seconds: Without a beat, until the process ends.
        delay: Observes how late each beat was, in seconds.
    """

    def __init__(self, limit_seconds: float, delay: Histogram) -> None:
        self._limit_seconds = limit_seconds
        self._delay = delay
        self._beats = 0
        self._beating: asyncio.Task[None] | None = None
        self._stop = threading.Event()

    def start(self) -> None:
        """Start to beat and to watch."""
        self._beating = asyncio.create_task(self._beat(), name="heartbeat")
        threading.Thread(target=self._watch, name="loop-guard", daemon=True).start()

    def stop(self) -> None:
        """End both."""
        self._stop.set()
        if self._beating is not None:
            self._beating.cancel()

    async def _beat(self) -> None:
        while True:
            asleep = time.monotonic()
            await asyncio.sleep(BEAT_SECONDS)
            self._beats += 1
            self._delay.observe(max(0.0, time.monotonic() - asleep - BEAT_SECONDS))

    def _watch(self) -> None:
        """Count the seconds without a beat (in the thread)."""
        seen, missed_seconds = -1, 0
        while not self._stop.wait(1):
            missed_seconds = missed_seconds + 1 if seen == self._beats else 0
            seen = self._beats
            if missed_seconds >= self._limit_seconds:
                sys.stderr.write(f"the event loop has not turned for {missed_seconds} s; all stacks:\n")
                faulthandler.dump_traceback(sys.stderr)
                os._exit(EXIT_CODE)
