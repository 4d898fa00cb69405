"""What a worker process receives and returns: plain values that both ends of the pipe can import.

They are not in `service.processes.processor`, so that the process that talks to Kafka never imports spaCy.
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
    """Milliseconds since 1970-01-01 UTC; None if the message does not come from Kafka."""


@dataclass(frozen=True, slots=True)
class Enriched:
    """A record to publish, with the figures for its metrics and log line."""

    id: str
    value: bytes
    status: str
    seconds: dict[str, float]
    """Seconds spent per stage."""
    revision: str = ""
    """Sort key of the versions of an article (see `RawArticle.revision`)."""
    superseded: bool = False
    """Whether a later version of the article was published before. Set by the worker, which alone knows."""
    language: str = "unknown"
    """Language of the article, if it is one of `NEWSWIRE_LANGUAGES`; otherwise `other` or `unknown`."""
    entities: dict[str, int] = field(default_factory=dict)
    """Number of entities per type."""
    places: dict[str, int] = field(default_factory=dict)
    """Number of place mentions per country code; "" if the place has no country, "?" if it is unresolved."""
    events: dict[str, int] = field(default_factory=dict)
    """Number of events per type."""
    flat_events: dict[str, bytes] = field(default_factory=dict)
    """The messages for the events topic by the ids of the events. Empty if no such topic is set."""
    tags: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    """Names of members of the message that hold text and were not read."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A null value. It deletes the article downstream, so it is passed on."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A message for the dead-letter topic."""

    reason: RejectReason
    stage: str
    """Stage that refused it: wire, enrich, serialize or publish."""
    detail: str
    """What is wrong and what to do; for an exception, its name and `at FILE:LINE`."""


Outcome = Enriched | Tombstone | Refused
