"""Date expressions: the day, week, month or year that some English words name, given the day of publication.

Reads dates as news writes them: "Thursday", "24 March", "Dec. 5, 2021", "last week", "three weeks ago", "the autumn of
2023", "July 14 to 24". The result is as precise as the words, in ISO 8601: `2022`, `2022-03`, `2022-W12`, `2022-03-24`
or an interval, `2022-07-14/2022-07-24`. Regular expressions and `datetime` suffice for that. dateparser, which reads
much more, gave the same dates for the expressions of 500 articles, but took nearly all the time of the stage.
"""

from __future__ import annotations

import functools
import re
from datetime import MAXYEAR, MINYEAR, date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
          "december")  # fmt: skip
MONTH_NUMBERS = {name[:3]: number for number, name in enumerate(MONTHS, 1)}
"""By the first three letters, which every abbreviation keeps."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SMALL_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
MONTH_NAME = re.compile(MONTH)
DAY_NUMBER = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
FOUR_DIGIT_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
YEAR_ALONE = re.compile(r"^(?:the (?:year )?|early |late |mid-?|in |fiscal )?((?:1[5-9]|20)\d\d)$")
YEAR_AMONG_WORDS = re.compile(r"\b(?:1[5-9]|20)\d\d\b(?!s)")
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
ABSOLUTE = re.compile(
    rf"\b(?:{MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?\s+{MONTH}|{MONTH}(?:\s+of)?)"
    rf"(?:,?\s+(?:1[5-9]|20)\d\d)?\b|\b(?:1[5-9]|20)\d\d-\d\d-\d\d\b"
)
MONTH_OF_YEAR = re.compile(rf"^((?:\d{{1,2}} )?{MONTH}(?: \d{{1,2}})?),?(?: of)? (last|this|next) year$", re.ASCII)
"""A month, or a day of it, in a year that counts from publication."""
UNTIL = r"(?: ?[-\u2013\u2014/] ?| (?:to|through|until|till|and) )"
DAYS_OF_MONTH = re.compile(
    rf"(?P<month>{MONTH}) (?P<first>\d{{1,2}}){UNTIL}(?P<last>\d{{1,2}})(?!\d)(?P<year>,? \d{{4}})?"
    rf"|\b(?P<first_day>\d{{1,2}}){UNTIL}(?P<last_day>\d{{1,2}}) (?P<of_month>{MONTH})(?P<of_year>,? \d{{4}})?",
    re.ASCII,
)
YEARS = re.compile(r"\b((?:1[5-9]|20)\d\d) ?[-\u2013/] ?(\d{4}|\d\d)$", re.ASCII)
NUMERIC = re.compile(r"(\d{1,2})([./])(\d{1,2})\2(\d{4})", re.ASCII)
"""A day in numbers: with dots, the day comes before the month; with slashes, only a day above 12 tells."""
AGO = re.compile(rf"^(an?|{'|'.join(SMALL_NUMBERS)}|\d{{1,6}}) (day|week|month|year)s? (?:ago|earlier)$", re.ASCII)
"""Six digits: a million days are more than all the years that a date can have."""
DAYS_FROM_PUBLICATION = {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1, "this morning": 0,
                         "this afternoon": 0, "this evening": 0, "last night": -1, "last evening": -1,
                         "the day before yesterday": -2, "the day after tomorrow": 2}  # fmt: skip
RELATIVE_UNIT = re.compile(
    r"^(?:(?:earlier|later) )?(?P<which>last|past|this|next|the current|the previous) (?P<unit>week|month|year|[a-z]+)$"
)
UNITS_FROM_PUBLICATION = {"last": -1, "past": -1, "the previous": -1, "this": 0, "the current": 0, "next": 1}
LEADING_WORDS = re.compile(
    r"^(?:(?:on|in|by|since|until|from|during|around|about|early on|late on|late|early|mid-?|just|only"
    r"|the (?:beginning|start|middle|end) of) )+"
)
TRAILING_WORDS = re.compile(r"(?<!^this)(?<!^last) (?:morning|afternoon|evening|night|alone)$|['\u2019]s$")

MAX_DAY, MONTHS_PER_YEAR = 31, 12
FIRST_TWO_DIGITS_OF_1900S = 69
"""As `%y` of POSIX reads years of two digits: 69 is 1969, and 68 is 2068."""
MAX_YEARS_BETWEEN_LEAP_DAYS = 8
"""From 29 February 1896 to that of 1904."""
MAX_DAYS_AHEAD = 335
"""A day within the month before publication is that day in any tense: next year's is written with its year."""


