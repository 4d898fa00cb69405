"""Dates in the text, resolved against the day of publication; as precise as the words are, and no more.

The spans are those that the model labels DATE. dateparser reads them; what names no day, week, month or year ("two
years", "annual", "the decade") stays unresolved, and so does what needs a day of publication that is not known.
A weekday, a month or a day without its year is the last one, or the coming one where its clause speaks of the future.
"""

from __future__ import annotations

import functools
import re
from datetime import MAXYEAR, MINYEAR, date, datetime, timedelta
from typing import TYPE_CHECKING

from dateparser.date import DateDataParser

from service.contract.records import DateMention
from service.enrich.grammar import clauses
from service.enrich.grammar.parse import Parse

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
          "december")  # fmt: skip
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
YEAR = re.compile(r"^(?:the (?:year )?|early |late |mid-?|in |fiscal )?((?:1[5-9]|20)\d\d)$")
ABSOLUTE = re.compile(
    rf"\b(?:{MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?\s+{MONTH}|{MONTH}(?:\s+of)?)"
    rf"(?:,?\s+(?:1[5-9]|20)\d\d)?\b|\b(?:1[5-9]|20)\d\d-\d\d-\d\d\b"
)
ANY_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b(?!s)")
OF_YEAR = re.compile(rf"^({MONTH})(?: of)? (last|this|next) year$")
AGO = re.compile(
    r"^(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|\d+) (?:day|week|month|year)s? (?:ago|earlier)$"
)
NAMED = {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1}
UNIT = re.compile(
    r"^(?:(?:earlier|later) )?(?P<which>last|past|this|next|the current|the previous) (?P<unit>week|month|year|[a-z]+)$"
)
STEP = {"last": -1, "past": -1, "the previous": -1, "this": 0, "the current": 0, "next": 1}
LEAD_IN = re.compile(r"^(?:on|in|by|since|until|from|during|around|about|early on|late on|late|early|mid-?) ")
TAIL = re.compile(r" (?:morning|afternoon|evening|night|alone)$")


ADVERBIAL = frozenset({"npadvmod", "tmod", "advmod", "pobj", "pcomp", "prep", "acomp", "attr"})
"""Dependencies on the way from a date to the verb that it dates."""
SCHEDULING = frozenset({"for", "until", "till"})
"""Prepositions before a day that had not come: "set for Monday", "adjourned until Monday"."""
PRESENT = frozenset({"VBZ", "VBP"})
FAR_AHEAD = timedelta(days=335)
"""A day of the month before publication is that day, in whatever tense: next year's would be told with its year."""
ONLY_MONTH = re.compile(rf"^{MONTH}$")


def find(doc: Doc, published_at: datetime | None) -> list[DateMention]:
    """Return the DATE spans of *doc* with the date that each names; offsets are code points of `doc.text`.

    Where *doc* has a parse, the tense of a date's clause tells whether it looks back or ahead.
    """
    day = _day(published_at) if published_at else None
    parse = Parse.of(doc)
    return [
        DateMention(
            start=ent.start_char,
            end=ent.end_char,
            text=ent.text,
            date=resolve(ent.text, day, ahead=day is not None and _ahead(parse, ent)),
        )
        for ent in doc.ents
        if ent.label_ == "DATE"
    ]


def _ahead(parse: Parse, date: Span) -> bool:
    """Tell whether *date* lies ahead: by its preposition, by the tense of its clause, or as an appointment.

    What happens on a named day is told in the past tense; in the present it is an appointment: "talks begin on Monday".
    Not so for a month alone, since headlines tell the past in the present: "prices fall in December".
    """
    at = date.root.i
    above = parse.heads[at]
    if parse.deps[at] == "pobj" and parse.words[above] in SCHEDULING:
        return True
    if parse.deps[at] == "poss":
        return _before(parse, above)
    verb = clauses.verb_of_clause(parse, at)
    if clauses.looks_ahead(parse, at):
        return True
    finite = parse.tags[next(iter(parse.children_with(verb, "aux", "auxpass")), verb)]
    if finite not in PRESENT or parse.lemmas[verb] in clauses.SPEECH or ONLY_MONTH.search(_plain(date.text)):
        return False
    return _dates(parse, at, verb)


def _before(parse: Parse, noun: int) -> bool:
    """Tell whether *noun* had not come yet: "ahead of Monday's vote"."""
    prep = parse.heads[noun]
    return (parse.words[prep], parse.words[parse.heads[prep]]) == ("of", "ahead")


def _dates(parse: Parse, at: int, verb: int) -> bool:
    """Tell whether the date at *at* belongs to *verb* itself and not to one of its nouns."""
    while at != verb:
        if parse.deps[at] not in ADVERBIAL:
            return False
        at = parse.heads[at]
    return True


