"""Types of fields that several models of the contract share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

SCHEMA_VERSION: Final = "1.0"
"""Version of all schemas of the contract."""

Score = Annotated[float, Field(ge=0, le=1)]
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2; XK for Kosovo.")]


def _utc(moment: datetime) -> datetime:
    """Bring *moment* to UTC; one without a zone is taken as UTC, as wires mean it."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _rfc3339(moment: datetime) -> str:
    """Write *moment* as RFC 3339 with the `Z` of UTC, without a fraction that is zero."""
    text = moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
    return text.replace("+00:00", "Z")


RFC3339_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$"
"""Many validators look at patterns only, not at formats."""

Timestamp = Annotated[
    datetime,
    AfterValidator(_utc),
    PlainSerializer(_rfc3339, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": RFC3339_PATTERN}),
]


class ContractModel(BaseModel):
    """Base class of the models: immutable, and without members that are not declared."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
