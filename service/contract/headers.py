"""Every Kafka header that the service reads or writes: its name, its meaning, and the messages that have it.

The encoding of records and dead letters, the AsyncAPI document, the JSON Schema of dead letters and the tables in
`schemas/headers.md` are made from these declarations.

Sources: CloudEvents 1.0, Kafka protocol binding, binary mode (`ce_*` and `content-type`); W3C Trace Context
(`traceparent`, `tracestate`); Kafka Streams, KIP-1034 (`__streams.errors.*`).
"""

from __future__ import annotations

from dataclasses import dataclass

from service.contract.field_types import RFC3339_PATTERN, SCHEMA_VERSION

KafkaHeaders = tuple[tuple[str, bytes | None], ...]
"""The headers of a Kafka record. Names may repeat, and the value of a header may be null."""

CE_SPECVERSION = "ce_specversion"
CE_ID = "ce_id"
CE_SOURCE = "ce_source"
CE_TYPE = "ce_type"
CE_TIME = "ce_time"
CE_SUBJECT = "ce_subject"
CE_PARTITIONKEY = "ce_partitionkey"
CE_DATASCHEMA = "ce_dataschema"
CE_FEEDTITLE = "ce_feedtitle"
CONTENT_TYPE = "content-type"

TRACEPARENT = "traceparent"
TRACESTATE = "tracestate"
TRACE_HEADERS = (TRACEPARENT, TRACESTATE)
"""Their names are read in upper and lower case."""

ERROR_TOPIC = "__streams.errors.topic"
ERROR_PARTITION = "__streams.errors.partition"
ERROR_OFFSET = "__streams.errors.offset"
ERROR_EXCEPTION = "__streams.errors.exception"
ERROR_MESSAGE = "__streams.errors.message"
ERROR_STACKTRACE = "__streams.errors.stacktrace"

ORIGIN = "newswire.origin"
REVISION = "newswire.revision"
SUPERSEDED = "newswire.superseded"
EVENTS = "newswire.events"
FORMAT = "newswire.format"
TIMESTAMP = "newswire.timestamp"
ATTEMPT = "newswire.attempt"
REASON = "newswire.reason"
STAGE = "newswire.stage"
GROUP = "newswire.group"
VERSION = "newswire.version"
FAILED_AT = "newswire.failed-at"
OMITTED = "newswire.omitted"
VALUE_BYTES = "newswire.value-bytes"
VALUE_SHA256 = "newswire.value-sha256"
SETTLED = "newswire.settled"
SETTLED_TO = "newswire.settled-to"

CLOUDEVENTS_VERSION = "1.0"
ENRICHED_TYPE = "newswire.article.enriched.v1"
DELETED_TYPE = "newswire.article.deleted.v1"
FLAT_EVENT_TYPE = "newswire.event.found.v1"
FLAT_EVENT_DELETED_TYPE = "newswire.event.deleted.v1"
FEED_ITEM_TYPE = "newswire.feed.item.v1"
JSON_CONTENT_TYPE = "application/json"
ENRICHED_SCHEMA_ID = f"urn:newswire:enriched-article:{SCHEMA_VERSION}"
FLAT_EVENT_SCHEMA_ID = f"urn:newswire:flat-event:{SCHEMA_VERSION}"
REVISION_CHARACTERS = 256
"""Length of `newswire.revision`: the time takes 26, which leaves more than any sensible version needs."""


@dataclass(frozen=True, slots=True)
class Header:
    """One header of one kind of message. Its value is text in UTF-8."""

    name: str
    meaning: str
    """A sentence for consumers. For a header that always has the same value, that value."""
    required: bool = True
    """Whether every message of this kind has the header."""
    pattern: str | None = None
    """Regular expression (ECMA-262) that the value matches."""
    format: str | None = None
    """Format of the value as JSON Schema names it, for example `date-time`."""


