"""Which country an article is written in or for, by what names no place: institutions, money and the site's address.

A paper of Johannesburg writes of the "Western Cape High Court" and of "R2 billion", and seldom of South Africa.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from service.enrich import data_files
from service.enrich.gazetteer.places import NameRole
from service.enrich.model.tokenizing import text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.tokens import Doc

    from service.contract.raw_article import RawArticle
    from service.enrich.gazetteer.places import Gazetteer
    from service.enrich.places.toponyms import Toponym

INSTITUTION_LABELS = frozenset({"ORG", "FAC", "EVENT", "LAW"})
MAX_PLACE_WORDS = 3
"""Words of a place inside the name of an institution."""
MIN_PLACE_LETTERS = 4
"""Shorter words are abbreviations of too many things."""
MIN_POPULATION = 300_000
"""Inhabitants from which a place that an institution is named after is known by its name."""
_WORD = re.compile(r"[\w.'\u2019-]+")
_MONEY: dict[str, dict[str, str]] = data_files.read_as_written(
    resources.files("service.enrich") / "data" / "places" / "currencies.yaml"
)
_SHARED_ENDINGS = frozenset({"AI", "CC", "CO", "FM", "IO", "LY", "ME", "TO", "TV", "WS"})
"""Endings of addresses that sites all over the world use."""
_COUNTRY_OF_MARK = {mark: code for code, mark in _MONEY["marks"].items()}
_COUNTRY_OF_WORD = {word: code for code, word in _MONEY["words"].items()}
_MARK = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, _COUNTRY_OF_MARK))}) ?(?=\d)")
_SPACED_DOLLAR = re.compile(r"(?<=[A-Z]) \$")
_MONEY_WORD = re.compile(rf"(?<!\w)({'|'.join(_COUNTRY_OF_WORD)})(?!\w)")


class HomeEvidence(NamedTuple):
    """How much speaks for each country as the one that an article is written in or for."""

    institutions: Counter[str]
    other: Counter[str]
    """Its money and its site."""

    @property
    def total(self) -> Counter[str]:
        """Everything together."""
        return self.institutions + self.other


def evidence(doc: Doc, article: RawArticle, toponyms: Sequence[Toponym], gazetteer: Gazetteer) -> HomeEvidence:
    """Return what speaks for each country; *toponyms*, the places of *article*, count as places and not here."""
    other = money(article.text)
    if site := _country_of_site(article.url or "", gazetteer):
        other[site] += 1
    return HomeEvidence(institutions(doc, toponyms, gazetteer), other)


def evidence_in_language(
    doc: Doc, article: RawArticle, toponyms: Sequence[Toponym], gazetteer: Gazetteer, country: str
) -> HomeEvidence:
    """Return what speaks for each country in a language of few countries: the site, or else *country*, its own."""
    site = _country_of_site(article.url or "", gazetteer)
    return HomeEvidence(institutions(doc, toponyms, gazetteer), Counter([site or country]))


def institutions(doc: Doc, toponyms: Sequence[Toponym], gazetteer: Gazetteer) -> Counter[str]:
    """Return how many names of institutions hold a place of each country; *toponyms* are counted elsewhere."""
    text = text_of(doc)
    starts = sorted(toponym.start for toponym in toponyms)
    found: Counter[str] = Counter()
    for name in doc.ents:
        if name.label_ not in INSTITUTION_LABELS:
            continue
        at = bisect_left(starts, name.start_char)
        if at < len(starts) and starts[at] < name.end_char:
            continue
        words = [word.span() for word in _WORD.finditer(text, name.start_char, name.end_char)]
        found.update(_countries_inside(text, words, gazetteer))
    return found


def _countries_inside(text: str, words: Sequence[tuple[int, int]], gazetteer: Gazetteer) -> list[str]:
    """Return the countries of the places among *words*; none for a place that is the whole name."""
    countries, first = [], 0
    while first < len(words):
        for length in range(min(MAX_PLACE_WORDS, len(words) - first, len(words) - 1), 0, -1):
            name = text[words[first][0] : words[first + length - 1][1]]
            if country := _country(name, gazetteer):
                countries.append(country)
                first += length - 1
                break
        first += 1
    return countries


def _country(name: str, gazetteer: Gazetteer) -> str | None:
    """Return the country that *name* means anywhere: one of its own names, its people's, or that of a great place."""
    if len(name) < MIN_PLACE_LETTERS or not name[0].isupper():
        return None
    for match in gazetteer.candidates(name):
        place = match.place
        is_great = place.kind in {"admin1", "city"} and place.population >= MIN_POPULATION
        if (place.kind == "country" and match.role in {NameRole.NAME, NameRole.DEMONYM}) or (
            is_great and match.role is NameRole.NAME
        ):
            return place.country
    return None


def money(text: str) -> Counter[str]:
    """Return how often *text* writes an amount in the money of each country."""
    marks = _MARK.findall(_SPACED_DOLLAR.sub("$", text) if " $" in text else text)
    found = Counter(_COUNTRY_OF_MARK[mark] for mark in marks)
    found.update(_COUNTRY_OF_WORD[word] for word in _MONEY_WORD.findall(text))
    return found


def _country_of_site(url: str, gazetteer: Gazetteer) -> str | None:
    """Return the country by the ending of the site's address, if it is a country's that others do not use."""
    host = urlsplit(url).hostname or "" if "://" in url else ""
    ending = host.rpartition(".")[2].upper()
    code = "GB" if ending == "UK" else ending
    return code if code in gazetteer.countries and ending not in _SHARED_ENDINGS else None
