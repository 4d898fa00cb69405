"""The articles that wait for a worker process."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.contract.outcomes import Message, Outcome


@dataclass(slots=True, eq=False)
class Job:
    """One article to process."""

    message: Message
    partition: int
    outcome: asyncio.Future[Outcome]
    attempts: int = 0
    """How many processes it has ended."""


class JobQueue:
    """Articles that no worker process has yet, oldest first."""

    def __init__(self) -> None:
        self._jobs: deque[Job] = deque()
        self._not_empty = asyncio.Event()

    def put(self, job: Job) -> None:
        """Add *job* at the end."""
        self._jobs.append(job)
        self._not_empty.set()

    def pop(self, partition: int | None = None) -> Job | None:
        """Remove and return the oldest job, or the oldest of *partition*. Return None if there is none."""
        for index, job in enumerate(self._jobs):
            if partition is None or job.partition == partition:
                del self._jobs[index]
                return job
        return None

    async def wait(self) -> None:
        """Wait until there is a job. Another task may have removed it by the time this returns."""
        while not self._jobs:
            self._not_empty.clear()
            await self._not_empty.wait()
