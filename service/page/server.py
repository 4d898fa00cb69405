"""The routes of the live page, for the worker's web server (aiohttp)."""

from __future__ import annotations

import asyncio
import time
from importlib.resources import files
from typing import TYPE_CHECKING

import orjson
from aiohttp import web

from service.views import html

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from prometheus_client import CollectorRegistry

    from service.page.recent import Entry, Feed
    from service.settings import Settings

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

FOLLOWERS = 16  # at once: each costs a connection
PAUSE = 1.0  # seconds between two sendings
AT_ONCE = 20  # records a sending: rendering one takes some 3 ms, and nobody reads faster
FIGURES = 2.0  # seconds between two looks at the figures

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
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
OFF = """\
The page for people is off; NEWSWIRE_PAGE=true shows it. It holds the articles' text, so mind who can reach this port.
/metrics, /livez and /readyz are on.
"""


def mount(app: web.Application, settings: Settings, feed: Feed, registry: CollectorRegistry) -> None:
    """Add the page to *app*: the records of *feed*, and figures out of the metrics in *registry*."""
    if not settings.page:
        app.router.add_get("/", _off)
        app.router.add_get("/page/{rest:.*}", _off)
        return
    guarded = _guard(settings.web_host)
    app.router.add_get("/", guarded(_page(html.live(f"Newswire · {settings.group}").encode(), "text/html")))
    for name, kind in STATIC.items():
        content = (files("service.views") / "static" / name).read_bytes()
        app.router.add_get(f"/page/{name}", guarded(_page(content, kind)))
    app.router.add_get("/page/events", guarded(_events(feed, registry)))

    async def close(_app: web.Application) -> None:
        """Let the browsers go: one that follows would hold up the worker's end."""
        feed.close()

    app.on_shutdown.append(close)


async def _off(_request: web.Request) -> web.Response:
    return web.Response(text=OFF, status=404)


def _guard(bound_to: str) -> Callable[[Handler], Handler]:
    """Return what keeps other origins out of a page on loopback.

    A name of theirs that resolves to 127.0.0.1 would let their scripts read the page (DNS rebinding).
    """

    def guarded(handler: Handler) -> Handler:
        async def checked(request: web.Request) -> web.StreamResponse:
            if bound_to in LOOPBACK and request.url.host not in LOOPBACK:
                return web.Response(text="this page answers to localhost only\n", status=403)
            return await handler(request)

        return checked

    return guarded


def _page(content: bytes, kind: str) -> Handler:
    async def page(_request: web.Request) -> web.Response:
        return web.Response(body=content, content_type=kind, charset="utf-8", headers=HEADERS)

    return page


def _events(feed: Feed, registry: CollectorRegistry) -> Handler:
    followers = 0

    async def events(request: web.Request) -> web.StreamResponse:
        nonlocal followers
        if followers >= FOLLOWERS:
            return web.Response(text=f"{FOLLOWERS} browsers follow already\n", status=503)
        followers += 1
        try:
            response = web.StreamResponse(headers=HEADERS | {"Content-Type": "text/event-stream"})
            await response.prepare(request)
            await _follow(response, feed, registry)
        except ConnectionResetError:
            pass  # the browser has gone
        finally:
            followers -= 1
        return response

    return events


async def _follow(response: web.StreamResponse, feed: Feed, registry: CollectorRegistry) -> None:
    """Send what comes until the browser goes or the worker ends: first what is there, then what is new."""
    seen, looked, skipped = 0, float("-inf"), 0
    while not feed.closed:
        entries = feed.since(seen)
        if entries:
            if seen:
                skipped += max(0, entries[-1].number - seen - AT_ONCE)
                entries = entries[-AT_ONCE:]
            seen = entries[-1].number
            await _send(response, "records", await asyncio.to_thread(_rendered, entries))
            if skipped:
                await _send(response, "skipped", orjson.dumps(skipped))
        if time.monotonic() - looked >= FIGURES:
            looked = time.monotonic()
            await _send(response, "figures", orjson.dumps(figures(registry)))
        await feed.rest(PAUSE)
        await feed.wait(seen, FIGURES)


async def _send(response: web.StreamResponse, event: str, data: bytes) -> None:
    """Write one server-sent event; JSON has no line breaks in it, so it is one line."""
    await response.write(b"event: %s\ndata: %s\n\n" % (event.encode(), data))


def _rendered(entries: list[Entry]) -> bytes:
    return orjson.dumps([entry.shown for entry in entries])


def figures(registry: CollectorRegistry) -> dict[str, float]:
    """Return the page's figures: totals since the start; the page makes a pace out of two of them."""
    totals: dict[tuple[str, str], float] = {}
    for family in registry.collect():
        if family.name.startswith("newswire_"):
            for sample in family.samples:
                key = sample.name, sample.labels.get("outcome", "")
                totals[key] = totals.get(key, 0.0) + sample.value
    outcomes = {outcome: total for (name, outcome), total in totals.items() if name == "newswire_articles_total"}
    return {
        "seconds": time.monotonic(),
        "articles": sum(outcomes.values()),
        "enriched": outcomes.get("enriched", 0.0),
        "refused": outcomes.get("rejected", 0.0),
        "age": totals.get(("newswire_event_age_seconds_sum", ""), 0.0),
        "lag": totals.get(("newswire_consumer_lag_records", ""), 0.0),
        "in_flight": totals.get(("newswire_in_flight_articles", ""), 0.0),
    }
