"""Turn bytes and headers into a RawArticle: one module per format, detected by content.

The module of a format has one function, `fields`, which maps the decoded value to `Fields`; `article.build` does what
all formats have in common. To add a format, write its module, add its signature to `detect`, and name it in `FORMATS`
and in `service.contract.raw_article.InputFormat`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from service.contract.headers import FORMAT, TIMESTAMP
from service.contract.reject_reasons import InvalidArticleError, RejectReason
from service.wire import cloudevents, decode, detect, newswire_json
from service.wire.article import build, derived_id, own_id
from service.wire.refusals import describe_type, wrong_shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from service.contract.raw_article import RawArticle
    from service.wire.article import Fields

__all__ = ["AUTO", "FORMATS", "Reading", "examine", "identify", "read"]

AUTO = "auto"

FORMATS: dict[str, str] = {
    "newswire": "newswire_json",
    "ninjs": "ninjs",
    "newsml-g2": "newsml",
    "nitf": "nitf",
    "rss": "feed",
    "atom": "feed",
    "schema.org": "schema_org",
    "news-please": "news_please",
    "trafilatura": "trafilatura",
    "cc-news": "cc_news",
    "event-registry": "event_registry",
    "gdelt": "gdelt",
    "news-api": "news_api",
}
"""Names of the formats and the modules that read them. A module is imported when its format first arrives."""

XML_FORMATS = frozenset(["newsml-g2", "nitf", "rss", "atom"])
_MAX_TIMESTAMP_DIGITS = 15  # milliseconds until the year 33658
_REGISTRY_FRAME_BYTES = 5
"""Bytes before the data in Confluent's framing: a zero, then the id of the schema as four bytes, big-endian."""


class Reading(NamedTuple):
    """An article, and what of its message was not read."""

    article: RawArticle
    unread: tuple[str, ...]
    """Names of members that hold text and that the service's own format does not know."""


def read(
    value: bytes, headers: Mapping[str, bytes], input_format: str = AUTO, timestamp: int | None = None
) -> RawArticle:
    """Return the article that *value* holds, as `examine` does."""
    return examine(value, headers, input_format, timestamp).article


def examine(
    value: bytes, headers: Mapping[str, bytes], input_format: str = AUTO, timestamp: int | None = None
) -> Reading:
    """Return the article that *value* holds, and what was not read.

    The format is the one that the header `newswire.format` names, else *input_format*, else it is detected by content.
    CloudEvents are unwrapped, in binary and in structured mode.

    Args:
        value: The value of the message.
        headers: The headers of the message; their names are matched in any case.
        input_format: A name of `FORMATS`, or `AUTO`.
        timestamp: The message's, in milliseconds since 1970-01-01 UTC. The header `newswire.timestamp` overrides it.

    Raises:
        InvalidArticleError: The value holds no article, or not exactly one. No other exception is raised.
    """
    headers = _lower_names(headers)
    original = headers.get(TIMESTAMP, b"")
    if original.isdigit() and len(original) <= _MAX_TIMESTAMP_DIGITS:
        timestamp = int(original)
    name, fields = _parse(value, headers, input_format)
    unread = newswire_json.unread(fields) if name == "newswire" else ()
    return Reading(build(fields, name, value, timestamp), unread)


def identify(value: bytes, headers: Mapping[str, bytes], input_format: str = AUTO) -> str:
    """Return the id that `read` gives to the article in *value*, even if `read` refuses the article.

    Much cheaper than `read`, since no text is cleaned.

    Raises:
        InvalidArticleError: *value* is in no format that is understood. No other exception is raised.
    """
    _, fields = _parse(value, _lower_names(headers), input_format)
    return own_id(fields) or derived_id(value)


def _lower_names(headers: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name.lower(): content or b"" for name, content in headers.items()}


def _parse(value: bytes, headers: Mapping[str, bytes], input_format: str) -> tuple[str, Fields]:
    """Return the name of the format and the fields that its module finds. Names in *headers* are in lower case."""
    _refuse_framed(value)
    content = _single_item(decode.decode_bytes(value))
    event = cloudevents.from_headers(headers)
    if isinstance(content, dict) and cloudevents.is_structured(content, headers):
        event, data = cloudevents.unwrap(content)
        content = _single_item(data)
    name = _choose_format(headers, input_format, content)
    fields: Fields = import_module(f"{__name__}.{FORMATS[name]}").fields(content)
    return name, event.fill_gaps(fields) if event else fields


def _choose_format(headers: Mapping[str, bytes], input_format: str, content: object) -> str:
    name = headers.get(FORMAT, b"").decode(errors="replace").strip().lower() or input_format
    if name == AUTO:
        return detect.detect_format(content)
    if name not in FORMATS:
        known = ", ".join(FORMATS)
        raise wrong_shape(f"the header {FORMAT} is {ascii(name)[:40]}; use one of {known}")
    is_xml = isinstance(content, decode.Xml)
    if is_xml != (name in XML_FORMATS) or not (is_xml or isinstance(content, dict)):
        actual = "XML" if is_xml else describe_type(content)
        raise wrong_shape(f"the format should be {name}, but the value is {actual}")
    return name


def _single_item(content: object) -> object:
    """Return the item of a list of one. Refuse a longer list, since a message has one outcome."""
    if not isinstance(content, list):
        return content
    if any(isinstance(item, dict) and "@type" in item for item in content):
        return {"@graph": content}  # JSON-LD: a page lists its article together with itself and its publisher
    if len(content) > 1:
        raise wrong_shape(f"the value is a list of {len(content):,}; send one article per message")
    return content[0] if content else content


def _refuse_framed(value: bytes) -> None:
    if len(value) > _REGISTRY_FRAME_BYTES and value[0] == 0:
        schema = int.from_bytes(value[1:_REGISTRY_FRAME_BYTES], "big")
        detail = f"the value starts with the frame of a schema registry, schema id {schema}; publish plain JSON or XML"
        raise InvalidArticleError(RejectReason.SCHEMA_REGISTRY_FRAMED, detail)
