"""Faults that stall a worker. They run in the worker before it starts."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from service.worker.faust_consumer import Thread
from service.worker.in_flight import InFlight


def stop_fetching(after: int) -> None:
    """Let the consumer fetch nothing after *after* fetches, as a stuck fetcher does."""
    fetches = 0
    real = Thread._fetch_records

    async def fetch(self: Thread, *args: Any, **kwargs: Any) -> Any:
        """Fetch, or hang."""
        nonlocal fetches
        fetches += 1
        if fetches > after:
            await asyncio.sleep(3600)
        return await real(self, *args, **kwargs)

    Thread._fetch_records = fetch  # type: ignore[method-assign] # this is the fault


def block_the_loop(after: int) -> None:
    """Block the event loop after *after* articles."""
    accepted = 0
    real = InFlight.accept

    def accept(self: InFlight, *args: Any) -> None:
        """Accept, or block."""
        nonlocal accepted
        accepted += 1
        if accepted > after:
            time.sleep(3600)
        real(self, *args)

    InFlight.accept = accept  # type: ignore[method-assign, assignment] # this is the fault


def kill_the_coordinator(after: float) -> None:
    """Cancel aiokafka's coordination task after *after* seconds, so that it never rejoins the group."""
    real = Thread.on_start

    async def on_start(self: Thread) -> None:
        """Start, and cancel the task later."""
        await real(self)
        asyncio.get_running_loop().call_later(after, self._consumer._coordinator._coordination_task.cancel)

    Thread.on_start = on_start
