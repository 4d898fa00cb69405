"""Read the body of a request, within a size and a time, and the headers that belong to its article."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, get_args

from aiohttp import web

from service.contract import problem_details
from service.contract.headers import CE_ID, CE_SOURCE, CE_SPECVERSION, CE_SUBJECT, CONTENT_TYPE, FORMAT
from service.contract.raw_article import InputFormat
from service.contract.reject_reasons import RejectReason
from service.http.answers import ProblemError

if TYPE_CHECKING:
    from service.contract.outcomes import Headers
    from service.http.admission import BodyBytes

BODY_SECONDS = 30.0  # a client that sends an article of 500 kB needs 17 kB/s
KAFKA_NAMES = {name.replace("_", "-"): name for name in (CE_SPECVERSION, CE_ID, CE_SOURCE, CE_SUBJECT, CONTENT_TYPE)}
"""The headers of CloudEvents have a hyphen over HTTP and an underscore on Kafka."""


async def read(request: web.Request, limit: int, held: BodyBytes) -> bytes:
    """Return the body of *request*. Raise `ProblemError` if it is larger than *limit* bytes or takes too long."""
    if request.content_length is not None and request.content_length > limit:
        raise _too_large(limit)
    chunks = []
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.content.iter_any():
                held.add(len(chunk))
                if held.count > limit:
                    raise _too_large(limit)
                chunks.append(chunk)
    except TimeoutError:
        detail = f"the body did not arrive within {BODY_SECONDS:g} s"
        raise ProblemError.of_status(HTTPStatus.REQUEST_TIMEOUT, detail) from None
    except web.RequestPayloadError:
        request.content.feed_eof()  # aiohttp would read on, and log the same error again with its traceback
        detail = "the body does not match its headers Content-Encoding and Transfer-Encoding"
        raise ProblemError.of_status(HTTPStatus.BAD_REQUEST, detail) from None
    return b"".join(chunks)


def headers(request: web.Request, *, batch: bool) -> Headers:
    """Return the headers that the message on Kafka would have. Raise `ProblemError` if the format is unknown.

    Those of an event belong to one article, so the articles of a *batch* get only the format.
    """
    found = [
        (kafka_name, request.headers[name].encode(errors="surrogateescape"))
        for name, kafka_name in KAFKA_NAMES.items()
        if name in request.headers and not batch
    ]
    name = request.query.get("format")
    if name is None:
        return tuple(found)
    if name not in get_args(InputFormat):
        detail = f"the format {ascii(name)[:40]} is unknown; use one of {', '.join(get_args(InputFormat))}"
        raise ProblemError.of_status(HTTPStatus.BAD_REQUEST, detail)
    return (*found, (FORMAT, name.encode()))


def _too_large(limit: int) -> ProblemError:
    detail = f"the body is larger than {limit:,} bytes"
    return ProblemError(problem_details.of_article(RejectReason.TOO_LARGE, "wire", detail))
