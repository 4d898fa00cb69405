"""The dates of a text in a language without a parse, by the words of dates that the language has.

As in English, what names a day, week, month or year is a date; durations, ages and times of day are not. The words are
put into English and resolved as English is. The last such day is meant, or the coming one if its clause has a word of
the future: "va", "ще".
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from service.contract.annotations import DateMention
from service.enrich.cedillas import WITH_COMMA
from service.enrich.dates.date_words import Vocabulary, kind_of_number, vocabulary
from service.enrich.grammar.date_expressions import publication_day, resolve
from service.enrich.model.tokenizing import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from spacy.tokens import Doc

TOKEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])|[0-9]+(?:[.,:/][0-9]+)*|[^\W\d_]+|[^\w ]")
ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
DAY_FIRST_IN_FIGURES = re.compile(r"(?P<day>[0-9]{1,2})[./](?P<month>[0-9]{1,2})[./](?P<year>(?:1[5-9]|20)[0-9]{2})")
YEAR_FIRST_IN_FIGURES = re.compile(r"(?P<year>(?:1[5-9]|20)[0-9]{2})[./](?P<month>[0-9]{1,2})[./](?P<day>[0-9]{1,2})")
BOUNDARIES = '.,;:!?()\n\u2013\u2014\u2026"\u201e\u201c\u201d\u00ab\u00bb'
MAX_WORDS_OF_CLAUSE = 40
SENTENCE_STARTS = '.!?:;\n\u2026"\u201e\u201c\u201d\u00ab\u00bb(\u2013\u2014-\u2022'

DAY_FIRST = tuple(map(re.compile, (
    r"(?P<date>N|(?P<day>d)\.(?P<number>d)\.(?P<year>y))",
    r"(?P<date>(?:[wh],?)?(?P<day>d)\.?(?:-(?P<last>d)\.?)?(?P<month>m)(?:,?[bcu]?(?P<year>y)|(?P<relative>pu|up))?)",
    r"(?P<date>(?P<month>m)(?:[bcu]?(?P<year>y)|(?P<relative>pu|up)))",
)))  # fmt: skip
YEAR_FIRST = tuple(map(re.compile, (
    r"(?P<date>(?:N|(?P<year>y)\.(?P<number>d)\.(?P<day>d))\.?(?:-s)?)",
    r"(?P<date>(?:w,?)?(?:(?P<year>y)\.?,?)?(?P<month>m)(?P<day>d)(?:\.?-(?P<last>d))?\.?(?:-s)?(?:,?w)?)",
    r"(?P<date>(?P<year>y)\.?(?P<month>[mk]))",
)))  # fmt: skip
EITHER = tuple(map(re.compile, (
    r"(?P<date>(?P<relative>p[uwh]|[uwh]p))",
    r"[bcu](?P<date>(?P<month>m))",
    r"(?P<date>(?P<month>k))",
    r"[bu](?P<date>(?P<year>y)(?:-(?P<last_year>y))?)",
    r"(?P<date>(?P<year>y)(?:-(?P<last_year>y))?)(?=g)",
    r"(?P<date>(?P<year>y)(?:-(?P<last_year>y))?-s)",
    r"(?P<date>(?P<said>[wt])r?)",
)))  # fmt: skip
"""Patterns over the kinds of the words (see `date_words`), in order of precedence."""


class Word(NamedTuple):
    """A word, number or sign of the text: `[start, end)` in code points."""

    start: int
    end: int
    text: str
    """In small letters."""


class Found(NamedTuple):
    """A date among the words of a text: the numbers of its first and last word, and what matched their kinds."""

    first: int
    last: int
    match: re.Match[str]


def find_in(doc: Doc, published_at: datetime | None, language: str) -> list[DateMention]:
    """Return the dates of *doc* in *language* with the date that each names; offsets are code points of its text."""
    text, known = text_of(doc), vocabulary(language)
    published = publication_day(published_at) if published_at else None
    blocked = {point for ent in doc.ents for point in range(ent.start_char, ent.end_char)}
    words = list(_words(text, known))
    mentions = []
    for found in _matches(words, known):
        start, end = words[found.first].start, words[found.last].end
        if {start, end - 1} & blocked or not _is_date(text, words, found, known):
            continue
        date = resolve(_in_english(words, found.match, known), published, ahead=_is_ahead(words, found, known))
        mentions.append(DateMention(start=start, end=end, text=text[start:end], date=date))
    return mentions


def _words(text: str, known: Vocabulary) -> Iterator[Word]:
    small = text.replace("İ", "I").lower().translate(WITH_COMMA)  # of the same length: İ alone would become two
    end = 0
    for match in TOKEN.finditer(small):
        start = match.start()
        if start >= end:  # else it is the full stop of an abbreviation
            word, end = match[0], match.end()
            if word in known.abbreviated and text.startswith(".", end):
                end, word = end + 1, f"{word}."
            yield Word(start, end, word)


def _kinds(words: Sequence[Word], known: Vocabulary) -> str:
    """Return one letter per word."""
    in_figures = YEAR_FIRST_IN_FIGURES if known.words.year_first else DAY_FIRST_IN_FIGURES
    kinds = [known.kinds.get(word.text, "x") for word in words]
    for number, word in enumerate(words):
        if word.text[0].isdigit():
            is_date = ISO_DATE.fullmatch(word.text) or in_figures.fullmatch(word.text)
            kinds[number] = "N" if is_date else kind_of_number(word.text)
        elif number and kinds[number - 1] == "-" and word.text in known.words.endings:
            kinds[number] = "s" if words[number - 1].end == word.start else "x"
    return "".join(kinds)


def _matches(words: Sequence[Word], known: Vocabulary) -> list[Found]:
    """Return the dates in the order of the text; no two share a word."""
    kinds = _kinds(words, known)
    found: list[Found] = []
    taken: set[int] = set()
    for pattern in (*(YEAR_FIRST if known.words.year_first else DAY_FIRST), *EITHER):
        for match in pattern.finditer(kinds):
            first, end = match.span("date")
            if taken.isdisjoint(range(first, end)):
                taken.update(range(first, end))
                found.append(Found(first, end - 1, match))
    return sorted(found, key=lambda date: date.first)


def _is_date(text: str, words: Sequence[Word], found: Found, known: Vocabulary) -> bool:
    """Return whether the words mean a date here: "luni" is Monday, but "trei luni" are three months."""
    first, last, match = found
    before = words[first - 1].text if first else ""
    after = words[last + 1].text if last + 1 < len(words) else ""
    parts = match.groupdict()
    names = {known.english.get(word.text, "") for word in words[first : last + 1]}
    if parts.get("year") and not parts.get("month"):
        names.add("year")
    if any(after in known.words.not_before.get(name, ()) for name in names):
        return False
    if not parts.get("said"):
        return True
    if before[:1].isdigit() or any(before in known.words.not_after.get(name, ()) for name in names):
        return False
    return text[words[first].start].islower() or _begins_sentence(text, words[first].start)


def _begins_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 3) : start].rstrip(" ")
    return not before or before[-1] in SENTENCE_STARTS


def _in_english(words: Sequence[Word], match: re.Match[str], known: Vocabulary) -> str:
    """Return the English words for the date that *match* found."""
    figures = words[match.start("date")].text
    if match["date"][0] == "N":
        numbers = DAY_FIRST_IN_FIGURES.fullmatch(figures) or YEAR_FIRST_IN_FIGURES.fullmatch(figures)
        return "{day}.{month}.{year}".format_map(numbers.groupdict()) if numbers else figures
    parts: dict[str, str] = defaultdict(str)
    for name, kinds in match.groupdict().items():
        if kinds:
            terms = [known.english.get(word.text, word.text) for word in words[slice(*match.span(name))]]
            parts[name] = " ".join(terms if kinds[0] == "p" else reversed(terms))
    if parts["number"]:
        return f"{parts['day']}.{parts['number']}.{parts['year']}"
    days = f"{parts['day']}-{parts['last']}" if parts["last"] else parts["day"]
    years = f"{parts['year']}-{parts['last_year']}" if parts["last_year"] else parts["year"]
    return " ".join(filter(None, (days, parts["month"], years, parts["relative"], parts["said"])))


def _is_ahead(words: Sequence[Word], found: Found, known: Vocabulary) -> bool:
    """Return whether the clause of the date has a word of the future."""
    last = min(len(words), found.last + 1 + MAX_WORDS_OF_CLAUSE)
    outwards = (range(found.first - 1, max(-1, found.first - 1 - MAX_WORDS_OF_CLAUSE), -1), range(found.last + 1, last))
    return any(
        map(known.words.future.__contains__, chain.from_iterable(_clause(words, side, known) for side in outwards))
    )


def _clause(words: Sequence[Word], numbers: range, known: Vocabulary) -> Iterator[str]:
    """Yield the words with *numbers* up to the end of the clause."""
    for number in numbers:
        word = words[number].text
        if word in BOUNDARIES or word in known.words.clause:
            return
        yield word
