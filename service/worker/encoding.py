"""Encode an outcome as the Kafka record to write: topic, key, value and headers. Pure.

Records carry CloudEvents attributes in binary mode (CloudEvents 1.0, Kafka protocol binding §3.2): a consumer that
knows nothing of CloudEvents still reads plain JSON.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from service import __version__
from service.contract import headers as names
from service.contract.outcomes import Enriched, Outcome, Refused
from service.contract.reject_reasons import RejectReason
from service.kafka.kafka_record import KafkaRecord, Output

if TYPE_CHECKING:
    from service.settings import Settings

TEXT_BYTES = 1024  # of a dead letter's message
FLAT_EVENT_KEY_BYTES = 16 * 1024
"""Three times the longest key, which is in the headers too: an id of 1,024 characters, at most 4 bytes each."""


def encode_outcome(
    settings: Settings, record: KafkaRecord, outcome: Outcome, now: datetime, limit: int
) -> tuple[Outcome, Output]:
    """Return the final outcome of *record* and what to write for it.

    A record or a flat event of more than *limit* bytes, which the topics would not accept, becomes a dead letter.
    """
    if not isinstance(outcome, Refused):
        made = _record(settings, record, outcome, now)
        event_bytes = _largest_event(outcome, made)
        if made.size <= limit and event_bytes <= limit:
            return outcome, made
        what, size = ("the record", made.size) if made.size > limit else ("an event", event_bytes)
        detail = f"{what} has {size:,} bytes, the topic accepts {limit:,}"
        outcome = Refused(RejectReason.RECORD_TOO_LARGE, "publish", detail)
    return outcome, dead_letter(settings, record, outcome, now, limit)


def is_dropped(settings: Settings, outcome: Outcome) -> bool:
    """Return whether *outcome* is superseded and, by the setting, not published. A retraction always is."""
    superseded = isinstance(outcome, Enriched) and outcome.superseded and outcome.status != "retracted"
    return superseded and settings.superseded == "drop"


def version_key(article: Enriched) -> tuple[bytes, bytes]:
    """Return the id and the revision of *article*, as the headers of its record have them."""
    return encode_text(article.id), encode_text(article.revision[: names.REVISION_CHARACTERS])


def _record(settings: Settings, record: KafkaRecord, outcome: Outcome, now: datetime) -> Output:
    key = record.key if record.key is not None or not isinstance(outcome, Enriched) else encode_text(outcome.id)
    if isinstance(outcome, Enriched):
        value, subject, kind = outcome.value, encode_text(outcome.id), names.ENRICHED_TYPE
    else:
        value, subject, kind = None, key or b"", names.DELETED_TYPE
    schema = None if value is None else names.ENRICHED_SCHEMA_ID
    headers = cloud_event(
        settings, record, now, identifier=record.origin, kind=kind, subject=subject, key=key, schema=schema
    )
    if isinstance(outcome, Enriched):
        headers += [(names.REVISION, version_key(outcome)[1])]
        if outcome.superseded:
            headers += [(names.SUPERSEDED, b"true")]
        elif settings.events_topic:
            headers += [(names.EVENTS, encode_text(",".join(outcome.flat_events)))]
    return Output(settings.enriched_topic, key, value, tuple(headers), record.timestamp)


def cloud_event(
    settings: Settings,
    record: KafkaRecord,
    now: datetime,
    *,
    identifier: str,
    kind: str,
    subject: bytes,
    key: bytes | None,
    schema: str | None,
) -> list[tuple[str, bytes | None]]:
    """Return the headers of a message made from *record*: attributes of CloudEvents, trace and origin.

    *schema* is the `$id` of the JSON Schema of its value, None if that is null.
    """
    headers: list[tuple[str, bytes | None]] = [
        (names.CE_SPECVERSION, names.CLOUDEVENTS_VERSION.encode()),
        (names.CE_ID, identifier.encode()),
        (names.CE_SOURCE, f"/newswire/{settings.group}".encode()),
        (names.CE_TYPE, kind.encode()),
        (names.CE_TIME, _time(now)),
    ]
    # An attribute of CloudEvents is absent or has a value; an empty one is not allowed.
    headers += [
        (name, content) for name, content in ((names.CE_SUBJECT, subject), (names.CE_PARTITIONKEY, key)) if content
    ]
    if schema is not None:
        headers += [(names.CE_DATASCHEMA, schema.encode()), (names.CONTENT_TYPE, names.JSON_CONTENT_TYPE.encode())]
    headers += record.trace.items()
    headers += [(names.ORIGIN, record.origin.encode())]
    return headers


def _largest_event(outcome: Outcome, made: Output) -> int:
    """Return an upper bound of the bytes of the largest flat event of the record *made*; 0 if there is none."""
    if not isinstance(outcome, Enriched) or not outcome.flat_events:
        return 0
    headers = made.size - len(outcome.value)  # more than those of an event, but for its key
    return headers + max(map(len, outcome.flat_events.values())) + FLAT_EVENT_KEY_BYTES


def dead_letter(settings: Settings, record: KafkaRecord, refused: Refused, now: datetime, limit: int) -> Output:
    """Return *record* as a dead letter: key, value and headers byte for byte, and the reason in further headers.

    The first six of these are those of Kafka Streams (KIP-1034). A letter that does not fit the topic goes without
    its value, and if need be without its key and headers. Then the headers have the value's size and SHA-256, and the
    origin at which it can still be read.
    """
    kept = tuple((name, value) for name, value in record.headers if name != names.ATTEMPT)
    ours = _reason(settings, record, refused, now)
    letter = Output(settings.dead_letter_topic, record.key, record.value, kept + ours, record.timestamp)
    if letter.size <= limit:
        return letter
    value = record.value or b""
    ours += (
        (names.OMITTED, b"value"),
        (names.VALUE_BYTES, str(len(value)).encode()),
        (names.VALUE_SHA256, hashlib.sha256(value).hexdigest().encode()),
    )
    letter = Output(settings.dead_letter_topic, record.key, b"", kept + ours, record.timestamp)
    if letter.size <= limit:
        return letter
    ours = tuple((name, b"value,key,headers" if name == names.OMITTED else value) for name, value in ours)
    return Output(settings.dead_letter_topic, None, b"", ours, record.timestamp)


def _reason(settings: Settings, record: KafkaRecord, refused: Refused, now: datetime) -> names.KafkaHeaders:
    error, _, place = refused.detail.partition(" at ")
    raised = refused.reason is RejectReason.ENRICH_FAILED and place
    return (
        (names.ERROR_TOPIC, record.topic.encode()),
        (names.ERROR_PARTITION, str(record.partition).encode()),
        (names.ERROR_OFFSET, str(record.offset).encode()),
        (names.ERROR_EXCEPTION, encode_text(error if raised else "InvalidArticle")[:TEXT_BYTES]),
        (names.ERROR_MESSAGE, encode_text(f"{refused.reason}: {refused.detail}")[:TEXT_BYTES]),
        (names.ERROR_STACKTRACE, encode_text(place if raised else "")[:TEXT_BYTES]),
        (names.ORIGIN, record.origin.encode()),
        (names.REASON, refused.reason.encode()),
        (names.STAGE, encode_text(refused.stage)),
        (names.ATTEMPT, str(record.attempt).encode()),
        (names.GROUP, settings.group.encode()),
        (names.VERSION, __version__.encode()),
        (names.FAILED_AT, _time(now)),
    )


def _time(now: datetime) -> bytes:
    return now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z").encode()


def encode_text(text: str) -> bytes:
    """Encode *text*. Half a surrogate pair, which JSON can contain, becomes a question mark."""
    return text.encode(errors="replace")
