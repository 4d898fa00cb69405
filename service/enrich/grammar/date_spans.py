"""Where a text names a calendar day, week, month or year, or one that counts from the day of the story.

"Thursday, 21 July", "July 14 to 24", "yesterday", "last month", "the end of 2019" do; durations ("three years"), ages,
times of day, decades and what comes every day do not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.enrich.grammar import surroundings
from service.enrich.grammar.date_expressions import MONTHS, SMALL_NUMBERS, WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Spans = Sequence[tuple[int, int]]
    """Code points, `[start, end)`."""

SHORT_MONTHS = ("jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec")
SHORT_WEEKDAYS = ("mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun")
MONTH = rf"(?:{'|'.join(MONTHS)}|(?:{'|'.join(reversed(SHORT_MONTHS))})\b\.?)"
YEAR = r"(?:1[0-9]|20)\d\d(?![\d%]|,\d|\s?['\u2019]?s\b|\.\d)"
DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?![\d:%]|,\d\d\d|\.\d)"
UNTIL = r"(?:\s?[-\u2013\u2014/]\s?|\s(?:to|through|until|till|and)\s)"
FULL_WEEKDAY = rf"(?:{'|'.join(WEEKDAYS)})"
WEEKDAY = rf"(?:{FULL_WEEKDAY}|(?:{'|'.join(reversed(SHORT_WEEKDAYS))})\b\.?)"
PARTS_OF_DAY = ("morning", "afternoon", "evening", "night")
PART_OF_DAY = rf"(?:{'|'.join(PARTS_OF_DAY)})"
UNITS = ("weekend", "week", "month", "year", "quarter", "fortnight", "spring", "summer", "autumn", "fall", "winter")
UNIT = rf"(?:{'|'.join(UNITS)})"
OF_YEAR = rf"(?:,?\s{YEAR}|,?\s(?:of\s)?(?:last|this|next)\syear)?"

DAY_OF_MONTH = (
    rf"(?:{WEEKDAY},?\s(?:the\s)?)?(?:"
    rf"{MONTH}\s{DAY}(?:{UNTIL}{DAY})?(?!\s?(?:hours|am|pm|a\.m|p\.m)){OF_YEAR}"
    rf"|{DAY}(?:{UNTIL}{DAY})?(?:\sof)?\s{MONTH}{OF_YEAR})"
)
MONTH_OF_YEAR = rf"{MONTH},?\s(?:of\s)?(?:{YEAR}|(?:last|this|next|that\ssame|the\ssame)\syear)"
NUMERIC = r"\b(?:\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./](?:\d\d){1,2})\b"
RELATIVE = (
    rf"(?:(?:earlier|later)\s)?(?:last|this|next|the\sprevious|this\spast|this\scoming)\s"
    rf"(?:{UNIT}|{FULL_WEEKDAY}|{MONTH}|{PART_OF_DAY})(?!-|\w)(?:'s\send)?"
    rf"|(?:on|over|at)\sthe\sweekend|(?:the\s)?day\s(?:before\syesterday|after\stomorrow)"
    rf"|yesterday|tomorrow|tonight|today(?!'s\b)|year-end|year's\send|the\send\sof\sthe\s(?:month|year)"
)
AGO = rf"(?:an?|{'|'.join(SMALL_NUMBERS)}|\d{{1,2}})\s(?:day|week|month|year)s?\sago(?:\stoday)?"

CERTAIN = re.compile(
    rf"\b(?:{DAY_OF_MONTH}|{MONTH_OF_YEAR}|{RELATIVE}|{AGO}|{FULL_WEEKDAY}(?:\s{PART_OF_DAY})?)(?!\w)|{NUMERIC}",
    re.IGNORECASE,
)
"""Words that are a date wherever they stand, unless in a name: "the Sunday Times"."""
WORD = re.compile(r"[a-z]+|\d+(?=[./-]\d)", re.IGNORECASE)
WORDS_OF_DATES = frozenset({
    *MONTHS, *SHORT_MONTHS, *WEEKDAYS, *SHORT_WEEKDAYS, *PARTS_OF_DAY, *UNITS, *(f"{unit}s" for unit in UNITS),
    "day", "days", "yesterday", "tomorrow", "tonight", "today",
})  # fmt: skip
"""Every certain date has one of them, or a number before a hyphen, a stroke or a dot."""
CODE_POINTS_BEFORE, CODE_POINTS_AFTER = 40, 60
"""How far a date reaches from such a word, at most, if no other follows."""
POSSIBLE = re.compile(rf"\b(?:{YEAR}(?:\s?[-\u2013/]\s?\d{{2,4}})?|{MONTH}|{WEEKDAY})(?!\w)", re.IGNORECASE)
"""Words that are one if the model takes them for one: "2019", "May"."""
HEDGED = re.compile(r"\b(?:about|almost|around|every|each|more than|nearly|over|roughly|some)\s$", re.IGNORECASE)
"""Words before a date that make it vague or one of many: "nearly 50 years ago", "every Monday"."""
MAX_HEDGE_LENGTH = 12
MAX_LOOKAHEAD = 4
"""Code points after a date that the patterns look at."""
SMALL_MONTH = re.compile(rf"\b{MONTH}(?!\w)")
"""A month in small letters, which is a verb: "they march 12 miles"."""


def find(text: str, labelled: Spans, names: Spans) -> list[tuple[int, int]]:
    """Return the code points of the dates of *text*, in its order.

    *labelled* are the spans that the model takes for dates and durations, *names* those of names, which hold no dates.
    A labelled span that names one date is the date; of one that names several, each is.
    """
    blocked = {code_point for start, end in names for code_point in range(start, end)}
    matches = [
        match.span()
        for match in _certain(text)
        if not {match.start(), match.end() - 1} <= blocked and not _is_none(text, *match.span())
    ]
    found: list[tuple[int, int]] = []
    for start, end in labelled:
        inside = [span for span in matches if span[0] < end and start < span[1]]
        if not inside:
            near = POSSIBLE.finditer(text, start, end + MAX_LOOKAHEAD)
            inside = [match.span() for match in near if match.end() <= end]
            inside = [span for span in inside if not _is_none(text, *span)]
        elif len(inside) == 1:
            inside = [(min(start, inside[0][0]), max(end, inside[0][1]))]
        found += inside
    return _disjoint(sorted({*found, *matches}))


def _certain(text: str) -> Iterator[re.Match[str]]:
    """Yield the certain dates. The pattern is slow, so only passages with a word of dates are searched."""
    places = (
        match.start() for match in WORD.finditer(text) if match[0].lower() in WORDS_OF_DATES or match[0].isdecimal()
    )
    for start, end in surroundings.around(text, places, before=CODE_POINTS_BEFORE, after=CODE_POINTS_AFTER):
        yield from CERTAIN.finditer(text, start, end)


def _disjoint(spans: Spans) -> list[tuple[int, int]]:
    """Return *spans*, given in order, with those that overlap joined."""
    disjoint: list[tuple[int, int]] = []
    for start, end in spans:
        if disjoint and start < disjoint[-1][1]:
            disjoint[-1] = (disjoint[-1][0], max(end, disjoint[-1][1]))
        else:
            disjoint.append((start, end))
    return disjoint


def _is_none(text: str, start: int, end: int) -> bool:
    """Return whether the words at `[start, end)` are no date after all."""
    return bool(SMALL_MONTH.search(text, start, end) or HEDGED.search(text, max(0, start - MAX_HEDGE_LENGTH), start))
