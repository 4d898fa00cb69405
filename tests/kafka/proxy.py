"""A TCP proxy in front of one broker, which can cut, delay or silently drop the traffic."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from collections.abc import Coroutine

HOST = "127.0.0.1"
BUFFER_BYTES = (
    1024 * 1024
)  # a slow link has latency but full bandwidth: data that arrived in the meantime is sent at once


@dataclass(eq=False)
class _Connection:
    """One client's connection to the broker."""

    client: StreamWriter
    broker: StreamWriter
    dead: bool = False
    """Whether its bytes are dropped."""

    def abort(self) -> None:
        """Abort the connection on both sides."""
        self.client.transport.abort()
        self.broker.transport.abort()


class Proxy:
    """Forwards bytes between the clients of *port* and the broker that listens on *target*, in a thread of its own."""

    def __init__(self) -> None:
        self.port = 0
        self.target = 0
        """Port of the broker; set it before the first client connects."""
        self._refusing = False
        self._reachable = asyncio.Event()
        self._reachable.set()
        self._delay_seconds = 0.0
        self._connections: set[_Connection] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """Abort all connections, and every new one immediately."""
        self._refusing = True
        self._run(self._abort())

    def delay(self, seconds: float) -> None:
        """Delay the broker's responses by *seconds*, and those in quick succession by up to twice that."""
        self._delay_seconds = seconds

    def swallow(self) -> None:
        """Drop all bytes and close nothing, as if the other side had vanished.

        Connections that are open now stay dead, even after `heal`. Connections opened from now on wait for `heal`.
        """
        self._run(self._forget())

    def heal(self) -> None:
        """Restore the link."""
        self._refusing = False
        self._delay_seconds = 0.0
        self._loop.call_soon_threadsafe(self._reachable.set)

    def _run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run *coroutine* in the proxy's thread and wait for it."""
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, HOST, 0, limit=BUFFER_BYTES)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        self._server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._abort()
        await self._server.wait_closed()

    async def _abort(self) -> None:
        for connection in self._connections:
            connection.abort()

    async def _forget(self) -> None:
        self._reachable.clear()
        for connection in self._connections:
            connection.dead = True

    async def _serve(self, requests: StreamReader, client: StreamWriter) -> None:
        """Serve one connection until either side ends it."""
        await self._reachable.wait()
        try:
            if self._refusing:
                raise ConnectionRefusedError
            responses, broker = await asyncio.open_connection(HOST, self.target, limit=BUFFER_BYTES)
        except OSError:
            client.transport.abort()
            return
        connection = _Connection(client, broker)
        self._connections.add(connection)
        await asyncio.gather(
            self._forward(connection, requests, broker, slow=False),
            self._forward(connection, responses, client, slow=True),
        )
        connection.abort()
        self._connections.discard(connection)

    async def _forward(self, connection: _Connection, source: StreamReader, sink: StreamWriter, *, slow: bool) -> None:
        with contextlib.suppress(OSError):  # an aborted connection ends the loop
            while data := await source.read(2 * BUFFER_BYTES):
                if slow and self._delay_seconds:
                    await asyncio.sleep(self._delay_seconds)
                if not connection.dead:
                    sink.write(data)
                    await sink.drain()
        if not connection.dead:
            connection.abort()