_TRACESTATE = Header(TRACESTATE, "Vendor data of that trace (W3C Trace Context).", required=False)
_INPUT_TRACE = (
    Header(TRACEPARENT, "Trace that the article belongs to (W3C Trace Context).", required=False),
    _TRACESTATE,
)
_OUTPUT_TRACE = (
    Header(TRACEPARENT, "Trace of the raw article (W3C Trace Context), or the service's span in it.", required=False),
    _TRACESTATE,
)

RAW_ARTICLE = (
    Header(FORMAT, "Format of the value. Without it, the format is detected.", required=False),
    Header(ATTEMPT, "Number of this attempt, counted from 1, if the article was replayed.", required=False),
    Header(
        TIMESTAMP,
        "Timestamp of the message at its first attempt, in milliseconds since 1970-01-01 UTC, if it was replayed.",
        required=False,
    ),
    Header(CE_SPECVERSION, "Version of CloudEvents, if the message is an event in binary mode.", required=False),
    Header(CE_SUBJECT, "Id of the article, if the value has none.", required=False),
    Header(CE_ID, "Id of the article, if neither the value nor the subject has one.", required=False),
    Header(
        CE_SOURCE,
        "URI of the article's source, if the value has none. From `newswire feed`: the address of the feed.",
        required=False,
    ),
    Header(CE_TYPE, f"From `newswire feed`: `{FEED_ITEM_TYPE}`. Not read.", required=False),
    Header(CE_FEEDTITLE, "From `newswire feed`: the title of the feed. Not read.", required=False),
    Header(
        CONTENT_TYPE,
        "Media type of the value. A batch of events (`application/cloudevents-batch+json`) is refused.",
        required=False,
    ),
    *_INPUT_TRACE,
)
"""All optional. Their names are read in upper and lower case, but for `newswire.attempt`, which the service writes."""

RAW_DELETION = _INPUT_TRACE

_EVENT_SOURCE = (
    Header(CE_SPECVERSION, CLOUDEVENTS_VERSION),
    Header(CE_ID, "Topic, partition and offset of the raw article."),
    Header(CE_SOURCE, "Consumer group that wrote the record."),
)
_TIME = Header(CE_TIME, "When the record was written.")
_PARTITION_KEY = Header(CE_PARTITIONKEY, "Key of the message. Absent if the key is null or empty.", required=False)
_ORIGIN = Header(ORIGIN, "Topic, partition and offset of the raw article. Use it to recognise duplicates.")

RECORD = (
    *_EVENT_SOURCE,
    Header(CE_TYPE, ENRICHED_TYPE),
    _TIME,
    Header(CE_SUBJECT, "Id of the article."),
    _PARTITION_KEY,
    Header(CE_DATASCHEMA, "`$id` of the JSON Schema."),
    Header(CONTENT_TYPE, JSON_CONTENT_TYPE),
    _ORIGIN,
    Header(REVISION, f"The record's `revision`, cut off after {REVISION_CHARACTERS} characters."),
    Header(
        SUPERSEDED, "`true` if a later version of the article was published before; otherwise absent.", required=False
    ),
    Header(
        EVENTS,
        "Ids of the events that were written to the events topic, separated by commas. Absent if none is set, and from "
        "a record that is superseded.",
        required=False,
    ),
    *_OUTPUT_TRACE,
)

DELETION = (
    *_EVENT_SOURCE,
    Header(CE_TYPE, DELETED_TYPE),
    _TIME,
    Header(CE_SUBJECT, "Key of the message. Absent if the key is null or empty.", required=False),
    _PARTITION_KEY,
    _ORIGIN,
    *_OUTPUT_TRACE,
)

