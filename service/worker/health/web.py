"""The web server of a worker: /metrics, /livez and /readyz for monitoring, /resume for `newswire resume`."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import web
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

if TYPE_CHECKING:
    from service.worker.application_view import Application
    from service.worker.health.watchdog import Watchdog

log = structlog.get_logger()
INDEX = """\
This is a worker: /metrics, /livez, /readyz. It shows no records.
`newswire page` does, in a process of its own: see NEWSWIRE_PAGE_HOST and NEWSWIRE_PAGE_PORT.
"""
COMMAND_HEADER = "X-Newswire"  # browsers send such a header to another site only after asking it, and get no answer


def add_pages(app: Application, watchdog: Watchdog) -> None:
    """Add the pages to Faust's web server."""

    async def metrics(page: Any, _request: Any) -> Any:
        """Return all metrics."""
        body = generate_latest(app.metrics.registry)
        return page.bytes(body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def livez(page: Any, _request: Any) -> Any:
        """Say whether to keep the worker."""
        verdict = watchdog.live()
        return page.text(verdict.text + "\n", status=200 if verdict.good else 503)

    async def readyz(page: Any, _request: Any) -> Any:
        """Say whether the worker does its work."""
        verdict = watchdog.ready()
        return page.text(verdict.text + "\n", status=200 if verdict.good else 503)

    async def index(_request: web.Request) -> web.Response:
        """Say what this server is, and what shows the records."""
        return web.Response(text=INDEX)

    async def resume(request: web.Request) -> web.Response:
        """Read again after a hold. Only commands on this machine, or in this container, may ask for it."""
        if COMMAND_HEADER not in request.headers or not _from_here(request):
            return web.Response(status=403, text="run `newswire resume` where the worker runs\n")
        try:
            held = await app.in_flight.resume()
        except Exception as error:
            log.exception("not_resumed")
            return web.Response(status=503, text=f"Kafka did not take it ({error!r}); try again\n")
        return web.Response(text="the worker reads again\n" if held else "the worker was not holding\n")

    app.web.web_app.router.add_get("/", index)
    app.web.web_app.router.add_post("/resume", resume)
    for path, page in (("/metrics", metrics), ("/livez", livez), ("/readyz", readyz)):
        app.page(path)(page)


def _from_here(request: web.Request) -> bool:
    """Return whether *request* comes from the machine, or the container, that it goes to."""
    ours, theirs = (request.get_extra_info(name) for name in ("sockname", "peername"))
    return bool(ours and theirs) and (ours[0] == theirs[0] or ipaddress.ip_address(theirs[0]).is_loopback)
