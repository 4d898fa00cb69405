"""Parse dates as wires and feeds write them to a time in UTC."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from service.contract.reject_reasons import InvalidArticleError, RejectReason

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_SECONDS = 2e10
"""A larger number is milliseconds since 1970, as in JavaScript. As seconds it would be the year 2603."""
_YEAR_OR_MONTH = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2}))?")
_ISO = re.compile(r"[0-9W-]{7,10}(?:[T ].+)?")
"""Stricter than Python, which accepts any character between date and time: 1610112041234 would be in 1610."""
_FORMAT_BY_LENGTH = {8: "%Y%m%d", 14: "%Y%m%d%H%M%S"}
"""Formats of dates that consist of digits only, by their number of digits."""
_SECONDS_DIGITS = re.compile(r"1[0-8][0-9]{8}")
"""Seconds since 1970 as text, 2001 to 2030. Later ones look like a day with its hour, for instance 2022032418."""
_MILLISECOND_FORMAT_BY_LENGTH = re.compile(r"1[0-9]{12}")
"""The same in milliseconds, 2001 to 2033. No other way to write a date has 13 digits."""
_TIME = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
_NAMED_MONTH = re.compile(
    r"(?:[A-Za-z]+,? +)?(?:"
    rf"(?:[0-9]{{1,2}}[ -]+[A-Za-z]+|[A-Za-z]+ +[0-9]{{1,2}}),?[ -]+(?:[0-9]{{4}}|[0-9]{{2}})(?:,? +{_TIME})?"
    rf"|[A-Za-z]+ +[0-9]{{1,2}} +{_TIME} +[0-9]{{4}})"
)
"""What `email.utils` may parse. It accepts more, but ignores what it does not know, such as the PM of 6:00 PM."""
_OLD_WIRE = re.compile(r"([0-9]{1,2}-[A-Za-z]{3}-[0-9]{4})(?: ([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]+)?)?(?![\w\s:.])")
"""`27-MAR-1987 12:05:50.31`, as in the old Reuters wire, sometimes followed by codes of the wire."""
_ZONE_BEFORE_YEAR = re.compile(rf"([A-Za-z]+ +[A-Za-z]+ +[0-9]{{1,2}} +{_TIME}) +(\S+) +([0-9]{{4}})")
"""`Thu Mar 24 18:00:00 EET 2022`, as `date` and Java write it."""
_ZONE = re.compile(
    r"(?<=[0-9])\s*+(?:(?P<name>[A-Z]{1,5})|(?:GMT|UTC)?(?P<offset>[+-][0-9]{2}:?[0-5][0-9]))(?:\s*+\([^()]*\))?\Z",
    re.IGNORECASE,
)
"""A name, an offset, or both (`GMT+0200`), then perhaps a comment of RFC 5322, as in `+0200 (EET)`."""
_ZONE_HOURS = {
    name: int(hours)
    for name, hours in re.findall(
        r"([A-Z]+)([+-]\d+)",
        "Z+0 UT+0 UTC+0 GMT+0 EST-5 EDT-4 CST-6 CDT-5 MST-7 MDT-6 PST-8 PDT-7 "
        "WET+0 WEST+1 BST+1 CET+1 CEST+2 MET+1 MEST+2 EET+2 EEST+3 JST+9 AEST+10 AEDT+11 NZST+12 NZDT+13",
    )
}
"""Hours east of UTC by the name of the zone: those of RFC 5322 §4.3 (so CST is American), of Europe, and some others.

