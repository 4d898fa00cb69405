"""Process many articles on all cores, in order: the worker processes without Kafka, for the command line.

The source of the articles, and the caller that receives the outcomes, may pause for any time, but the time limits of
articles run on the event loop. So the loop runs in a thread of its own, and another thread reads the articles.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from service.processes.pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from concurrent.futures import Future

    from service.contract.outcomes import Message, Outcome
    from service.settings import Settings

Origin = TypeVar("Origin")
ARTICLES_PER_PROCESS = 32  # that wait or are done: about a second of work, so that no process idles behind a slow one


def process_in_order(
    settings: Settings, messages: Iterable[tuple[Origin, Message]]
) -> Generator[tuple[Origin, Outcome]]:
    """Yield the outcome of each of *messages* in their order, each with its origin, using bounded memory.

    An outcome is yielded as soon as it and those before it are done, even if the next message takes long to arrive.
    *messages* are read in another thread; their exceptions are raised here, after the outcomes of earlier messages.

    As in the worker, an article that crashes or hangs its process is refused, and the others continue.

    Raises:
        WorkerPoolError: No article can be enriched, because the model cannot be loaded.
    """
    with asyncio.Runner() as runner, _running_in_thread(runner.get_loop()) as loop:
        pool = asyncio.run_coroutine_threadsafe(_ThreadsafePool.start(settings), loop).result()
        try:
            yield from _Reader(messages, pool, ARTICLES_PER_PROCESS * settings.worker_processes)
        finally:
            asyncio.run_coroutine_threadsafe(pool.workers.stop(), loop).result()


@contextlib.contextmanager
def _running_in_thread(loop: asyncio.AbstractEventLoop) -> Iterator[asyncio.AbstractEventLoop]:
    thread = threading.Thread(target=loop.run_forever, name="worker-pool", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


class _Reader(threading.Thread, Generic[Origin]):
    """Reads messages and submits them, at most *capacity* at once. Iterating over it yields their outcomes in order.

    It is a daemon thread, because a thread that waits for standard input cannot be interrupted.
    """

    def __init__(self, messages: Iterable[tuple[Origin, Message]], pool: _ThreadsafePool, capacity: int) -> None:
        super().__init__(name="reader", daemon=True)
        self._messages = messages
        self._pool = pool
        self._capacity = threading.Semaphore(capacity)
        self._is_closed = False
        self._submitted: SimpleQueue[tuple[Origin, Future[Outcome]] | BaseException | None] = SimpleQueue()

    def run(self) -> None:
        """Read to the end, or until the consumer closes the iterator."""
        try:
            for origin, message in self._messages:
                self._capacity.acquire()
                if self._is_closed:
                    return
                self._submitted.put((origin, self._pool.submit(message)))
        except BaseException as error:  # noqa: BLE001 - raised in the thread that consumes the outcomes
            self._submitted.put(error)
        else:
            self._submitted.put(None)

    def __iter__(self) -> Iterator[tuple[Origin, Outcome]]:
        self.start()
        try:
            while (submitted := self._submitted.get()) is not None:
                if isinstance(submitted, BaseException):
                    raise submitted
                origin, future = submitted
                outcome = future.result()
                self._capacity.release()
                yield origin, outcome
        finally:
            self._is_closed = True
            self._capacity.release()


class _ThreadsafePool:
    """A worker pool that other threads can submit to. All methods but `submit` run on the event loop."""

    def __init__(self, settings: Settings) -> None:
        self.workers = WorkerPool(settings, self._fail, lambda: None)
        self._loop = asyncio.get_running_loop()
        self._failed: asyncio.Future[Exception] = self._loop.create_future()

    @classmethod
    async def start(cls, settings: Settings) -> _ThreadsafePool:
        pool = cls(settings)
        await pool.workers.start()
        return pool

    def _fail(self, error: Exception) -> None:
        if not self._failed.done():
            self._failed.set_result(error)

    def submit(self, message: Message) -> Future[Outcome]:
        """Process *message* after those submitted before. Called from another thread."""
        return asyncio.run_coroutine_threadsafe(self._process(message), self._loop)

    async def _process(self, message: Message) -> Outcome:
        future = self.workers.process(message)
        either: set[asyncio.Future[Any]] = {future, self._failed}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not future.done():
            raise self._failed.result()
        return future.result()
