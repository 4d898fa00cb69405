"""What goes into a worker process and what comes out of it: plain values that both sides of the pipe can import.

Apart from `service.processes.processor`, so that the process that talks to Kafka never loads the language model's code.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.contract.reject_reasons import RejectReason

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A Kafka record as a worker process sees it."""

    value: bytes | None
    key: bytes | None = None
    headers: Headers = ()
    timestamp: int | None = None
    """Milliseconds since 1970-01-01 UTC; None where the message is not from Kafka."""


@dataclass(frozen=True, slots=True)
class Enriched:
    """A record to publish, with what the metrics and the log line say of it."""

    id: str
    value: bytes
    status: str
    seconds: dict[str, float]
    """Time by stage."""
    revision: str = ""
    """Sorts as the versions of an article do."""
    superseded: bool = False
    """Whether a later version of the article was published before; only the stream knows."""
    entities: dict[str, int] = field(default_factory=dict)
    """Entities by type."""
    places: dict[str, int] = field(default_factory=dict)
    """Place mentions by country code; "" for those with no country, "?" for the unresolved."""
    events: dict[str, int] = field(default_factory=dict)
    """Events by type."""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A null value: it deletes the article downstream, so it passes as it is."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A message for the dead-letter topic."""

    reason: RejectReason
    stage: str
    detail: str


Outcome = Enriched | Tombstone | Refused