_FLAT_EVENT = (
    Header(CE_SPECVERSION, CLOUDEVENTS_VERSION),
    Header(CE_ID, "Topic, partition and offset of the raw article, `#`, and the id of the event within the article."),
    Header(CE_SOURCE, "Consumer group that wrote the message."),
    Header(CE_TIME, "When the message was written."),
    Header(CE_SUBJECT, "Id of the article."),
    Header(CE_PARTITIONKEY, "Key of the message."),
    Header(
        ORIGIN,
        "Topic, partition and offset of the raw article. Use it with the key of the message to recognise duplicates.",
    ),
    *_OUTPUT_TRACE,
)

FLAT_EVENT = (
    *_FLAT_EVENT,
    Header(CE_TYPE, FLAT_EVENT_TYPE),
    Header(CE_DATASCHEMA, "`$id` of the JSON Schema."),
    Header(CONTENT_TYPE, JSON_CONTENT_TYPE),
    Header(REVISION, f"`revision` of the article's record, cut off after {REVISION_CHARACTERS} characters."),
)

FLAT_EVENT_DELETION = (
    *_FLAT_EVENT,
    Header(CE_TYPE, FLAT_EVENT_DELETED_TYPE),
    Header(
        REVISION,
        "`revision` of the version that no longer has the event. Absent if the article was deleted.",
        required=False,
    ),
)

DEAD_LETTER = (
    Header(ERROR_TOPIC, "Topic of the message."),
    Header(ERROR_PARTITION, "Partition of the message.", pattern=r"^[0-9]+$"),
    Header(ERROR_OFFSET, "Offset of the message.", pattern=r"^[0-9]+$"),
    Header(ERROR_EXCEPTION, "Name of the exception."),
    Header(ERROR_MESSAGE, "What is wrong and what to do. Never contains text of the article."),
    Header(ERROR_STACKTRACE, "File and line of a bug; otherwise empty."),
    Header(ORIGIN, "Topic, partition and offset of the message.", pattern=r"^[^/]+/[0-9]+/[0-9]+$"),
    Header(REASON, "Stable code of the reason. Later versions may add codes."),
    Header(STAGE, "Stage that refused the message: wire, enrich, serialize or publish."),
    Header(ATTEMPT, "Number of this attempt, counted from 1.", pattern=r"^[0-9]+$"),
    Header(GROUP, "Consumer group that refused the message."),
    Header(VERSION, "Version of the service that refused the message."),
    Header(FAILED_AT, "When the message was refused.", pattern=RFC3339_PATTERN, format="date-time"),
    Header(
        OMITTED,
        "What was omitted because the dead letter would not fit the topic. Read it at the origin.",
        required=False,
    ),
    Header(VALUE_BYTES, "Length of an omitted value in bytes.", required=False, pattern=r"^[0-9]+$"),
    Header(
        VALUE_SHA256, "SHA-256 of an omitted value in hexadecimal digits.", required=False, pattern=r"^[0-9a-f]{64}$"
    ),
)
"""Added after the headers of the message, which stay as they are."""

NOTE = (
    Header(SETTLED, "Partition and offset of the dead letter that was sent again or parked."),
    Header(SETTLED_TO, "Topic that the dead letter was sent to."),
)
"""Of a note in the dead-letter topic, which closes a dead letter."""

HEADERS = {
    "raw article": RAW_ARTICLE,
    "deletion of a raw article": RAW_DELETION,
    "record": RECORD,
    "deletion": DELETION,
    "flat event": FLAT_EVENT,
    "deletion of a flat event": FLAT_EVENT_DELETION,
    "dead letter": DEAD_LETTER,
    "note": NOTE,
}
"""The headers of every kind of message."""


def original_headers(headers: KafkaHeaders) -> KafkaHeaders:
    """Return the headers that an article had before it became a dead letter.

    The headers of `DEAD_LETTER` come last and begin with `ERROR_TOPIC`, so everything before the last header of that
    name belongs to the article. The article may have headers with the same names.
    """
    starts = [index for index, (name, _) in enumerate(headers) if name == ERROR_TOPIC]
    return headers[: starts[-1]] if starts else headers
