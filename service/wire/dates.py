"""Dates as wires and feeds write them → a moment in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from service.records import InvalidArticle, RejectReason

if TYPE_CHECKING:
    from collections.abc import Callable

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS = 2e10
"""A number above is milliseconds since 1970, as JavaScript counts, not seconds: as seconds it were the year 2603."""
_YEAR_OR_MONTH = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2}))?")
_OLD_WIRE = re.compile(r"(\d{1,2}-[A-Za-z]{3}-\d{4})(?: (\d\d:\d\d:\d\d)(?:\.\d+)?)?(?!\w)")
"""`27-MAR-1987 12:05:50.31`, as Reuters' wire had it, with more behind it at times."""
_SHOWN = 40


def read(value: object, field: str) -> datetime | None:
    """Return the moment that *value* names, None where there is none. Raises `InvalidArticle`, `bad_date`.

    Understands ISO 8601 (a date alone is its midnight, a year or a month its first; without a zone it is UTC), the
    RFC 822 dates of RSS, those of old wires with the month's name, and seconds or milliseconds since 1970. Never
    guesses: "05/06/2022" is May to some and June to others.
    """
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str):
            moment = _from_text(value.strip())
        elif isinstance(value, int | float) and not isinstance(value, bool):
            moment = _EPOCH + timedelta(seconds=value / 1000 if abs(value) > _MILLISECONDS else value)
        else:
            raise TypeError  # noqa: TRY301 - told below, with all the others
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        shown = ascii(value)[:_SHOWN] if isinstance(value, str | int | float) else f"a {type(value).__name__}"
        detail = f"`{field}` is {shown}; a date looks like 2022-03-24T18:00:00Z"
        raise InvalidArticle(RejectReason.BAD_DATE, detail) from None


def from_milliseconds(timestamp: int) -> datetime | None:
    """Return the moment so many milliseconds after 1970-01-01 UTC; None where that is no date, as Kafka's -1."""
    try:
        return _EPOCH + timedelta(milliseconds=timestamp) if timestamp >= 0 else None
    except OverflowError:
        return None


def _from_old_wire(text: str) -> datetime:
    match = _OLD_WIRE.match(text)
    if match is None:
        raise ValueError
    return datetime.strptime(f"{match[1]} {match[2] or '00:00:00'}", "%d-%b-%Y %H:%M:%S").replace(tzinfo=UTC)


_FORMS: tuple[Callable[[str], datetime], ...] = (
    lambda text: datetime.fromisoformat(text.upper()),
    parsedate_to_datetime,
    _from_old_wire,
)


def _from_text(text: str) -> datetime:
    if match := _YEAR_OR_MONTH.fullmatch(text):
        return datetime(int(match["year"]), int(match["month"] or 1), 1, tzinfo=UTC)
    for read_form in _FORMS:
        try:
            return read_form(text)
        except (ValueError, TypeError):
            continue
    raise ValueError
