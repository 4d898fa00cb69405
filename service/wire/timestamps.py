"""Dates as wires and feeds write them → a moment in UTC."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from service.contract.records import InvalidArticle, RejectReason

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_SECONDS = 2e10
"""A number above is milliseconds since 1970, as JavaScript counts, not seconds: as seconds it were the year 2603."""
_YEAR_OR_MONTH = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2}))?")
_ISO = re.compile(r"[0-9W-]{7,10}(?:[T ].+)?")
"""Python takes any character between date and time, a digit too: 1610112041234 were in the year 1610."""
_FORMAT_BY_LENGTH = {8: "%Y%m%d", 14: "%Y%m%d%H%M%S"}
"""Dates in digits alone, by their number."""
_SECONDS_DIGITS = re.compile(r"1[0-8][0-9]{8}")
"""Seconds since 1970 in digits alone, 2001 to 2030: later ones look like a day with its hour, as 2022032418 is."""
_MILLISECOND_FORMAT_BY_LENGTH = re.compile(r"1[0-9]{12}")
"""The same in milliseconds, 2001 to 2033: no other way of writing a date has 13 digits."""
_TIME = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
_NAMED_MONTH = re.compile(
    r"(?:[A-Za-z]+,? +)?(?:"
    rf"(?:[0-9]{{1,2}}[ -]+[A-Za-z]+|[A-Za-z]+ +[0-9]{{1,2}}),?[ -]+(?:[0-9]{{4}}|[0-9]{{2}})(?:,? +{_TIME})?"
    rf"|[A-Za-z]+ +[0-9]{{1,2}} +{_TIME} +[0-9]{{4}})"
)
"""What `email.utils` may read: it reads more, but passes over what it does not know, as the PM of 6:00 PM."""
_OLD_WIRE = re.compile(r"([0-9]{1,2}-[A-Za-z]{3}-[0-9]{4})(?: ([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]+)?)?(?![\w\s:.])")
"""`27-MAR-1987 12:05:50.31`, as Reuters' wire had it, with codes of its own behind it at times."""
_ZONE_BEFORE_YEAR = re.compile(rf"([A-Za-z]+ +[A-Za-z]+ +[0-9]{{1,2}} +{_TIME}) +(\S+) +([0-9]{{4}})")
"""`Thu Mar 24 18:00:00 EET 2022`, as `date` and Java write it."""
_ZONE = re.compile(
    r"(?<=[0-9])\s*+(?:(?P<name>[A-Z]{1,5})|(?:GMT|UTC)?(?P<offset>[+-][0-9]{2}:?[0-5][0-9]))(?:\s*+\([^()]*\))?\Z",
    re.IGNORECASE,
)
"""A name or an offset, or both (`GMT+0200`), then what RFC 5322 calls a comment, as in `+0200 (EET)`."""
_ZONE_HOURS = {
    name: int(hours)
    for name, hours in re.findall(
        r"([A-Z]+)([+-]\d+)",
        "Z+0 UT+0 UTC+0 GMT+0 EST-5 EDT-4 CST-6 CDT-5 MST-7 MDT-6 PST-8 PDT-7 "
        "WET+0 WEST+1 BST+1 CET+1 CEST+2 MET+1 MEST+2 EET+2 EEST+3 JST+9 AEST+10 AEDT+11 NZST+12 NZDT+13",
    )
}
"""Zones by name, in hours east: those of RFC 5322 §4.3 (so CST is America's), of Europe, and some far ones.

Not here is a name that several share (AST: Arabia's, the Atlantic's) or that has changed its meaning (MSK).
"""
_MAX_DATE_CHARACTERS = 100
"""Characters of a date; longer ones are none, and the patterns above are not tried on them."""
_SHOWN_CHARACTERS = 40


def parse(value: object, field: str) -> datetime | None:
    """Return the moment that *value* names, None where there is none. Raises `InvalidArticle`, `bad_date`.

    Understands ISO 8601 (a date alone is its midnight, a year or a month its first; without a zone it is UTC), the
    RFC 822 dates of RSS, those of old wires with the month's name, and seconds or milliseconds since 1970. Never
    guesses: "05/06/2022" is May to some and June to others, and a zone that is not known is not UTC.
    """
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str):
            moment = _from_text(value.strip())
        elif isinstance(value, int | float) and not isinstance(value, bool):
            moment = _EPOCH + timedelta(seconds=value / 1000 if abs(value) > _MAX_SECONDS else value)
        else:
            raise TypeError  # noqa: TRY301 - told below, with all the others
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, KeyError, OverflowError):
        shown = (
            ascii(value)[:_SHOWN_CHARACTERS] if isinstance(value, str | int | float) else f"a {type(value).__name__}"
        )
        detail = f"`{field}` is {shown}; a date looks like 2022-03-24T18:00:00Z"
        raise InvalidArticle(RejectReason.BAD_DATE, detail) from None


def from_milliseconds(timestamp: int) -> datetime | None:
    """Return the moment so many milliseconds after 1970-01-01 UTC; None where that is no date, as Kafka's -1."""
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
    """Return what the first of the forms that reads *text* makes of it."""
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
    return datetime.strptime(f"{match[1]} {match[2] or '00:00:00'}", "%d-%b-%Y %H:%M:%S")  # noqa: DTZ007 - put on later


def _zone(match: re.Match[str]) -> timezone:
    if match["name"]:
        return timezone(timedelta(hours=_ZONE_HOURS[match["name"].upper()]))
    offset = timedelta(hours=int(match["offset"][1:3]), minutes=int(match["offset"][-2:]))
    return timezone(-offset if match["offset"].startswith("-") else offset)