@functools.lru_cache(maxsize=1024)
def resolve(text: str, published: date | None, *, ahead: bool = False) -> str | None:
    """Return the date that *text* names, in ISO 8601: `2022`, `2022-03`, `2022-W12`, `2022-03-24`; None for no date.

    A weekday, a month or a day without a year is the last one up to the day of publication, because news reports what
    has happened. With "next", or if *ahead*, it is the coming one; with *ahead*, the day of publication counts too.
    Without *published*, only dates that give their year are resolved. A *published* in the first or last year that a
    date can have is ignored: systems write 9999-12-31 for "never", and the days around it may not exist.
    """
    words = significant_words(text)
    if published is not None and not MINYEAR < published.year < MAXYEAR:
        published = None
    year = YEAR_ALONE.match(words)
    if year:
        return year[1]
    if interval := _interval(words, published, ahead=ahead):
        return interval
    if published is not None:
        relative = _relative(words, published, ahead=ahead)
        if relative:
            return relative
    match = ABSOLUTE.search(words)
    if match:
        return _absolute(match[0], published, ahead=ahead)
    if numeric := NUMERIC.fullmatch(words):
        return _numeric_day(int(numeric[1]), int(numeric[3]), int(numeric[4]), separator=numeric[2])
    years = set(YEAR_AMONG_WORDS.findall(words))
    return years.pop() if len(years) == 1 else None


def publication_day(published_at: datetime) -> date | None:
    """Return the day of publication; None for the first moment of a year, which stands for a year without a day."""
    first = published_at.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    return None if published_at == first else published_at.date()


def names_month_only(text: str) -> bool:
    """Return whether *text* names a month without day or year: "in December"."""
    return MONTH_NAME.fullmatch(significant_words(text)) is not None


def significant_words(text: str) -> str:
    """Return *text* in lower case without words that do not change its date: "early on Monday night" is "monday"."""
    return TRAILING_WORDS.sub("", LEADING_WORDS.sub("", " ".join(text.lower().split())))


def _interval(words: str, published: date | None, *, ahead: bool) -> str | None:
    """Return the interval of *words* that name days of one month or two years: "July 14 to 24", "2021/22"."""
    if years := YEARS.search(words):
        first, last = int(years[1]), int(years[1][: -len(years[2])] + years[2])
        return f"{first}/{last}" if first < last else None
    days = DAYS_OF_MONTH.search(words)
    if days is None:
        return None
    month, year = days["month"] or days["of_month"], days["year"] or days["of_year"] or ""
    first, last = int(days["first"] or days["first_day"]), int(days["last"] or days["last_day"])
    start = _absolute(f"{month} {first}{year}", published, ahead=ahead)
    if start is None or not first < last <= MAX_DAY:
        return start
    first_day = date.fromisoformat(start)
    end = _iso_day(first_day.year, first_day.month, last)
    return f"{start}/{end}" if end else start


def _numeric_day(first: int, second: int, year: int, *, separator: str) -> str | None:
    """Return the day of three numbers; only the year if day and month may be either."""
    if separator == "/" and max(first, second) <= MONTHS_PER_YEAR:
        return f"{year:04}"
    month, day = (first, second) if second > MONTHS_PER_YEAR else (second, first)
    return _iso_day(year, month, day)


def _relative(words: str, published: date, *, ahead: bool) -> str | None:
    """Return the date of *words* that count from the day of publication: "yesterday", "a week ago", "next month"."""
    if words in DAYS_FROM_PUBLICATION:
        return (published + timedelta(days=DAYS_FROM_PUBLICATION[words])).isoformat()
    if words in WEEKDAYS:
        return _weekday(words, 0, published, ahead=ahead).isoformat()
    if ago := AGO.match(words):
        return _ago(ago[1], ago[2], published)
    if day := MONTH_OF_YEAR.match(words):
        return _absolute(f"{day[1]} {published.year + UNITS_FROM_PUBLICATION[day[2]]}", published, ahead=ahead)
    if relative := RELATIVE_UNIT.match(words):
        return _stepped(relative["unit"], UNITS_FROM_PUBLICATION[relative["which"]], published, ahead=ahead)
    return None


