"""CloudEvents 1.0 on Kafka: attributes in headers (binary mode) or around the data (structured mode).

Source: cloudevents/spec, `kafka-protocol-binding.md` §3 and `formats/json-format.md`. The event's attributes help only
where the article itself is silent; the CloudEvents id names the event, so the subject comes first.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from service.contract.headers import CE_ID, CE_SOURCE, CE_SPECVERSION, CE_SUBJECT, CONTENT_TYPE
from service.contract.reject_reasons import InvalidArticleError, RejectReason
from service.wire import decode
from service.wire.article import Fields, describe


@dataclass(frozen=True, slots=True)
class Event:
    """The attributes of an event that an article can take from it."""

    id: object = None
    source: object = None
    subject: object = None

    def complete(self, fields: Fields) -> Fields:
        """Return *fields* with what they lack: the id, and where the article comes from."""
        if isinstance(fields.get("source"), str):
            fields = {**fields, "source": {"name": fields["source"]}}
        source = fields.get("source") or {}
        if isinstance(source, Mapping) and not source.get("uri") and isinstance(self.source, str):
            source = {**source, "uri": self.source}
        return {**fields, "id": fields.get("id") or self.subject or self.id, "source": source}


def in_headers(headers: Mapping[str, bytes]) -> Event | None:
    """Return the event of binary mode that *headers* tell of, None where they tell of none."""
    if CE_SPECVERSION not in headers:
        return None
    return Event(*(headers.get(name, b"").decode(errors="replace") for name in (CE_ID, CE_SOURCE, CE_SUBJECT)))


def is_structured(content: object, headers: Mapping[str, bytes]) -> bool:
    """Tell whether *content* is an event with its data inside. Raises `InvalidArticleError` for a batch of events."""
    media_type = headers.get(CONTENT_TYPE, b"").partition(b";")[0].strip().lower()
    if media_type == b"application/cloudevents-batch+json":
        raise InvalidArticleError(
            RejectReason.WRONG_SHAPE, "the value is a batch of events; send one article a message"
        )
    return isinstance(content, dict) and {"specversion", "type", "source", "id"} <= content.keys()


def opened(envelope: Mapping[str, object]) -> tuple[Event, object]:
    """Return the event and the data inside it. Raises `InvalidArticleError` where the data cannot be read."""
    event = Event(envelope.get("id"), envelope.get("source"), envelope.get("subject"))
    if "data_base64" in envelope:
        return event, decode.content(_bytes(envelope["data_base64"]))
    data = envelope.get("data")
    if isinstance(data, str):
        return event, decode.content_of_text(data)
    if data is None:
        raise InvalidArticleError(
            RejectReason.WRONG_SHAPE, "the CloudEvents envelope has no `data`; put the article there"
        )
    return event, data


def _bytes(encoded: object) -> bytes:
    try:
        if not isinstance(encoded, str):
            raise TypeError(describe(encoded))  # noqa: TRY301 - told below, with the other
        return base64.b64decode(encoded, validate=True)
    except (TypeError, binascii.Error, ValueError):
        raise InvalidArticleError(
            RejectReason.WRONG_SHAPE, "`data_base64` of the CloudEvents envelope is no base64"
        ) from None
