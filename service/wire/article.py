"""Build a RawArticle from the fields of any format: check types, clean text, parse dates.

The module of a format only maps its fields to ours (`Fields`); it never cleans and seldom checks.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from service.contract.raw_article import RawArticle, Source
from service.contract.reject_reasons import InvalidArticleError, RejectReason
from service.wire import language_tags, timestamps
from service.wire.refusals import describe_type, wrong_shape
from service.wire.text import clean, clean_identifier, clean_line

if TYPE_CHECKING:
    from datetime import datetime

Fields = Mapping[str, object]
"""Raw values by the names of `RawArticle`; `build` cleans and checks them."""

_MAX_ID_CHARACTERS = 1024
_STATUS: Mapping[object, Literal["usable", "withheld", "canceled"]] = {
    None: "usable",
    "": "usable",
    "usable": "usable",
    "withheld": "withheld",
    "canceled": "canceled",
    "cancelled": "canceled",
}


def build(fields: Fields, source_format: str, value: bytes, timestamp: int | None = None) -> RawArticle:
    """Return the article of *fields*.

    Args:
        fields: What the module of the format found.
        source_format: Name of the format.
        value: The value of the message. An article without an id gets a hash of it, so the same message always has
            the same id.
        timestamp: The message's, in milliseconds since 1970-01-01 UTC.

    Raises:
        InvalidArticleError: A field has the wrong type, a date cannot be read, or there is no text.
    """
    status = _status(fields)
    article_id = own_id(fields)
    if status != "usable" and not article_id:
        raise wrong_shape(f"the status is {status}, but there is no id to say which article it is about")
    headline = _line(fields, "headline") or ""
    dates = _dates(fields, status, timestamp)
    article = RawArticle(
        id=article_id or derived_id(value),
        version=_identifier(fields, "version"),
        source=_source(fields, source_format),
        url=_identifier(fields, "url"),
        headline=headline,
        body=_body(fields, headline),
        language=language_tags.canonical(_line(fields, "language")),
        published_at=dates["published_at"],
        updated_at=dates["updated_at"],
        embargoed_until=dates["embargoed_until"],
        byline=_line(fields, "byline"),
        dateline=_line(fields, "dateline"),
        status=status,
    )
    if status == "usable" and not any(map(str.isalnum, article.text)):
        raise InvalidArticleError(RejectReason.EMPTY_TEXT, "neither headline nor body has a word; send one of them")
    return article


def own_id(fields: Fields) -> str:
    """Return the id that the article states, or an empty string. Raise `InvalidArticleError` if it is not valid."""
    article_id = _identifier(fields, "id") or ""
    if len(article_id) > _MAX_ID_CHARACTERS:
        raise wrong_shape(f"`id` has {len(article_id):,} characters; at most {_MAX_ID_CHARACTERS:,} are accepted")
    return article_id


def derived_id(value: bytes) -> str:
    """Return the id of an article in *value* that states none: the first 32 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(value).hexdigest()[:32]


def _body(fields: Fields, headline: str) -> str:
    """Return the cleaned body, without the headline if the body repeats it as its first line, as HTML bodies do."""
    body = clean(_text(fields, "body") or "")
    if not headline or not body.startswith(headline):
        return body
    repeated = re.match(rf"(?:{re.escape(headline)}(?:\n\s*|$))+", body)
    return body[repeated.end() :] if repeated else body


def _text(fields: Fields, name: str, inside: str = "") -> str | None:
    value = fields.get(name)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise wrong_shape(f"`{inside}{name}` is {describe_type(value)}; text is expected")


def _line(fields: Fields, name: str, inside: str = "") -> str | None:
    text = _text(fields, name, inside)
    return clean_line(text) or None if text else None


def _identifier(fields: Fields, name: str, inside: str = "") -> str | None:
    text = _text(fields, name, inside)
    return clean_identifier(text) or None if text else None


def _source(fields: Fields, source_format: str) -> Source:
    source = fields.get("source")
    if source is None:
        return Source(format=source_format)
    if isinstance(source, str):
        return Source(name=clean_line(source) or None, format=source_format)
    if not isinstance(source, Mapping):
        raise wrong_shape(f"`source` is {describe_type(source)}; a name or an object with `name` and `uri` is expected")
    return Source(
        name=_line(source, "name", "source."),
        uri=_identifier(source, "uri", "source."),
        format=_line(source, "format", "source.") or source_format,
    )


def _status(fields: Fields) -> Literal["usable", "withheld", "canceled"]:
    status = fields.get("status")
    key = status.strip().lower() if isinstance(status, str) else status
    try:
        return _STATUS[key]
    except (KeyError, TypeError):
        shown = ascii(status)[:40] if isinstance(status, str) else describe_type(status)
        raise wrong_shape(f"`status` is {shown}; usable, withheld or canceled is expected") from None


def _dates(fields: Fields, status: str, timestamp: int | None) -> dict[str, datetime | None]:
    """Return the dates of the article by name. Raise `InvalidArticleError` if one cannot be read, unless withdrawn.

    A withdrawal must reach everybody who has the article, so an unreadable date in it is left out. A withdrawal without
    its own timestamp takes that of its message, because the article's publication date would sort it before the
    versions that it withdraws (see `RawArticle.revision`). It is never dated before the article itself.
    """
    dates: dict[str, datetime | None] = {}
    for name in ("published_at", "updated_at", "embargoed_until"):
        try:
            dates[name] = timestamps.parse(fields.get(name), name)
        except InvalidArticleError:
            if status == "usable":
                raise
            dates[name] = None
    sent = timestamps.from_milliseconds(timestamp) if timestamp is not None else None
    if status != "usable" and dates["updated_at"] is None and sent is not None:
        dates["updated_at"] = max(sent, dates["published_at"] or sent)
    return dates


def join_names(value: object) -> str | None:
    """Return the names in *value*, joined by commas: a text, an object with `name`, or a list of either."""
    items = value if isinstance(value, list) else [value]
    names = [item.get("name") if isinstance(item, dict) else item for item in items]
    return ", ".join(name for name in names if isinstance(name, str) and name) or None
