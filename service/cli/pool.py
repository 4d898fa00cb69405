"""Many articles in all cores at once, in order: the stream's worker processes without the stream."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, TypeVar

from service.cli.terminal import fail
from service.stream.lanes import Lanes, LanesError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from service.outcome import Message, Outcome
    from service.settings import Settings

Place = TypeVar("Place")
AHEAD = 32  # articles a process that wait or are done: about a second of work, so that none idles behind a slow one


def outcomes(settings: Settings, messages: Iterable[tuple[Place, Message]]) -> Iterator[tuple[Place, Outcome]]:
    """Yield what becomes of each of *messages*, in their order, with where it came from; memory is bounded.

    An article that crashes or hangs its process is refused, as in the stream, and the others go on.
    """
    with asyncio.Runner() as runner:
        pool = runner.run(_Pool.start(settings))
        try:
            waiting: deque[tuple[Place, asyncio.Future[Outcome]]] = deque()
            for place, message in messages:
                waiting.append((place, runner.run(pool.submit(message))))
                if len(waiting) >= AHEAD * settings.worker_processes:
                    yield _oldest(runner, pool, waiting)
            while waiting:
                yield _oldest(runner, pool, waiting)
        finally:
            runner.run(pool.lanes.stop())


def _oldest(
    runner: asyncio.Runner, pool: _Pool, waiting: deque[tuple[Place, asyncio.Future[Outcome]]]
) -> tuple[Place, Outcome]:
    place, future = waiting.popleft()
    return place, runner.run(pool.wait(future))


class _Pool:
    """The lanes, and what ended them."""

    def __init__(self, settings: Settings) -> None:
        self.failed: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
        self.lanes = Lanes(settings, self._fail, lambda: None)

    @classmethod
    async def start(cls, settings: Settings) -> _Pool:
        pool = cls(settings)
        try:
            await pool.lanes.start()
        except LanesError as error:
            fail(str(error))
        return pool

    def _fail(self, error: Exception) -> None:
        if not self.failed.done():
            self.failed.set_result(error)

    async def submit(self, message: Message) -> asyncio.Future[Outcome]:
        return self.lanes.process(message)

    async def wait(self, future: asyncio.Future[Outcome]) -> Outcome:
        either: set[asyncio.Future[Any]] = {future, self.failed}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not future.done():
            fail(str(self.failed.result()))
        return future.result()
