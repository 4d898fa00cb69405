"""The routes of the page, and the security headers (aiohttp)."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from aiohttp import web

from service import web_access
from service.page.event_stream import follow
from service.views import html

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from service.page.figures import Figures
    from service.page.recent_records import RecentRecords
    from service.settings import Settings

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

MAX_BROWSERS = 16  # that follow at once: each costs a connection

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types newswire"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
STATIC = {"page.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"}


def mount(app: web.Application, settings: Settings, recent: RecentRecords, figures: Figures) -> None:
    """Add the page to *app*, with the records of *recent*, and /livez and /readyz for probes."""
    app.middlewares.append(web_access.guard(settings))
    base = settings.base_path
    if base:
        app.router.add_get(base, _to_folder)
    title = f"Newswire · {settings.enriched_topic}"
    app.router.add_get(f"{base}/", _static(html.live(title).encode(), "text/html"))
    for name, kind in STATIC.items():
        content = (files("service.views") / "static" / name).read_bytes()
        app.router.add_get(f"{base}/page/{name}", _static(content, kind))
    app.router.add_get(f"{base}/page/events", _events(recent, figures))
    app.router.add_get("/livez", _livez)
    app.router.add_get("/readyz", _readyz(figures))

    async def close(_app: web.Application) -> None:
        """Disconnect the browsers: aiohttp would wait for them when the page ends."""
        recent.close()

    app.on_shutdown.append(close)


async def _to_folder(request: web.Request) -> web.Response:
    """Redirect to the address with a slash, to which the links of the page are relative."""
    raise web.HTTPPermanentRedirect(f"{request.path}/")


def _static(content: bytes, kind: str) -> Handler:
    async def static(_request: web.Request) -> web.Response:
        return web.Response(body=content, content_type=kind, charset="utf-8", headers=HEADERS)

    return static


def _events(recent: RecentRecords, figures: Figures) -> Handler:
    async def events(request: web.Request) -> web.StreamResponse:
        if figures.browsers >= MAX_BROWSERS:
            return web.Response(text=f"{MAX_BROWSERS} browsers follow already\n", status=503)
        figures.browsers += 1
        try:
            response = web.StreamResponse(headers=HEADERS | {"Content-Type": "text/event-stream"})
            await response.prepare(request)
            await follow(response, recent, figures)
        except ConnectionResetError:
            pass  # the browser has disconnected
        finally:
            figures.browsers -= 1
        return response

    return events


async def _livez(_request: web.Request) -> web.Response:
    return web.Response(text="the page is up\n")


def _readyz(figures: Figures) -> Handler:
    async def readyz(_request: web.Request) -> web.Response:
        """Report whether records can be read. The reason is in the log, since it may name hosts."""
        if figures.reading:
            return web.Response(text="reading records\n")
        return web.Response(text="no records can be read; the log says why\n", status=503)

    return readyz
