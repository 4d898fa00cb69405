"""The pages of a worker: /metrics, /livez and /readyz for what watches over it, and / for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from service.page.web import mount

if TYPE_CHECKING:
    from service.stream.agent import Enricher


def add_pages(app: Enricher) -> None:
    """Add the pages to Faust's web server."""

    async def metrics(page: Any, _request: Any) -> Any:
        """Return all metrics."""
        body = generate_latest(app.metrics.registry)
        return page.bytes(body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def livez(page: Any, _request: Any) -> Any:
        """Say whether to keep the worker."""
        verdict = app.watchdog.live()
        return page.text(verdict.text + "\n", status=200 if verdict.good else 503)

    async def readyz(page: Any, _request: Any) -> Any:
        """Say whether the worker does its work."""
        verdict = app.watchdog.ready()
        return page.text(verdict.text + "\n", status=200 if verdict.good else 503)

    for path, page in (("/metrics", metrics), ("/livez", livez), ("/readyz", readyz)):
        app.page(path)(page)
    mount(app.web.web_app, app.settings, app.feed, app.metrics.registry)
