"""Why a request over HTTP was not answered with a record: problem details (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus

from pydantic import Field

from service.contract.field_types import ContractModel
from service.contract.reject_reasons import RejectReason

PROBLEM_CONTENT_TYPE = "application/problem+json"

_STATUS_OF_REASON = {
    RejectReason.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    RejectReason.WORKER_CRASH: HTTPStatus.INTERNAL_SERVER_ERROR,
    RejectReason.ENRICH_FAILED: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""The others are faults of the article, which would be refused again: 422."""


class ProblemDetails(ContractModel):
    """Why there is no record (RFC 9457). It has a `reason` if an article was refused."""

    type: str = "about:blank"
    """`urn:newswire:problem:` and the reason; `about:blank` if the status says everything."""
    title: str
    """The same for all problems of this type."""
    status: int = Field(ge=400, le=599)
    """HTTP status. In NDJSON, the status that this article alone would have."""
    detail: str | None = None
    """What is wrong and what to do. Never contains text of the article."""
    reason: str | None = Field(default=None, pattern="^[a-z0-9_]+$", examples=list(RejectReason))
    """Stable code of the reason, as in dead letters. Later versions may add codes."""
    stage: str | None = None
    """Stage that refused the article: split, wire, enrich or serialize."""
    position: str | None = None
    """In NDJSON, where in the body the article stands."""


def of_status(status: HTTPStatus, detail: str) -> ProblemDetails:
    """Return the problem of a request that was refused before an article was read."""
    return ProblemDetails(title=status.phrase, status=status, detail=detail)


def of_article(reason: RejectReason, stage: str, detail: str, position: str | None = None) -> ProblemDetails:
    """Return the problem of an article that was refused for *reason*."""
    return ProblemDetails(
        type=f"urn:newswire:problem:{reason}",
        title=f"Article refused: {reason.replace('_', ' ')}",
        status=_STATUS_OF_REASON.get(reason, HTTPStatus.UNPROCESSABLE_ENTITY),
        detail=detail.encode(errors="replace").decode(),  # it may hold half a surrogate pair
        reason=reason,
        stage=stage,
        position=position,
    )
