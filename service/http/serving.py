"""Run the server until it is stopped by a signal."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from service import __version__, logs
from service.contract.field_types import SCHEMA_VERSION
from service.errors import NewswireError
from service.http import routes
from service.http.admission import Admission
from service.http.request_metrics import RequestMetrics
from service.processes.pool import DEFAULT_PROCESSOR, WorkerPool

if TYPE_CHECKING:
    from service.settings import Settings

log = structlog.get_logger()

STOP_SECONDS = 50.0  # to answer what was begun; an orchestrator usually waits for 60
DISCONNECT_SECONDS = 1.0  # for connections that are left after that
IDLE_SECONDS = 75.0  # of a connection between two requests, or before its first; a proxy usually closes after 60


class ServeError(NewswireError):
    """Raised if the address cannot be used."""


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        ServeError: The address cannot be used.
        WorkerPoolError: No article can be enriched, at the start or any more.
    """
    logs.configure(settings)
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    server = Server(settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.stop_requested.set)
    await serve_until_stopped(server)


async def serve_until_stopped(server: Server) -> None:
    """Start *server*, and stop it when it is asked to stop, even if it still loads the model."""
    starting = asyncio.create_task(server.start())
    stopping = asyncio.create_task(server.stop_requested.wait())
    try:
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            await starting  # raises what it raised
            await stopping
    finally:
        for task in (starting, stopping):
            task.cancel()
        await asyncio.wait({starting, stopping})
        await server.stop()
    if server.failure is not None:
        raise server.failure


class Server:
    """The web server and the worker processes behind it.

    Args:
        settings: The service's settings.
        processor: `module:class` of what the worker processes run.
    """

    def __init__(self, settings: Settings, processor: str = DEFAULT_PROCESSOR) -> None:
        self.stop_requested = asyncio.Event()
        self.failure: Exception | None = None
        """Why no article can be enriched any more, or None."""
        self._settings = settings
        self._admission = Admission(settings)
        self._metrics = RequestMetrics(self._admission)
        self._pool = WorkerPool(settings, self._fail, self._metrics.process_restarts.inc, processor)
        app = routes.build(settings, self._pool, self._admission, self._metrics)
        self._runner = web.AppRunner(
            app,
            access_log=None,
            handler_cancellation=True,  # a client that leaves costs no more work
            keepalive_timeout=IDLE_SECONDS,
            shutdown_timeout=DISCONNECT_SECONDS,
        )

    async def start(self) -> str:
        """Listen, then load the model. Return the address."""
        await self._runner.setup()
        address = await self._listen()
        seconds, _ = await self._pool.start()
        self._metrics.build.info({"version": __version__, "schema": SCHEMA_VERSION, "model": self._settings.model})
        self._admission.open = True
        log.info("serving", address=address, model_seconds=round(seconds, 1))
        return address

    async def _listen(self) -> str:
        host, port = self._settings.serve_host, self._settings.serve_port
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            raise ServeError(
                f"the server cannot use {host}:{port} ({error.strerror or error}): is another one running there? "
                "NEWSWIRE_SERVE_HOST and NEWSWIRE_SERVE_PORT choose another address"
            ) from error
        host, port = self._runner.addresses[0][:2]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}/"

    def _fail(self, error: Exception) -> None:
        if self.failure is None:
            self.failure = error
            log.critical("server_stops", error=str(error), kind=type(error).__name__)
            self.stop_requested.set()

    async def stop(self) -> None:
        """Accept no more connections, answer the requests that were begun, within a bound, and end all processes."""
        log.info("server_stops_listening", requests=self._admission.begun)
        for site in self._runner.sites:
            await site.stop()
        self._admission.open = False
        if self.failure is None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await self._admission.wait_until_idle()
        await self._runner.cleanup()
        await self._pool.stop()
