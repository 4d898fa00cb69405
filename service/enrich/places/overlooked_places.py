"""Add the places where the model marked no name: datelines, what the gazetteer knows, places named elsewhere.

The entity stage has a similar step (`entities.overlooked_names`) with another purpose. That one adds names of any type
that are certain without context, so that they become entities. This one adds mentions of places, and it may
do so on the evidence of the words around them, because each still has to be resolved to a place.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from service.enrich.gazetteer.folding import is_initials
from service.enrich.gazetteer.places import NameRole
from service.enrich.places import cues
from service.enrich.places.labelled import add_demonym
from service.enrich.places.toponyms import (
    MAX_NAME_WORDS,
    POPULATION_AGAINST_PERSON,
    POPULATION_KNOWN_BY_NAME,
    is_well_known,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.enrich.gazetteer.places import GazetteerMatch
    from service.enrich.places.toponyms import ToponymCollector


def add_overlooked(collector: ToponymCollector) -> None:
    """Add the overlooked places, the most certain first."""
    add_datelines(collector)
    collector.scan_unmarked(partial(_add_if_place, collector))
    _add_repeats(collector)
    _add_abbreviations(collector)


def add_datelines(collector: ToponymCollector) -> None:
    """Add the places of the datelines."""
    for start, end in collector.datelines:
        _add_dateline(collector, start, end)


def _add_dateline(collector: ToponymCollector, start: int, end: int) -> None:
    position = 0
    inside = [index for index, offset in enumerate(collector.words.start) if start <= offset < end]
    while position < len(inside):
        for length in range(min(MAX_NAME_WORDS, len(inside) - position), 0, -1):
            first, last = inside[position], inside[position] + length
            if any(match.role is not NameRole.DEMONYM for match in collector.candidates(first, last)):
                collector.add(first, last, "GPE", "dateline")
                position += length
                break
        else:
            position += 1


def _add_if_place(collector: ToponymCollector, first: int, last: int) -> bool:
    """Add the words as a toponym if they name a place or a people; report whether the scan goes on after them."""
    words = collector.words
    if not words.text[last - 1][0].isupper():
        return False
    text = words.slice(first, last)
    matches = collector.gazetteer.candidates(text)
    if not matches or text.lower() in cues.DIRECTIONS:
        return False
    if collector.gazetteer.is_demonym(text):
        add_demonym(collector, first, last, "")
        return True
    well_known = is_well_known(matches, POPULATION_KNOWN_BY_NAME)
    if not well_known or (cues.is_continued(words, last) and not is_initials(text)):
        return False
    owner = words.after(last) in cues.POSSESSIVES
    owner |= words.after(last) == "-" and words.after(last + 1) in cues.AFTER_HYPHEN
    if (
        owner
        or _is_certain(collector, matches, text, last - first)
        or _is_listed(collector, first, last)
        or cues.is_place_in_context(words, first, last)
    ):
        collector.add(first, last, "")
        return True
    return False


def _is_certain(collector: ToponymCollector, matches: Sequence[GazetteerMatch], text: str, length: int) -> bool:
    """Report whether a name of *length* words is a place without context: a country, or a large city and no person."""
    largest = max(
        (match.place for match in matches if match.role is not NameRole.DEMONYM), key=lambda place: place.population
    )
    if largest.kind in {"country", "continent"} or (length > 1 and largest.kind != "city"):
        return True
    large_city = any(
        match.role is NameRole.NAME
        and match.place.kind == "city"
        and match.place.population >= POPULATION_AGAINST_PERSON
        for match in matches
    )
    return large_city and text not in collector.person_names


def _is_listed(collector: ToponymCollector, first: int, last: int) -> bool:
    """Report whether a place stands before or after it in a list: `Homs and Aleppo`."""
    words, covered = collector.words, collector.covered
    before = first > 1 and words.text[first - 1] in cues.LIST_SEPARATORS and covered[first - 2]
    return before or (last + 1 < len(words) and words.text[last] in cues.LIST_SEPARATORS and covered[last + 1])


def _add_repeats(collector: ToponymCollector) -> None:
    """Add every other occurrence of a name that is a place somewhere in the article."""
    words = collector.words
    names = {toponym.text for toponym in collector.toponyms if toponym.as_ != "demonym"}
    lengths = sorted({words.count(name) for name in names}, reverse=True)
    for first in words.capitalised:
        if collector.covered[first]:
            continue
        for length in lengths:
            last = first + length
            if last > len(words) or words.slice(first, last) not in names:
                continue
            label = words.label_of(first, last)
            if label is not None and (label != "PERSON" or words.slice(first, last) not in collector.person_names):
                collector.add(first, last, label)
            break


def _add_abbreviations(collector: ToponymCollector) -> None:
    """Add the state after a town or a politician: `Homer City, Pa.`, `Ted Cruz, R-Texas`."""
    words, covered = collector.words, collector.covered
    for index in words.capitalised:
        if index < 2 or covered[index]:  # noqa: PLR2004 - a town and a comma precede it
            continue
        party = words.text[index - 1] == "-" and words.text[index - 2] in cues.PARTIES
        if not party and not (words.text[index - 1] in {",", "("} and covered[index - 2]):
            continue
        roles = {NameRole.ABBREVIATION, NameRole.NAME} if party else {NameRole.ABBREVIATION}
        matches = collector.candidates(index, index + 1)
        if any(match.role in roles and match.place.kind == "admin1" for match in matches):
            collector.add(index, index + 1, "")