def _day(published_at: datetime) -> date | None:
    """Return the day of publication, None where it is the first moment of a year: that is how a year alone is read."""
    first = published_at.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    return None if published_at == first else published_at.date()


@functools.lru_cache(maxsize=1024)
def resolve(text: str, published: date | None, *, ahead: bool = False) -> str | None:
    """Return the date that *text* names: `2022`, `2022-03`, `2022-W12` or `2022-03-24`; None where it names none.

    A weekday or month without a year is the last one up to the day of publication, as news tells what has happened;
    "next" makes it the coming one, and so does *ahead*, from that day on. A *published* in the first or the last year
    that a date can have is none: "9999-12-31" says never, and no day lies beside it.
    """
    words = _plain(text)
    if published is not None and not MINYEAR < published.year < MAXYEAR:
        published = None
    year = YEAR.match(words)
    if year:
        return year[1]
    if published is not None:
        relative = _relative(words, published, ahead=ahead)
        if relative:
            return relative
    match = ABSOLUTE.search(words)
    if match:
        return _absolute(match[0], published, ahead=ahead)
    years = set(ANY_YEAR.findall(words))
    return years.pop() if len(years) == 1 else None


def _plain(text: str) -> str:
    """Return the words of *text* without those that make a date no other: "early on Monday night" is "monday"."""
    return TAIL.sub("", LEAD_IN.sub("", " ".join(text.lower().split())))


def _relative(words: str, published: date, *, ahead: bool) -> str | None:
    """Return what *words* name that are read against the day of publication."""
    if words in NAMED:
        return (published + timedelta(days=NAMED[words])).isoformat()
    if words in DAYS:
        return _weekday(words, 0, published, ahead=ahead).isoformat()
    if AGO.match(words):
        return _parsed(words.replace("earlier", "ago"), published)
    if of_year := OF_YEAR.match(words):
        return _parsed(f"{of_year[1]} {published.year + STEP[of_year[2]]}", published)
    unit = UNIT.match(words)
    return _stepped(unit["unit"], STEP[unit["which"]], published, ahead=ahead) if unit else None


def _stepped(unit: str, step: int, published: date, *, ahead: bool) -> str | None:
    """Return the *unit* (week, month, year, a weekday, a month's name) that lies *step* of them from publication."""
    found = None
    if unit == "week":
        found = _week(published + timedelta(weeks=step))
    elif unit == "month":
        months = published.year * 12 + published.month - 1 + step
        found = f"{months // 12}-{months % 12 + 1:02}"
    elif unit == "year":
        found = str(published.year + step)
    elif unit in DAYS:
        found = _weekday(unit, step, published, ahead=ahead and step == 0).isoformat()
    elif unit in MONTHS:
        month = MONTHS.index(unit) + 1
        passed = (month >= published.month) if step < 0 else (month <= published.month)
        found = f"{published.year + step * passed}-{month:02}"
    return found


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _weekday(name: str, step: int, published: date, *, ahead: bool = False) -> date:
    """Return the last *name* up to the day of publication; with a *step* of one, the first after it.

    *ahead*, it is the first from the day of publication on.
    """
    back = (published.weekday() - DAYS.index(name)) % 7
    if ahead:
        return published + timedelta(days=-back % 7)
    if step > 0:
        return published + timedelta(days=7 - back)
    return published - timedelta(days=back + (7 if step < 0 and back == 0 else 0))


def _absolute(words: str, published: date | None, *, ahead: bool) -> str | None:
    if published is None and not re.search(r"(?:1[5-9]|20)\d\d", words):
        return None
    return _parsed(words, published, ahead=ahead)


def _parsed(words: str, published: date | None, *, ahead: bool = False) -> str | None:
    base = datetime(published.year, published.month, published.day) if published else None  # noqa: DTZ001 - days only
    settings = {"PREFER_DATES_FROM": "future" if ahead else "past"} | ({"RELATIVE_BASE": base} if base else {})
    data = DateDataParser(languages=["en"], settings=settings).get_date_data(words)
    if data.date_obj is None:
        return None
    found = data.date_obj
    if ahead and base and data.period == "day" and found - base > FAR_AHEAD and not ANY_YEAR.search(words):
        return _parsed(words, published)
    unit = re.search(r"(day|week|month|year)s? ago", words)
    period = unit[1] if unit else data.period
    if period == "year":
        return f"{found.year:04}"
    if period == "month":
        this = ahead and published is not None and (found.year, found.month) == (published.year + 1, published.month)
        return f"{found.year - this:04}-{found.month:02}"
    if period == "week":
        return _week(found.date())
    return str(found.date().isoformat())
