"""Field types that several models of the contract share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

SCHEMA_VERSION: Final = "1.0"
"""Version of all schemas of the contract."""

RFC3339_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$"
"""Published beside `format: date-time`, because many validators check patterns but not formats."""


def _to_utc(time: datetime) -> datetime:
    """Return *time* in UTC. A time without a zone is read as UTC, which is what wires mean."""
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _to_rfc3339(time: datetime) -> str:
    """Return the UTC *time* as RFC 3339 text that ends in `Z`, with milliseconds unless its fraction is zero."""
    text = time.isoformat(timespec="milliseconds" if time.microsecond else "seconds")
    return text.replace("+00:00", "Z")


Score = Annotated[float, Field(ge=0, le=1)]
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2; XK for Kosovo.")]
Timestamp = Annotated[
    datetime,
    AfterValidator(_to_utc),
    PlainSerializer(_to_rfc3339, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": RFC3339_PATTERN}),
]


class ContractModel(BaseModel):
    """Base class of the models. Instances are immutable, and members that are not declared are an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
