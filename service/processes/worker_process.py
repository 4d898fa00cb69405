"""The worker's connection to one worker process."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from service.processes import framing

if TYPE_CHECKING:
    import asyncio

    from service.contract.outcomes import Outcome
    from service.processes.job_queue import Job

MAX_ARTICLES_PER_PROCESS = 1_000
"""Articles after which a worker process is replaced by a fresh fork: about 20 s of full work.

Its own memory grows with every new word, because spaCy's hash tables (preshed) count the cells of forgotten words as
used, and long articles fragment the heap. A fork starts again from the shared pages, in 10 ms.
"""


@dataclass(slots=True, eq=False)
class WorkerProcess:
    """A worker process and the articles that it has not answered yet."""

    pid: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    max_body_bytes: int
    """The longest record or detail that it may answer, so that it cannot fill the worker's memory."""
    unanswered: deque[Job] = field(default_factory=deque)
    """The first is being processed, the others wait in the socket."""
    sent: int = 0
    consecutive: int = 0
    """Articles of one partition sent behind the first, without a break."""
    current_since: float = 0.0
    """When the first of `unanswered` became the current article, by `time.monotonic`."""

    @property
    def is_worn(self) -> bool:
        """Return whether it should answer what it has and then be replaced."""
        return self.sent >= MAX_ARTICLES_PER_PROCESS

    def send(self, job: Job) -> None:
        """Send an article. Do not wait."""
        self.sent += 1
        if not self.unanswered:
            self.current_since = time.monotonic()
        self.unanswered.append(job)
        self.writer.write(framing.encode_message(job.message))

    async def receive(self) -> Outcome:
        """Return the next outcome, which is that of the first unanswered article.

        Raises:
            asyncio.IncompleteReadError, ConnectionError: The process died.
            MalformedFrameError: It sent something else.
        """
        lengths = framing.decode_lengths(await self.reader.readexactly(framing.LENGTHS.size), self.max_body_bytes)
        head = await self.reader.readexactly(lengths.head)
        return framing.decode_outcome(head, await self.reader.readexactly(lengths.body))
