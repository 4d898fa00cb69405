"""Many articles in all cores at once, in order: the stream's worker processes without the stream.

Whoever brings the articles, or takes the outcomes, may pause for as long as they like, and the time limits of articles
run on the event loop. So that turns in a thread of its own, and another thread reads.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from service.processes.pool import Lanes

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from concurrent.futures import Future

    from service.contract.outcomes import Message, Outcome
    from service.settings import Settings

Place = TypeVar("Place")
AHEAD = 32  # articles a process that wait or are done: about a second of work, so that none idles behind a slow one


def outcomes(settings: Settings, messages: Iterable[tuple[Place, Message]]) -> Generator[tuple[Place, Outcome]]:
    """Yield what becomes of each of *messages*, in their order, with where it came from; memory is bounded.

    Each comes as soon as it and those before it are done, though the next message be long in coming. *messages* are
    read in another thread; what they raise is raised here, behind the outcomes of those before.

    An article that crashes or hangs its process is refused, as in the stream, and the others go on.

    Raises:
        WorkerPoolError: No article can be enriched, because the model cannot be loaded.
    """
    with asyncio.Runner() as runner, _turning(runner.get_loop()) as loop:
        pool = asyncio.run_coroutine_threadsafe(_Pool.start(settings), loop).result()
        try:
            yield from _Reader(messages, pool, AHEAD * settings.worker_processes)
        finally:
            asyncio.run_coroutine_threadsafe(pool.lanes.stop(), loop).result()


@contextlib.contextmanager
def _turning(loop: asyncio.AbstractEventLoop) -> Iterator[asyncio.AbstractEventLoop]:
    """Run *loop* in a thread of its own."""
    thread = threading.Thread(target=loop.run_forever, name="lanes", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


class _Reader(threading.Thread, Generic[Place]):
    """Reads messages and has them worked on, *room* at once; iterated over, it gives their outcomes in order.

    A daemon, since nothing can interrupt it where it waits for standard input.
    """

    def __init__(self, messages: Iterable[tuple[Place, Message]], pool: _Pool, room: int) -> None:
        super().__init__(name="reader", daemon=True)
        self._messages = messages
        self._pool = pool
        self._room = threading.Semaphore(room)
        self._closed = False
        self._begun: SimpleQueue[tuple[Place, Future[Outcome]] | BaseException | None] = SimpleQueue()

    def run(self) -> None:
        """Read to the end, or until nobody wants more."""
        try:
            for place, message in self._messages:
                self._room.acquire()
                if self._closed:
                    return
                self._begun.put((place, self._pool.submit(message)))
        except BaseException as error:  # noqa: BLE001 - raised where the outcomes are taken
            self._begun.put(error)
        else:
            self._begun.put(None)

    def __iter__(self) -> Iterator[tuple[Place, Outcome]]:
        self.start()
        try:
            while (begun := self._begun.get()) is not None:
                if isinstance(begun, BaseException):
                    raise begun
                place, future = begun
                outcome = future.result()
                self._room.release()
                yield place, outcome
        finally:
            self._closed = True
            self._room.release()


class _Pool:
    """The lanes, and what ended them. Lives on the event loop, but for `submit`."""

    def __init__(self, settings: Settings) -> None:
        self.lanes = Lanes(settings, self._fail, lambda: None)
        self._loop = asyncio.get_running_loop()
        self._failed: asyncio.Future[Exception] = self._loop.create_future()

    @classmethod
    async def start(cls, settings: Settings) -> _Pool:
        pool = cls(settings)
        await pool.lanes.start()
        return pool

    def _fail(self, error: Exception) -> None:
        if not self._failed.done():
            self._failed.set_result(error)

    def submit(self, message: Message) -> Future[Outcome]:
        """Have *message* worked on, after those submitted before; called from another thread."""
        return asyncio.run_coroutine_threadsafe(self._process(message), self._loop)

    async def _process(self, message: Message) -> Outcome:
        future = self.lanes.process(message)
        either: set[asyncio.Future[Any]] = {future, self._failed}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not future.done():
            raise self._failed.result()
        return future.result()
