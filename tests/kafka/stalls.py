"""Ways to make a worker stall, run in the worker before it starts."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from service.worker.faust_consumer import Thread
from service.worker.in_flight import InFlight


def stop_fetching(after: int) -> None:
    """Let the consumer take nothing any more after so many takes, as a stuck fetcher does."""
    takes = 0
    real = Thread._fetch_records

    async def fetch(self: Thread, *args: Any, **kwargs: Any) -> Any:
        """Hang in the end."""
        nonlocal takes
        takes += 1
        if takes > after:
            await asyncio.sleep(3600)
        return await real(self, *args, **kwargs)

    Thread._fetch_records = fetch  # type: ignore[method-assign] # this is the fault


def block_the_loop(after: int) -> None:
    """Block the event loop after so many articles."""
    accepted = 0
    real = InFlight.accept

    def accept(self: InFlight, *args: Any) -> None:
        """Block in the end."""
        nonlocal accepted
        accepted += 1
        if accepted > after:
            time.sleep(3600)
        real(self, *args)

    InFlight.accept = accept  # type: ignore[method-assign, assignment] # this is the fault


def kill_the_coordinator(after: float) -> None:
    """End aiokafka's coordination task, which then never rejoins the group."""
    real = Thread.on_start

    async def on_start(self: Thread) -> None:
        """Start, and end the task later."""
        await real(self)
        asyncio.get_running_loop().call_later(after, self._consumer._coordinator._coordination_task.cancel)

    Thread.on_start = on_start
