"""The frames that the worker and a worker process exchange: messages one way, outcomes the other.

A frame is the length of its head and the length of its body, each as an unsigned 32-bit integer in network byte order;
then the head, a JSON object; then the body, raw bytes:

message   head: key, headers, timestamp, whether there is a value; body: the value
outcome   head: which outcome, and its plain fields; body: the record and its flat events, or the detail of a refusal

They are not pickles, because a worker process parses hostile bytes with parsers written in C. If one of them were
exploited, a pickle from that process could run code in the worker, which holds the credentials of Kafka. A frame can
only be malformed, and the process that sent it is then treated as one that died. Decoding checks the type of every
field and bounds the lengths. To encode and decode an outcome of 35 kB takes 6.5 µs; a pickle of it takes 9.3 µs.

Keys and the values of headers are bytes. The head holds them as Latin-1, in which every byte is one character.
"""

from __future__ import annotations

import struct
from typing import Annotated, Literal, NamedTuple

import orjson
from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, TypeAdapter, ValidationError

from service.contract.outcomes import Enriched, Message, Outcome, Refused, Tombstone
from service.contract.reject_reasons import RejectReason

LENGTHS = struct.Struct("!II")
MAX_HEAD_BYTES = 1024 * 1024  # of an outcome: an id, tags, counts by type and ids of events, in all about 1 kB


class MalformedFrameError(ValueError):
    """Raised if bytes from a worker process are not the frame of an outcome."""


class Lengths(NamedTuple):
    """The lengths of the two parts of a frame, in bytes."""

    head: int
    body: int


class _Head(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


_Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _EnrichedHead(_Head):
    outcome: Literal["enriched"]
    id: str
    status: str
    seconds: dict[str, _Seconds]
    revision: str
    entities: dict[str, NonNegativeInt]
    places: dict[str, NonNegativeInt]
    events: dict[str, NonNegativeInt]
    tags: tuple[str, ...]
    unread: tuple[str, ...]
    flat_events: dict[str, NonNegativeInt]
    """The lengths of the flat events, which are the end of the body, in this order."""


class _RefusedHead(_Head):
    outcome: Literal["refused"]
    reason: RejectReason
    stage: str


class _TombstoneHead(_Head):
    outcome: Literal["tombstone"]


_OutcomeHead = _EnrichedHead | _RefusedHead | _TombstoneHead
_OUTCOME_HEAD: TypeAdapter[_OutcomeHead] = TypeAdapter(Annotated[_OutcomeHead, Field(discriminator="outcome")])


def encode_message(message: Message) -> bytes:
    """Return the frame of *message*."""
    head = {
        "key": None if message.key is None else message.key.decode("latin-1"),
        "headers": [(name, value.decode("latin-1")) for name, value in message.headers],
        "timestamp": message.timestamp,
        "has_value": message.value is not None,
    }
    return _frame(orjson.dumps(head), message.value or b"")


def decode_message(head: bytes, body: bytes) -> Message:
    """Return the message with these parts of a frame. They come from the parent, so they are not checked."""
    fields = orjson.loads(head)
    return Message(
        body if fields["has_value"] else None,
        None if fields["key"] is None else fields["key"].encode("latin-1"),
        tuple((name, value.encode("latin-1")) for name, value in fields["headers"]),
        fields["timestamp"],
    )


def encode_outcome(outcome: Outcome) -> bytes:
    """Return the frame of *outcome*, without `superseded`, which a worker process does not know."""
    match outcome:
        case Enriched():
            head = {
                "outcome": "enriched",
                "id": outcome.id,
                "status": outcome.status,
                "seconds": outcome.seconds,
                "revision": outcome.revision,
                "entities": outcome.entities,
                "places": outcome.places,
                "events": outcome.events,
                "tags": outcome.tags,
                "unread": outcome.unread,
                "flat_events": {name: len(value) for name, value in outcome.flat_events.items()},
            }
            return _frame(orjson.dumps(head), b"".join((outcome.value, *outcome.flat_events.values())))
        case Refused():
            # The detail may quote the article, and so hold half a surrogate pair, which JSON cannot express.
            head = {"outcome": "refused", "reason": outcome.reason, "stage": outcome.stage}
            return _frame(orjson.dumps(head), outcome.detail.encode(errors="surrogatepass"))
        case Tombstone():
            return _frame(orjson.dumps({"outcome": "tombstone"}), b"")


def decode_outcome(head: bytes, body: bytes) -> Outcome:
    """Return the outcome with these parts of a frame. Raise `MalformedFrameError` if they are not those of one."""
    try:
        fields = _OUTCOME_HEAD.validate_json(head)
        match fields:
            case _EnrichedHead():
                value, flat_events = _split(body, fields.flat_events)
                return Enriched(
                    fields.id,
                    value,
                    fields.status,
                    fields.seconds,
                    fields.revision,
                    entities=fields.entities,
                    places=fields.places,
                    events=fields.events,
                    flat_events=flat_events,
                    tags=fields.tags,
                    unread=fields.unread,
                )
            case _RefusedHead():
                return Refused(fields.reason, fields.stage, body.decode(errors="surrogatepass"))
            case _TombstoneHead():
                return Tombstone()
    except (ValidationError, UnicodeDecodeError) as error:
        raise MalformedFrameError(f"not an outcome: {type(error).__name__}") from error


def decode_lengths(data: bytes, max_body_bytes: int) -> Lengths:
    """Return the lengths at the beginning of an outcome's frame. Raise `MalformedFrameError` if they are too large."""
    lengths = Lengths(*LENGTHS.unpack(data))
    if lengths.head > MAX_HEAD_BYTES or lengths.body > max_body_bytes:
        raise MalformedFrameError(f"a head of {lengths.head:,} bytes and a body of {lengths.body:,} bytes")
    return lengths


def _split(body: bytes, lengths: dict[str, int]) -> tuple[bytes, dict[str, bytes]]:
    """Return the record of *body*, and by their names the parts after it, which have these *lengths*."""
    start = len(body) - sum(lengths.values())
    if start < 0:
        raise MalformedFrameError(f"a body of {len(body):,} bytes, shorter than its parts")
    value, parts = body[:start], {}
    for name, length in lengths.items():
        parts[name] = body[start : start + length]
        start += length
    return value, parts


def _frame(head: bytes, body: bytes) -> bytes:
    return b"".join((LENGTHS.pack(len(head), len(body)), head, body))
