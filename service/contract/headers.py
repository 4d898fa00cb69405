"""The Kafka headers that the service reads and writes: their names, and where ours begin."""

from __future__ import annotations

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
