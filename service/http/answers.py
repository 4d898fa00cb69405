"""Records and problem details as HTTP responses."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web

from service.contract import problem_details
from service.contract.headers import JSON_CONTENT_TYPE
from service.contract.outcomes import Enriched, Outcome, Refused
from service.contract.problem_details import PROBLEM_CONTENT_TYPE, ProblemDetails

if TYPE_CHECKING:
    from collections.abc import Awaitable

NDJSON_CONTENT_TYPE = "application/x-ndjson"
SEND_SECONDS = 30.0  # for one record, of at most 4 MB: a client slower than 133 kB/s is disconnected
RETRY_SECONDS = 2  # two cores enrich a full house of 256 articles in about three


class ProblemError(Exception):
    """Raised to answer a request with a problem.

    Args:
        problem: The body of the answer.
        headers: Further headers of the answer.
    """

    def __init__(self, problem: ProblemDetails, headers: dict[str, str] | None = None) -> None:
        super().__init__(problem.title)
        self.problem = problem
        self.headers = headers or {}

    @classmethod
    def of_status(cls, status: HTTPStatus, detail: str) -> ProblemError:
        """Return the error for a request that was refused before an article was read."""
        return cls(problem_details.of_status(status, detail))

    @classmethod
    def busy(cls, detail: str) -> ProblemError:
        """Return the error for a request that may succeed later."""
        problem = problem_details.of_status(HTTPStatus.SERVICE_UNAVAILABLE, detail)
        return cls(problem, {"Retry-After": str(RETRY_SECONDS)})

    def response(self) -> web.Response:
        """Return the answer."""
        return web.Response(
            body=to_json(self.problem),
            status=self.problem.status,
            content_type=PROBLEM_CONTENT_TYPE,
            headers=self.headers,
        )


def of_outcome(outcome: Outcome) -> web.Response:
    """Return the answer to a request with one article."""
    match outcome:
        case Enriched():
            return web.Response(body=outcome.value, content_type=JSON_CONTENT_TYPE)
        case Refused():
            return ProblemError(problem_of(outcome)).response()
    raise TypeError(f"a body is never a deletion: {outcome}")


def line(outcome: Outcome, position: str) -> bytes:
    """Return the line of NDJSON for one article of a batch."""
    match outcome:
        case Enriched():
            return outcome.value + b"\n"
        case Refused():
            return to_json(problem_of(outcome, position)) + b"\n"
    raise TypeError(f"a part of a body is never a deletion: {outcome}")


def problem_of(refused: Refused, position: str | None = None) -> ProblemDetails:
    """Return the problem of an article that was refused."""
    return problem_details.of_article(refused.reason, refused.stage, refused.detail, position)


def to_json(problem: ProblemDetails) -> bytes:
    """Return *problem* without the members that it does not have."""
    return problem.model_dump_json(exclude_none=True).encode()


async def send(request: web.Request, sending: Awaitable[None]) -> None:
    """Wait for *sending*. Disconnect a client that does not read, since it would keep its place forever."""
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await sending
    except TimeoutError as error:
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionResetError("the client does not read") from error
