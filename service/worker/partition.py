"""One partition for the time of one assignment: its articles in order, from acceptance to the commit.

A rebalance ends every assignment, even if the partition comes straight back. Whatever an ended assignment still holds
is dropped and read again from the committed offset, so nothing is ever sent for a partition of an earlier assignment.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from faust.types import TP

    from service.contract.outcomes import Outcome
    from service.kafka.kafka_record import KafkaRecord
    from service.worker.published_versions import Versions

IDLE_SECONDS = 5.0  # without an article, until the partition is looked at for trailing markers
DELIVERY_BYTES = 8 * 1024 * 1024  # of records in one delivery; the broker's fetch of 50 MB is far above it


@dataclass(slots=True, eq=False)
class AcceptedArticle:
    """An article that was read and is not yet committed."""

    record: KafkaRecord
    outcome: asyncio.Future[Outcome]
    span: Any = None
    """The OpenTelemetry span of the article, or None if there is no tracing."""


class PartitionPublisher(Protocol):
    """What an assigned partition needs to get its articles out; see `service.worker.publishing.Publisher`."""

    async def publish(self, partition: AssignedPartition, articles: list[AcceptedArticle]) -> int:
        """Publish and commit finished *articles*. Return how many, from the first on. Raises if that failed."""

    async def pass_markers(self, partition: AssignedPartition) -> None:
        """Commit past offsets that hold no article. Raises if that failed for good."""

    def linger_seconds(self, *, full: bool) -> float:
        """Return how long to wait for more outcomes before the finished articles are published."""


class AssignedPartition:
    """Holds the accepted articles of a partition and publishes them in order.

    Args:
        tp: The topic and the number of the partition.
        generation: The consumer group's generation when the partition was assigned.
        offset: The next offset to accept.
        versions: The versions of articles that have been published before.
        publisher: Publishes and commits.
        is_full: Returns whether the partition is paused until some of its articles are published.
        on_failure: Called once with what *publisher* raised. The assignment has then ended.
    """

    def __init__(
        self,
        tp: TP,
        generation: int,
        offset: int,
        versions: Versions,
        *,
        publisher: PartitionPublisher,
        is_full: Callable[[AssignedPartition], bool],
        on_failure: Callable[[AssignedPartition, Exception], None],
    ) -> None:
        self.tp = tp
        self.generation = generation
        self.next_offset = offset
        """The next offset to accept."""
        self.committed_offset = offset
        """The next offset to publish: everything before it is committed."""
        self.versions = versions
        self.has_published = False
        """Whether some article was published and committed in this assignment."""
        self.ended = False
        self._publisher = publisher
        self._is_full = is_full
        self._on_failure = on_failure
        self._articles: deque[AcceptedArticle] = deque()
        self._changed = asyncio.Event()
        self._closing = False
        self._task = asyncio.create_task(self._run(), name=f"publish-{tp.topic}-{tp.partition}")

    @property
    def name(self) -> str:
        """Return `topic/partition`, as log lines name it."""
        return f"{self.tp.topic}/{self.tp.partition}"

    @property
    def in_flight(self) -> int:
        """Return how many articles are accepted and not yet committed."""
        return len(self._articles)

    @property
    def is_accepting(self) -> bool:
        """Return whether more articles may be accepted."""
        return not (self.ended or self._closing)

    def accept(self, article: AcceptedArticle) -> None:
        """Add the next article of the partition."""
        self.next_offset = article.record.offset + 1
        self._articles.append(article)
        article.outcome.add_done_callback(self._on_outcome)
        self._changed.set()

    def _on_outcome(self, _outcome: object) -> None:
        self._changed.set()

    async def halt(self, grace_seconds: float) -> list[AcceptedArticle]:
        """End after the delivery that is under way, which gets *grace_seconds*. Return the dropped articles."""
        self.ended = True
        return await self.finish(0, grace_seconds)

    async def finish(self, drain_seconds: float, grace_seconds: float) -> list[AcceptedArticle]:
        """Accept no more, publish what is finished within *drain_seconds*, and end. Return the dropped articles.

        A delivery that is under way when the time is up gets *grace_seconds* more.
        """
        self._closing = True
        self._changed.set()
        await asyncio.wait({self._task}, timeout=drain_seconds)
        for article in self._articles:
            article.outcome.cancel()
        await asyncio.wait({self._task}, timeout=grace_seconds)
        return self.end()

    def end(self) -> list[AcceptedArticle]:
        """End at once. Return the dropped articles."""
        self.ended = True
        self._task.cancel()
        dropped, self._articles = list(self._articles), deque()
        for article in dropped:
            article.outcome.cancel()
        return dropped

    async def _run(self) -> None:
        """Publish finished articles, in order, until the assignment ends."""
        try:
            while await self._first_is_finished():
                await self._linger()
                finished = [] if self.ended else self._finished()
                if not finished:
                    return  # ended, or the first article was cancelled
                count = await self._publisher.publish(self, finished)
                self.has_published = True
                for _ in range(count):
                    self.committed_offset = self._articles.popleft().record.offset + 1
        except Exception as error:  # noqa: BLE001 - this assignment cannot go on after any error
            self.ended = True
            self._on_failure(self, error)

    async def _first_is_finished(self) -> bool:
        """Wait for the outcome of the first article. Return False if the assignment ends before."""
        while not self._articles:
            if self._closing or self.ended:
                return False
            self._changed.clear()
            try:
                async with asyncio.timeout(IDLE_SECONDS):
                    await self._changed.wait()
            except TimeoutError:
                await self._publisher.pass_markers(self)
        await asyncio.wait({self._articles[0].outcome})
        return not self.ended

    async def _linger(self) -> None:
        """Wait for more outcomes up to the linger time, unless closing, or unless no more can come."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._publisher.linger_seconds(full=self._is_full(self))
        while not self._closing and (seconds_left := deadline - loop.time()) > 0:
            if self._is_full(self) and self._articles[-1].outcome.done():
                return
            self._changed.clear()
            try:
                async with asyncio.timeout(seconds_left):
                    await self._changed.wait()
            except TimeoutError:
                return

    def _finished(self) -> list[AcceptedArticle]:
        """Return the finished articles before the first unfinished one, as many as one delivery may hold."""
        finished: list[AcceptedArticle] = []
        size = 0
        for article in self._articles:
            if not article.outcome.done() or article.outcome.cancelled() or size > DELIVERY_BYTES:
                break
            outcome = article.outcome.result()
            size += len(getattr(outcome, "value", None) or article.record.value or b"")
            size += sum(map(len, getattr(outcome, "flat_events", {}).values()))
            finished.append(article)
        return finished
