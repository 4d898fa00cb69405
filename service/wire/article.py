"""What a format's module found → RawArticle: one place that checks types, cleans text, reads dates.

The module of a format only says which of its fields is which of ours (`Fields`); it never cleans and seldom checks.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from service.contract.records import InvalidArticle, RawArticle, RejectReason, Source
from service.wire import timestamps
from service.wire.refusals import describe_type, wrong_shape
from service.wire.text import clean, clean_identifier, clean_line

if TYPE_CHECKING:
    from datetime import datetime

Fields = Mapping[str, object]
"""Values by the names of `RawArticle`, as they came: cleaned and checked by `build`."""

_MAX_ID_CHARACTERS = 1024
_LANGUAGE = re.compile(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$")
"""BCP 47 as far as it matters here: a language, and subtags."""
_STATUS: Mapping[object, Literal["usable", "withheld", "canceled"]] = {
    None: "usable",
    "": "usable",
    "usable": "usable",
    "withheld": "withheld",
    "canceled": "canceled",
    "cancelled": "canceled",
}


def build(fields: Fields, source_format: str, value: bytes, timestamp: int | None = None) -> RawArticle:
    """Return the article of *fields*, read from a message with *value*. Raises `InvalidArticle`.

    An article without an id gets one from a hash of *value*: the same message always has the same id. *timestamp* is
    the message's, in milliseconds since 1970-01-01 UTC.
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
        language=_language(_line(fields, "language")),
        published_at=dates["published_at"],
        updated_at=dates["updated_at"],
        embargoed_until=dates["embargoed_until"],
        byline=_line(fields, "byline"),
        dateline=_line(fields, "dateline"),
        status=status,
    )
    if status == "usable" and not any(map(str.isalnum, article.text)):
        raise InvalidArticle(RejectReason.EMPTY_TEXT, "neither headline nor body has a word; send one of them")
    return article


def own_id(fields: Fields) -> str:
    """Return the id that an article brings along, empty if it has none. Raise `InvalidArticle` if it cannot be one."""
    article_id = _identifier(fields, "id") or ""
    if len(article_id) > _MAX_ID_CHARACTERS:
        raise wrong_shape(f"`id` has {len(article_id):,} characters; {_MAX_ID_CHARACTERS:,} is the most")
    return article_id


def derived_id(value: bytes) -> str:
    """Return the id of an article without one of its own, read from *value*."""
    return hashlib.sha256(value).hexdigest()[:32]


def _body(fields: Fields, headline: str) -> str:
    """Return the cleaned body, without the headline where it stands again as the first line, as in HTML bodies."""
    body = clean(_text(fields, "body") or "")
    if not headline or not body.startswith(headline):
        return body
    repeated = re.match(rf"(?:{re.escape(headline)}(?:\n\s*|$))+", body)
    return body[repeated.end() :] if repeated else body


def _text(fields: Fields, name: str, inside: str = "") -> str | None:
    found = fields.get(name)
    if found is None or isinstance(found, str):
        return found
    if isinstance(found, int | float) and not isinstance(found, bool):
        return str(found)
    raise wrong_shape(f"`{inside}{name}` is {describe_type(found)}; text is expected")


def _line(fields: Fields, name: str, inside: str = "") -> str | None:
    found = _text(fields, name, inside)
    return clean_line(found) or None if found else None


def _identifier(fields: Fields, name: str, inside: str = "") -> str | None:
    found = _text(fields, name, inside)
    return clean_identifier(found) or None if found else None


def _source(fields: Fields, source_format: str) -> Source:
    found = fields.get("source")
    if found is None:
        return Source(format=source_format)
    if isinstance(found, str):
        return Source(name=clean_line(found) or None, format=source_format)
    if not isinstance(found, Mapping):
        raise wrong_shape(f"`source` is {describe_type(found)}; a name or an object with `name` and `uri` is expected")
    return Source(
        name=_line(found, "name", "source."),
        uri=_identifier(found, "uri", "source."),
        format=_line(found, "format", "source.") or source_format,
    )


def _status(fields: Fields) -> Literal["usable", "withheld", "canceled"]:
    found = fields.get("status")
    key = found.strip().lower() if isinstance(found, str) else found
    try:
        return _STATUS[key]
    except (KeyError, TypeError):
        shown = ascii(found)[:40] if isinstance(found, str) else describe_type(found)
        raise wrong_shape(f"`status` is {shown}; usable, withheld or canceled is expected") from None


def _dates(fields: Fields, status: str, timestamp: int | None) -> dict[str, datetime | None]:
    """Return the dates of the article by name. Raises `InvalidArticle`, but not where it is withdrawn.

    A withdrawal must reach all who have the article, so a date of it that cannot be read is left out. One that does not
    say when it was made was made when the message was: the date of the article itself would sort it before the versions
    that it withdraws (see `RawArticle.revision`). But it was not made before the article, whatever the message says.
    """
    dates: dict[str, datetime | None] = {}
    for name in ("published_at", "updated_at", "embargoed_until"):
        try:
            dates[name] = timestamps.parse(fields.get(name), name)
        except InvalidArticle:
            if status == "usable":
                raise
            dates[name] = None
    sent = timestamps.from_milliseconds(timestamp) if timestamp is not None else None
    if status != "usable" and dates["updated_at"] is None and sent is not None:
        dates["updated_at"] = max(sent, dates["published_at"] or sent)
    return dates


def _language(tag: str | None) -> str | None:
    """Return *tag* if it is one; what is no language tag ("English", "n/a") counts as none, and is detected."""
    tag = tag.replace("_", "-") if tag else ""
    if tag.lower() == "eng":
        return "en"  # ISO 639-2, which some feeds write
    return tag if _LANGUAGE.match(tag) and tag.lower() != "und" else None


def join_names(value: object) -> str | None:
    """Return the name in *value* as the formats write it: a text, an object with `name`, or a list of either."""
    items = value if isinstance(value, list) else [value]
    names = [item.get("name") if isinstance(item, dict) else item for item in items]
    return ", ".join(name for name in names if isinstance(name, str) and name) or None
