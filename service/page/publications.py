"""A record of the topic, as far as the page has to understand it before anybody looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson

from service.contract.headers import SUPERSEDED

if TYPE_CHECKING:
    from service.kafka.kafka_record import KafkaRecord


@dataclass(frozen=True, slots=True)
class Publication:
    """A published record."""

    key: str
    """The key of the Kafka record: what a deletion names."""
    id: str
    """The article's id, the same for all its versions."""
    revision: str
    """Of two records with one id, the greater revision holds."""
    status: str
    embargoed_until: datetime | None
    superseded: bool
    """Whether the service published a later version before this one."""
    timestamp: int
    """Milliseconds since 1970-01-01 UTC."""
    value: bytes


@dataclass(frozen=True, slots=True)
class Deletion:
    """A tombstone: the article with this key is deleted."""

    key: str
    timestamp: int
    """Milliseconds since 1970-01-01 UTC."""


def parse(record: KafkaRecord) -> Publication | Deletion:
    """Return what *record* publishes or deletes. Raise `ValueError` if it is not a record of this service."""
    key = (record.key or b"").decode(errors="backslashreplace")
    if record.value is None:
        return Deletion(key, record.timestamp)
    try:
        fields = orjson.loads(record.value)
        return Publication(
            key,
            id=fields["id"],
            revision=fields.get("revision", ""),
            status=fields["status"],
            embargoed_until=_moment(fields["embargoed_until"]),
            superseded=record.header(SUPERSEDED) == "true",
            timestamp=record.timestamp,
            value=record.value,
        )
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"{record.origin} is not a record of this service: {error!r}") from error


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