def _ago(number_words: str, unit: str, published: date) -> str | None:
    """Return the day, week, month or year that lies so many of them before publication; None before the year 1."""
    if number_words.isdigit():
        number = int(number_words)
    else:
        number = SMALL_NUMBERS.index(number_words) + 1 if number_words in SMALL_NUMBERS else 1
    if unit in {"day", "week"}:
        days = number if unit == "day" else 7 * number
        if days >= published.toordinal():
            return None
        day = published - timedelta(days=days)
        return day.isoformat() if unit == "day" else _week(day)
    months = 12 * published.year + published.month - 1 - number * (12 if unit == "year" else 1)
    if months < 12 * MINYEAR:
        return None
    return f"{months // 12:04}" if unit == "year" else _year_and_month(months // 12, months % 12 + 1)


def _stepped(unit: str, step: int, published: date, *, ahead: bool) -> str | None:
    """Return the week, month, year, weekday or named month that lies *step* of them from publication."""
    if unit == "week":
        return _week(published + timedelta(weeks=step))
    if unit == "month":
        months = published.year * 12 + published.month - 1 + step
        return f"{months // 12}-{months % 12 + 1:02}"
    if unit == "year":
        return str(published.year + step)
    if unit in WEEKDAYS:
        return _weekday(unit, step, published, ahead=ahead and step == 0).isoformat()
    if unit in MONTHS:
        month = MONTHS.index(unit) + 1
        passed = (month >= published.month) if step < 0 else (month <= published.month)
        return f"{published.year + step * passed}-{month:02}"
    return None


def _weekday(name: str, step: int, published: date, *, ahead: bool = False) -> date:
    """Return the last weekday *name* up to the day of publication; with a *step* of one, the first after it.

    If *ahead*, return the first from the day of publication on.
    """
    days_back = (published.weekday() - WEEKDAYS.index(name)) % 7
    if ahead:
        return published + timedelta(days=-days_back % 7)
    if step > 0:
        return published + timedelta(days=7 - days_back)
    return published - timedelta(days=days_back + (7 if step < 0 and days_back == 0 else 0))


def _absolute(words: str, published: date | None, *, ahead: bool) -> str | None:
    """Return the date of *words* that name a month or a day of a month; the year may be missing."""
    if ISO_DATE.fullmatch(words):
        return _iso_day(*map(int, words.split("-")))
    month_name, four_digits, number = MONTH_NAME.search(words), FOUR_DIGIT_YEAR.search(words), DAY_NUMBER.search(words)
    if month_name is None:
        return None
    month = MONTH_NUMBERS[month_name[0][:3]]
    day = int(number[0]) if number else None
    if four_digits:
        year = int(four_digits[0])
        return _year_and_month(year, month) if day is None else _iso_day(year, month, day)
    return None if published is None else _without_year(month, day, published, ahead=ahead)


def _without_year(month: int, day: int | None, published: date, *, ahead: bool) -> str | None:
    """Return the date nearest to *published*; *day* may be that of the month or, out of its range, a year: "May 68"."""
    if day is None:
        passed, to_come = month < published.month, month > published.month
        return _year_and_month(published.year + (passed if ahead else -to_come), month)
    if 1 <= day <= MAX_DAY:
        return _nearest_day(month, day, published, ahead=ahead)
    return _two_digit_year(month, day, published, ahead=ahead)


def _nearest_day(month: int, day: int, published: date, *, ahead: bool) -> str | None:
    """Return the last such day up to *published*; if *ahead*, the coming one, unless it lies too far ahead."""
    years = range(published.year - MAX_YEARS_BETWEEN_LEAP_DAYS, published.year + MAX_YEARS_BETWEEN_LEAP_DAYS + 1)
    dates = [valid for year in years if (valid := _date(year, month, day))]
    coming = min((valid for valid in dates if valid >= published), default=None)
    if ahead and coming and (coming - published).days <= MAX_DAYS_AHEAD:
        return coming.isoformat()
    last = max((valid for valid in dates if valid <= published), default=None)
    return last.isoformat() if last else None


def _two_digit_year(month: int, year: int, published: date, *, ahead: bool) -> str:
    """Return the month of "May 68": the last such year up to *published*; if *ahead*, the first one after it."""
    year += 2000 if year < FIRST_TWO_DIGITS_OF_1900S else 1900
    is_later = (year, month) > (published.year, published.month)
    if ahead and not is_later:
        year += 100
    elif not ahead and is_later:
        year -= 100
    return _year_and_month(year, month)


def _iso_day(year: int, month: int, day: int) -> str | None:
    valid = _date(year, month, day)
    return valid.isoformat() if valid else None


def _date(year: int, month: int, day: int) -> date | None:
    """Return the date, or None for one that does not exist."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year_and_month(year: int, month: int) -> str:
    return f"{year:04}-{month:02}"


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"
