"""How many requests are enriched at once, and how many bytes of their bodies are held."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from service.http.answers import ProblemError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.settings import Settings

MAX_BATCHES = 8  # each has a process that splits it, of some 30 MB


class Admission:
    """Counts the requests in hand, and refuses those that are too many.

    A request takes its place only once its body is here, so that slow clients take no places.
    """

    def __init__(self, settings: Settings) -> None:
        self.open = False
        """Whether articles are accepted: the model is loaded, and the server does not stop."""
        self._max_requests = settings.serve_max_requests
        # All requests may have an article of the maximum size, or a few of them a batch.
        self._max_bytes = max(settings.serve_max_requests * settings.max_article_bytes, settings.serve_max_batch_bytes)
        self._enriching = self._batches = 0
        self._bytes = 0
        self._begun = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def begun(self) -> int:
        """Return the number of requests that are begun and not answered."""
        return self._begun

    @contextlib.contextmanager
    def request(self) -> Iterator[BodyBytes]:
        """Count a request from its head to its answer. Refuse it if no place is free."""
        self._begun += 1
        self._idle.clear()
        held = BodyBytes(self)
        try:
            self._refuse_if_full()
            yield held
        finally:
            self._bytes -= held.count
            self._begun -= 1
            if not self._begun:
                self._idle.set()

    @contextlib.contextmanager
    def place(self, *, batch: bool) -> Iterator[None]:
        """Take the place of a request that is enriched. Refuse the request if no place is free."""
        self._refuse_if_full()
        if batch and self._batches >= MAX_BATCHES:
            raise ProblemError.busy(f"{MAX_BATCHES} batches are being enriched; try again")
        self._enriching += 1
        self._batches += batch
        try:
            yield
        finally:
            self._enriching -= 1
            self._batches -= batch

    def _refuse_if_full(self) -> None:
        if self._enriching >= self._max_requests:
            raise ProblemError.busy(f"{self._max_requests} requests are being enriched; try again")

    def hold(self, count: int) -> None:
        """Count further bytes of a body. Refuse its request if too many are held."""
        if self._bytes + count > self._max_bytes:
            raise ProblemError.busy("too many bytes are being received; try again")
        self._bytes += count

    async def wait_until_idle(self) -> None:
        """Wait until all requests that were begun are answered."""
        await self._idle.wait()


class BodyBytes:
    """The bytes of one body that are held."""

    def __init__(self, admission: Admission) -> None:
        self.count = 0
        self._admission = admission

    def add(self, count: int) -> None:
        """Count *count* further bytes. Refuse the request if too many are held."""
        self._admission.hold(count)
        self.count += count