Ambiguous names (AST: Arabia or the Atlantic) and names that changed their meaning (MSK) are left out.
"""
_MAX_DATE_CHARACTERS = 100
"""A longer text is not a date, and the patterns above are not tried on it."""
_SHOWN_CHARACTERS = 40


def parse(value: object, field: str) -> datetime | None:
    """Return the time that *value* states in UTC, or None if it is empty.

    Accepted are ISO 8601 (a date means its midnight, a year or month its first day, no zone means UTC), the RFC 822
    dates of RSS, dates of old wires with the name of the month, and seconds or milliseconds since 1970. Nothing is
    guessed: "05/06/2022" is in May for some and in June for others, and an unknown zone is not UTC.

    Raises:
        InvalidArticleError: The date cannot be read (`bad_date`). *field* is its name in the detail.
    """
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str):
            moment = _from_text(value.strip())
        elif isinstance(value, int | float) and not isinstance(value, bool):
            moment = _EPOCH + timedelta(seconds=value / 1000 if abs(value) > _MAX_SECONDS else value)
        else:
            raise TypeError  # noqa: TRY301 - handled below, with all the others
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, KeyError, OverflowError):
        shown = (
            ascii(value)[:_SHOWN_CHARACTERS] if isinstance(value, str | int | float) else f"a {type(value).__name__}"
        )
        detail = f"`{field}` is {shown}; a date looks like 2022-03-24T18:00:00Z"
        raise InvalidArticleError(RejectReason.BAD_DATE, detail) from None


def from_milliseconds(timestamp: int) -> datetime | None:
    """Return the time *timestamp* milliseconds after 1970-01-01 UTC, or None if that is no date, like Kafka's -1."""
    try:
        return _EPOCH + timedelta(milliseconds=timestamp) if timestamp >= 0 else None
    except OverflowError:
        return None


def _from_text(text: str) -> datetime:
    if len(text) > _MAX_DATE_CHARACTERS:
        raise ValueError
    if match := _YEAR_OR_MONTH.fullmatch(text):
        return datetime(int(match["year"]), int(match["month"] or 1), 1, tzinfo=UTC)
    if text.isdecimal():
        return _from_digits(text)
    if moment := _first_match(text):
        return moment
    text = _ZONE_BEFORE_YEAR.sub(r"\1 \3 \2", text)
    zone = _ZONE.search(text)
    moment = _first_match(text[: zone.start()]) if zone else None
    if zone is None or moment is None or moment.tzinfo is not None or ":" not in text[: zone.start()]:
        raise ValueError
    return moment.replace(tzinfo=_zone(zone))


def _first_match(text: str) -> datetime | None:
    """Return *text* parsed by the first form that accepts it, or None."""
    for parse_form in (_from_iso, _from_named_month, _from_old_wire):
        with suppress(ValueError):
            return parse_form(text)
    return None


def _from_digits(text: str) -> datetime:
    if _SECONDS_DIGITS.fullmatch(text):
        return _EPOCH + timedelta(seconds=int(text))
    if _MILLISECOND_FORMAT_BY_LENGTH.fullmatch(text):
        return _EPOCH + timedelta(milliseconds=int(text))
    return datetime.strptime(text, _FORMAT_BY_LENGTH[len(text)]).replace(tzinfo=UTC)


def _from_iso(text: str) -> datetime:
    upper = text.upper()
    if not _ISO.fullmatch(upper):
        raise ValueError
    return datetime.fromisoformat(upper)


def _from_named_month(text: str) -> datetime:
    if not _NAMED_MONTH.fullmatch(text):
        raise ValueError
    return parsedate_to_datetime(text if ":" in text else f"{text} 00:00:00")


def _from_old_wire(text: str) -> datetime:
    match = _OLD_WIRE.match(text)
    if match is None:
        raise ValueError
    return datetime.strptime(f"{match[1]} {match[2] or '00:00:00'}", "%d-%b-%Y %H:%M:%S")  # noqa: DTZ007 - the zone is set later


def _zone(match: re.Match[str]) -> timezone:
    if match["name"]:
        return timezone(timedelta(hours=_ZONE_HOURS[match["name"].upper()]))
    offset = timedelta(hours=int(match["offset"][1:3]), minutes=int(match["offset"][-2:]))
    return timezone(-offset if match["offset"].startswith("-") else offset)
