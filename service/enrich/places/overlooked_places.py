"""Places where the model found no name: datelines, what the gazetteer knows, names that are a place elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.enrich.gazetteer.places import Role, is_initials
from service.enrich.places import cues
from service.enrich.places.labelled import take_demonym
from service.enrich.places.mentions import BIG, HUGE, LONGEST, is_known

if TYPE_CHECKING:
    from service.enrich.places.mentions import Mentions


def take(mentions: Mentions) -> None:
    """Take them all, the surest first."""
    for start, end in mentions.datelines:
        _take_dateline(mentions, start, end)
    _scan(mentions)
    _repeat(mentions)
    _take_abbreviations(mentions)


def _take_dateline(mentions: Mentions, start: int, end: int) -> None:
    first = 0
    inside = [number for number, at in enumerate(mentions.words.start) if start <= at < end]
    while first < len(inside):
        for length in range(min(LONGEST, len(inside) - first), 0, -1):
            left, right = inside[first], inside[first] + length
            if any(one.role is not Role.DEMONYM for one in mentions.candidates(left, right)):
                mentions.add(left, right, "GPE", "dateline")
                first += length
                break
        else:
            first += 1


def _scan(mentions: Mentions) -> None:
    """Look every run of capitalised words up that is no part of a name of the model."""
    words, done = mentions.words, 0
    for first in words.capitals:
        if first < done or words.owner[first] >= 0 or mentions.taken[first]:
            continue
        longest = 1
        while longest < LONGEST and first + longest < len(words) and words.owner[first + longest] < 0:
            longest += 1
        for length in range(longest, 0, -1):
            if words.text[first + length - 1][0].isupper() and _accept(mentions, first, first + length):
                done = first + length
                break


def _accept(mentions: Mentions, first: int, last: int) -> bool:
    words, text = mentions.words, mentions.words.slice(first, last)
    found = mentions.gazetteer.candidates(text)
    if not found or text.lower() in cues.DIRECTIONS:
        return False
    if mentions.gazetteer.is_demonym(text):
        take_demonym(mentions, first, last, "")
        return True
    if not is_known(found, BIG) or (cues.goes_on(words, last) and not is_initials(text)):
        return False
    best = max((one.place for one in found if one.role is not Role.DEMONYM), key=lambda place: place.population)
    sure = best.kind in {"country", "continent"} or (last - first > 1 and best.kind != "city")
    city = any(one.role is Role.NAME and one.place.kind == "city" and one.place.population >= HUGE for one in found)
    sure |= city and text not in mentions.people
    listed = _is_listed(mentions, first, last)
    owner = words.after(last) in cues.POSSESSIVES
    owner |= words.after(last) == "-" and words.after(last + 1) in cues.AFTER_HYPHEN
    if sure or listed or owner or cues.says_place(words, first, last):
        mentions.add(first, last, "")
        return True
    return False


def _is_listed(mentions: Mentions, first: int, last: int) -> bool:
    """Tell whether a place stands before or after it in a list: `Homs and Aleppo`."""
    words, taken = mentions.words, mentions.taken
    before = first > 1 and words.text[first - 1] in cues.LIST and taken[first - 2]
    return before or (last + 1 < len(words) and words.text[last] in cues.LIST and taken[last + 1])


def _repeat(mentions: Mentions) -> None:
    """Take every other standing of a name that is a place somewhere in the article."""
    words = mentions.words
    names = {toponym.text for toponym in mentions.found if toponym.as_ != "demonym"}
    lengths = sorted({words.count(name) for name in names}, reverse=True)
    for first in words.capitals:
        if mentions.taken[first]:
            continue
        for length in lengths:
            last = first + length
            if last > len(words) or words.slice(first, last) not in names:
                continue
            label = words.label_of(first, last)
            if label is not None and (label != "PERSON" or words.slice(first, last) not in mentions.people):
                mentions.add(first, last, label)
            break


def _take_abbreviations(mentions: Mentions) -> None:
    """Take the state after a town or a politician: `Homer City, Pa.`, `Ted Cruz, R-Texas`."""
    words, taken = mentions.words, mentions.taken
    for index in words.capitals:
        if index < 2 or taken[index]:  # noqa: PLR2004 - a town and a comma stand before it
            continue
        party = words.text[index - 1] == "-" and words.text[index - 2] in cues.PARTIES
        if not party and not (words.text[index - 1] in {",", "("} and taken[index - 2]):
            continue
        wanted = {Role.ABBREVIATION, Role.NAME} if party else {Role.ABBREVIATION}
        found = mentions.candidates(index, index + 1)
        if any(one.role in wanted and one.place.kind == "admin1" for one in found):
            mentions.add(index, index + 1, "")
