"""The Kafka headers that the service reads and writes: their names, and where ours begin."""

from __future__ import annotations

from pydantic import Field

from service.contract.field_types import ContractModel, Timestamp

TRACE_HEADERS = ("traceparent", "tracestate")  # W3C Trace Context; their names are read in any case
SUBJECT = "ce_subject"
ORIGIN = "newswire.origin"
REVISION = "newswire.revision"
SUPERSEDED = "newswire.superseded"
ATTEMPT = "newswire.attempt"
FORMAT = "newswire.format"
"""Of a raw article: which format its value is in."""
TIMESTAMP = "newswire.timestamp"
"""Of a raw article sent again: the timestamp that it had first, so that it becomes the same record."""
SETTLED = "newswire.settled"
"""Of a note in the dead-letter topic: the letter that was sent again or parked."""
FIRST_OF_OURS = "__streams.errors.topic"  # of the headers that a dead letter adds to the article's own

KafkaHeaders = tuple[tuple[str, bytes | None], ...]
"""As they lie in a topic: the value of a header may be null."""


def original_headers(headers: KafkaHeaders) -> KafkaHeaders:
    """Return the headers that an article had before it became a dead letter.

    Ours come last and begin with `FIRST_OF_OURS`, so the article's own stay, whatever their names.
    """
    begins = [place for place, (name, _) in enumerate(headers) if name == FIRST_OF_OURS]
    return headers[: begins[-1]] if begins else headers


class DeadLetterHeaders(ContractModel):
    """The headers that a dead letter has beside those of the message it was; all are text in UTF-8.

    The first six are those of Kafka Streams (KIP-1034). Key, value and headers of the message stay byte for byte.
    """

    topic: str = Field(alias="__streams.errors.topic", description="Topic of the message.")
    partition: str = Field(alias="__streams.errors.partition", pattern=r"^[0-9]+$", description="Its partition.")
    offset: str = Field(alias="__streams.errors.offset", pattern=r"^[0-9]+$", description="Its offset.")
    exception: str = Field(alias="__streams.errors.exception", description="Name of the exception.")
    message: str = Field(
        alias="__streams.errors.message", description="What was wrong and what to do; never the article's text."
    )
    stacktrace: str = Field(alias="__streams.errors.stacktrace", description="File and line of a bug; else empty.")
    origin: str = Field(
        alias="newswire.origin", pattern=r"^[^/]+/[0-9]+/[0-9]+$", description="Topic, partition and offset in one."
    )
    reason: str = Field(alias="newswire.reason", description="Stable code of the reason; later versions may add some.")
    stage: str = Field(alias="newswire.stage", description="Stage that refused it: wire, enrich, serialize, publish.")
    attempt: str = Field(alias="newswire.attempt", pattern=r"^[0-9]+$", description="How often it was tried, from 1.")
    group: str = Field(alias="newswire.group", description="Consumer group that refused it.")
    version: str = Field(alias="newswire.version", description="Version of the service that refused it.")
    failed_at: Timestamp = Field(alias="newswire.failed-at", description="When it was refused.")
    omitted: str | None = Field(
        default=None,
        alias="newswire.omitted",
        description="What was left out because it did not fit the topic; it can still be read at the origin.",
    )
    value_bytes: str | None = Field(
        default=None, alias="newswire.value-bytes", pattern=r"^[0-9]+$", description="Length of an omitted value."
    )
    value_sha256: str | None = Field(
        default=None, alias="newswire.value-sha256", pattern=r"^[0-9a-f]{64}$", description="Hash of an omitted value."
    )
