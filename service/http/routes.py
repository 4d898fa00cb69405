"""The paths of the server, and what each answers (aiohttp)."""

from __future__ import annotations

import asyncio
import itertools
import time
from contextlib import aclosing
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from aiohttp import web
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from service import web_access
from service.contract import schemas
from service.contract.headers import JSON_CONTENT_TYPE
from service.contract.outcomes import Message
from service.http import answers, batches, request_body
from service.http.answers import NDJSON_CONTENT_TYPE, ProblemError
from service.http.request_metrics import DROPPED

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from service.contract.outcomes import Headers
    from service.http.admission import Admission
    from service.http.request_metrics import RequestMetrics
    from service.processes.pool import WorkerPool
    from service.settings import Settings

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = structlog.get_logger()


def build(settings: Settings, pool: WorkerPool, admission: Admission, metrics: RequestMetrics) -> web.Application:
    """Return the application. It enriches with *pool* while *admission* is open."""
    app = web.Application(middlewares=[_as_problems, web_access.guard(settings)])
    endpoint = Endpoint(settings, pool, admission, metrics)
    description = schemas.openapi_document()

    async def live(_request: web.Request) -> web.Response:
        """Say that the server is up."""
        return web.Response(text="the server is up\n")

    async def ready(_request: web.Request) -> web.Response:
        """Say whether articles are enriched."""
        if admission.open:
            return web.Response(text="articles are enriched\n")
        return web.Response(text="the model is being loaded, or the server stops\n", status=503)

    async def metrics_page(_request: web.Request) -> web.Response:
        """Return the metrics in Prometheus' text format."""
        return web.Response(body=generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def openapi(_request: web.Request) -> web.Response:
        """Return the OpenAPI document."""
        return web.Response(body=description, content_type=JSON_CONTENT_TYPE)

    app.router.add_post(f"{settings.base_path}/enrich", endpoint.enrich)
    app.router.add_get(f"{settings.base_path}/openapi.json", openapi)
    for path, page in {"/livez": live, "/readyz": ready, "/metrics": metrics_page}.items():
        app.router.add_get(path, page)
    return app


@web.middleware
async def _as_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer aiohttp's own errors, such as an unknown path, with problem details too."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        response = ProblemError.of_status(HTTPStatus(error.status), f"{request.method} {request.path}").response()
        for name in {"Allow", "WWW-Authenticate"} & error.headers.keys():
            response.headers[name] = error.headers[name]
        return response


class Endpoint:
    """`POST /enrich`: bodies in, records out, by the worker processes of *pool*."""

    def __init__(self, settings: Settings, pool: WorkerPool, admission: Admission, metrics: RequestMetrics) -> None:
        self._settings = settings
        self._pool = pool
        self._admission = admission
        self._metrics = metrics
        self._numbers = itertools.count()

    async def enrich(self, request: web.Request) -> web.StreamResponse:
        """Answer a request, and count and log it."""
        started = time.monotonic()
        status = str(HTTPStatus.INTERNAL_SERVER_ERROR.value)
        try:
            response = await self._answer(request)
            status = str(response.status)
        except ProblemError as error:
            response = error.response()
            response.force_close()  # of a body that was not read, the rest would be taken for the next request
            status = str(response.status)
        except ConnectionError:
            status = DROPPED
            response = web.Response(status=HTTPStatus.BAD_REQUEST)  # aiohttp wants one; nobody reads it
        except asyncio.CancelledError:
            status = DROPPED
            raise
        finally:
            seconds = time.monotonic() - started
            self._metrics.requests.labels(status).inc()
            self._metrics.duration.observe(seconds)
            log.info("request", status=status, bytes=request.content_length, ms=round(seconds * 1000, 1))
        return response

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if not self._admission.open:
            raise ProblemError.busy("the model is being loaded, or the server stops; try again")
        batch = NDJSON_CONTENT_TYPE in request.headers.get("Accept", "").lower()
        headers = request_body.headers(request, batch=batch)
        limit = self._settings.serve_max_batch_bytes if batch else self._settings.max_article_bytes
        with self._admission.request() as held:
            body = await request_body.read(request, limit, held)
            with self._admission.place(batch=batch):
                return await (self._batch if batch else self._article)(request, body, headers)

    async def _article(self, request: web.Request, body: bytes, headers: Headers) -> web.Response:
        outcome = await self._pool.process(Message(body, headers=headers), next(self._numbers))
        self._metrics.count(outcome)
        response = answers.of_outcome(outcome)
        await answers.send(request, _complete(request, response))
        return response

    async def _batch(self, request: web.Request, body: bytes, headers: Headers) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": NDJSON_CONTENT_TYPE})
        await response.prepare(request)
        process = partial(self._pool.process, partition=next(self._numbers))
        async with aclosing(batches.outcomes(self._settings, body, headers, process)) as outcomes:
            async for position, outcome in outcomes:
                self._metrics.count(outcome)
                await answers.send(request, response.write(answers.line(outcome, position)))
        await answers.send(request, response.write_eof())
        return response


async def _complete(request: web.Request, response: web.Response) -> None:
    await response.prepare(request)
    await response.write_eof()
