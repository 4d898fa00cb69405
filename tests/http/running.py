"""A real server on loopback, with real worker processes, and a client."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import orjson

from service.http.serving import Server
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LIGHT = "tests.kafka.processors:Light"
NDJSON = {"Accept": "application/x-ndjson"}


class Running:
    """A server that runs, and a client of it."""

    def __init__(self, server: Server, address: str, client: aiohttp.ClientSession) -> None:
        self.server = server
        self.address = address
        self.client = client
        self.port = int(address.rstrip("/").rpartition(":")[2])

    async def post(self, body: Any, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """Return the status and the body of the answer to *body*, which may be anything that aiohttp sends."""
        async with self.client.post("enrich", data=body, headers=headers) as response:
            return response.status, await response.read()

    async def send(self, body: bytes, length: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Send a request whose body should have *length* bytes, of which *body* are here. Return the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(b"POST /enrich HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % length + body)
        await writer.drain()
        return reader, writer

    async def metric(self, sample: str) -> float:
        """Return the value of a metric, with its labels as Prometheus writes them."""
        async with self.client.get("metrics") as response:
            lines = (await response.text()).splitlines()
        return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{sample} "))

    async def wait_for(self, sample: str, value: float) -> None:
        """Wait until a metric has *value*."""
        async with asyncio.timeout(60):
            while await self.metric(sample) != value:  # noqa: ASYNC110 - there is no event for it
                await asyncio.sleep(0.01)


@asynccontextmanager
async def running(processor: str = LIGHT, **settings: Any) -> AsyncIterator[Running]:
    """Run a server with two worker processes."""
    server = Server(Settings(serve_port=0, worker_processes=2, **settings), processor)
    try:
        address = await server.start()
        async with aiohttp.ClientSession(address, timeout=aiohttp.ClientTimeout(100)) as client:
            yield Running(server, address, client)
    finally:
        await server.stop()


def article(name: object, do: str = "", size: int = 0) -> bytes:
    """Return an article for `Light`, which does what it says and has a record of about *size* bytes."""
    return orjson.dumps({"id": str(name), "do": do, "bytes": size})
