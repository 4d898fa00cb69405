"""CloudEvents 1.0 on Kafka: attributes in headers (binary mode) or around the data (structured mode).

Source: cloudevents/spec, `kafka-protocol-binding.md` §3 and `formats/json-format.md`. The event's attributes only fill
gaps of the article. The CloudEvents id identifies the event, so the subject is preferred as the article's id.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.contract.headers import CE_ID, CE_SOURCE, CE_SPECVERSION, CE_SUBJECT, CONTENT_TYPE
from service.wire import decode
from service.wire.refusals import describe_type, wrong_shape

if TYPE_CHECKING:
    from service.wire.article import Fields


@dataclass(frozen=True, slots=True)
class Event:
    """The attributes of an event that can fill gaps of an article."""

    id: object = None
    source: object = None
    subject: object = None

    def fill_gaps(self, fields: Fields) -> Fields:
        """Return *fields* with the id and the source of the event, if the article has none."""
        if isinstance(fields.get("source"), str):
            fields = {**fields, "source": {"name": fields["source"]}}
        source = fields.get("source") or {}
        if isinstance(source, Mapping) and not source.get("uri") and isinstance(self.source, str):
            source = {**source, "uri": self.source}
        return {**fields, "id": fields.get("id") or self.subject or self.id, "source": source}


def from_headers(headers: Mapping[str, bytes]) -> Event | None:
    """Return the event that *headers* describe in binary mode, or None."""
    if CE_SPECVERSION not in headers:
        return None
    return Event(*(headers.get(name, b"").decode(errors="replace") for name in (CE_ID, CE_SOURCE, CE_SUBJECT)))


def is_structured(content: object, headers: Mapping[str, bytes]) -> bool:
    """Return whether *content* is an event with its data inside. Raise `InvalidArticleError` for a batch of events."""
    media_type = headers.get(CONTENT_TYPE, b"").partition(b";")[0].strip().lower()
    if media_type == b"application/cloudevents-batch+json":
        raise wrong_shape("the value is a batch of events; send one article per message")
    return isinstance(content, dict) and {"specversion", "type", "source", "id"} <= content.keys()


def unwrap(envelope: Mapping[str, object]) -> tuple[Event, object]:
    """Return the event and the data inside it. Raise `InvalidArticleError` if the data cannot be read."""
    event = Event(envelope.get("id"), envelope.get("source"), envelope.get("subject"))
    if "data_base64" in envelope:
        return event, decode.decode_bytes(_decode_base64(envelope["data_base64"]))
    data = envelope.get("data")
    if isinstance(data, str):
        return event, decode.decode_text(data)
    if data is None:
        raise wrong_shape("the CloudEvents envelope has no `data`; put the article there")
    return event, data


def _decode_base64(encoded: object) -> bytes:
    try:
        if not isinstance(encoded, str):
            raise TypeError(describe_type(encoded))  # noqa: TRY301 - handled below, with the other
        return base64.b64decode(encoded, validate=True)
    except (TypeError, binascii.Error, ValueError):
        raise wrong_shape("`data_base64` of the CloudEvents envelope is not base64") from None
