"""The words of dates in a language without a parse, as `data/languages` has them, and the kind of each word.

A kind is one letter, so that a text becomes a string of kinds, in which patterns find dates:

    d  number of a day        y  year                 n  other number        N  date in figures
    m  month                  k  month with ending    w  weekday             h  weekday that recurs if alone
    u  week, month, year      p  last, this, next     t  today, yesterday    r  part of the day
    b  before a year          c  before a month       g  after a year        s  ending after a hyphen
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from service.enrich.data_files import DATA, CommaSeparatedSet, DataRow, read_document
from service.enrich.grammar.date_expressions import MONTHS, WEEKDAYS

HYPHENS = "-\u2010\u2011\u2013\u2014"
DAY, YEAR = re.compile(r"0?[1-9]|[12][0-9]|3[01]"), re.compile(r"1[5-9][0-9]{2}|20[0-9]{2}")


class DateWords(DataRow):
    """The file of a language. The keys of the mappings are English words."""

    year_first: bool
    dates: dict[str, CommaSeparatedSet]
    habitual: dict[str, CommaSeparatedSet]
    units: dict[str, CommaSeparatedSet]
    modifiers: dict[str, CommaSeparatedSet]
    parts_of_day: CommaSeparatedSet
    before_month: CommaSeparatedSet
    before_year: CommaSeparatedSet
    after_year: CommaSeparatedSet
    endings: CommaSeparatedSet
    not_after: dict[str, CommaSeparatedSet]
    not_before: dict[str, CommaSeparatedSet]
    future: CommaSeparatedSet
    clause: CommaSeparatedSet


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a language, in small letters, with their kinds and the English words that say the same."""

    words: DateWords
    kinds: dict[str, str]
    english: dict[str, str]
    abbreviated: frozenset[str]
    """Abbreviations without their full stop, which is part of the word."""


@functools.cache
def vocabulary(language: str) -> Vocabulary:
    """Return the words of dates in *language*, a primary subtag of BCP 47."""
    words = read_document(DATA / "languages" / language / "dates.yaml", DateWords)
    kinds = {".": ".", ",": ","} | dict.fromkeys(HYPHENS, "-")
    kinds |= dict.fromkeys(words.before_month, "c") | dict.fromkeys(words.before_year, "b")
    kinds |= dict.fromkeys(words.after_year, "g") | dict.fromkeys(words.parts_of_day, "r")
    english: dict[str, str] = {}
    for rows, kind in ((words.dates, "t"), (words.habitual, "h"), (words.units, "u"), (words.modifiers, "p")):
        for said, forms in rows.items():
            is_month = said in MONTHS
            own_kind = "m" if is_month else "w" if said in WEEKDAYS and kind == "t" else kind
            endings = {form + ending for form in forms for ending in words.endings} if is_month else set()
            kinds |= dict.fromkeys(endings, "k") | dict.fromkeys(forms, own_kind)
            english |= dict.fromkeys(endings | forms, said)
    abbreviated = frozenset(form.removesuffix(".") for form in kinds if form.endswith(".") and form != ".")
    return Vocabulary(words, kinds, english, abbreviated)


def kind_of_number(figures: str) -> str:
    """Return the kind of a number by itself: `d`, `y` or `n`."""
    return "d" if DAY.fullmatch(figures) else "y" if YEAR.fullmatch(figures) else "n"
