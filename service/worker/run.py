"""Run one worker until it is asked to stop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from service.processes.pool import DEFAULT_PROCESSOR
from service.worker.application import WorkerProgram, build

if TYPE_CHECKING:
    from service.settings import Settings


def run(settings: Settings, processor: str = DEFAULT_PROCESSOR) -> int:
    """Run a worker. Return 0 after SIGTERM or SIGINT, and 1 if it had to stop by itself.

    On a signal it accepts no more articles, delivers and commits those in flight, and leaves the group.
    """
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    app = build(settings, processor)
    try:
        WorkerProgram(app, loop=loop).execute_from_commandline()
    except SystemExit as end:
        if end.code or app.failure:
            return 1
    return 0
