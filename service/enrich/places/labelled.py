"""Places among the names that the model found, whatever it calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.enrich.gazetteer.places import Role, is_initials
from service.enrich.places import cues
from service.enrich.places.mentions import BIG, HUGE, LONGEST, is_known
from service.enrich.places.place_names import look_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.enrich.gazetteer.places import Candidate
    from service.enrich.places.mentions import Mentions

POSTAL = 2
"""Letters of a state's postal abbreviation."""
LONG = 7
"""Letters from which capitals are no abbreviation: EU and OPEC are no unknown places."""
SMALL = 10_000
"""People in a city that is taken on the word of the text around it."""
LONGEST_KNOWN = 20
"""Words, hyphens among them, of the longest name that is looked up within a longer one; the gazetteer's has 13."""
WIDER = 4
"""Words by which a name may be too short on either side."""
NEVER_PEOPLES = frozenset(["LANGUAGE", "EVENT", "WORK_OF_ART", "LAW", "PRODUCT"])
"""Labels that a people's name keeps: the French Open is no mention of the French."""
MISTAKEN = frozenset(["ORG", "PERSON", "NORP", "PRODUCT", "LANGUAGE", "FAC", "WORK_OF_ART"])
"""What the model calls places by mistake."""


def take(mentions: Mentions) -> None:
    """Take the places among the names of the model."""
    for sure in (True, False):  # what the model calls places comes first: it tells which countries to expect
        for name in mentions.words.names:
            if (name.label in cues.PLACES) == sure:
                _take_name(mentions, name.first, name.last, name.label)
        mentions.name_countries()


def _take_name(mentions: Mentions, first: int, last: int, label: str) -> None:
    text = mentions.words.slice(first, last)
    found = mentions.gazetteer.candidates(text)
    if _is_barred(mentions, first, text, label, found):
        return
    if mentions.gazetteer.is_demonym(text):
        if label not in NEVER_PEOPLES:
            take_demonym(mentions, first, last, label)
    elif label in cues.PLACES:
        _take_place(mentions, first, last, label)
    elif label == "FAC" and is_known(found, BIG):
        mentions.add(first, last, label)
    elif label == "NORP" and any(one.role is Role.DEMONYM for one in found):
        take_demonym(mentions, first, last, label)
    elif label in MISTAKEN and found:
        _take_mistaken(mentions, first, last, label, found)
    elif label in MISTAKEN:
        _take_piece(mentions, first, last, label)


def _is_barred(mentions: Mentions, first: int, text: str, label: str, found: Sequence[Candidate]) -> bool:
    """Tell whether a name of many uses is no place here: Western, which names seven provinces, or the VA."""
    before = mentions.words.before(first)
    if text.lower() in cues.DIRECTIONS:
        return (text, label, before) != ("West", "LOC", "the")
    postal = len(text) == POSTAL and text.isupper() and all(one.role is Role.ABBREVIATION for one in found)
    return postal and bool(found) and before not in cues.BEFORE_ABBREVIATION


def take_demonym(mentions: Mentions, first: int, last: int, label: str) -> None:
    """Take a people's name, unless its language is meant."""
    if not cues.is_language(mentions.words, first, last):
        mentions.add(first, last, label, "demonym")


def _take_place(mentions: Mentions, first: int, last: int, label: str) -> None:
    first, last = _widen(mentions, first, last)
    text = mentions.words.slice(first, last)
    if look_up(text, "name", mentions.gazetteer):
        if not _is_something_else(mentions, first, last):
            mentions.add(first, last, label)
    elif parts := _parts(mentions, first, last):
        for start, end in parts:
            _take_name(mentions, start, end, label)
    elif (core := _core(mentions, first, last)) is not None:
        mentions.add(core, last, label)
    elif text[0].isupper() and not (text.isupper() and len(text) < LONG) and _is_told(mentions, first, last):
        mentions.add(first, last, label)


def _is_told(mentions: Mentions, first: int, last: int) -> bool:
    """Tell whether the text says that a place stands here which nobody knows.

    Of such names that a model calls places without it, every second one is none.
    """
    return cues.says_place(mentions.words, first, last) and not _is_something_else(mentions, first, last)


def _core(mentions: Mentions, first: int, last: int) -> int | None:
    """Return where the known place in a longer name begins: `Syria` in `Northern Syria`."""
    for start in range(max(first + 1, last - LONGEST_KNOWN), last):
        word = mentions.words.text[start]
        if word[0].islower() or word.lower() in cues.GENERIC:
            continue
        if is_known(mentions.candidates(start, last), BIG):
            return start
    return None


def _widen(mentions: Mentions, first: int, last: int) -> tuple[int, int]:
    """Make `Democratic Republic` the known longer name that it is part of, if it is."""
    words = mentions.words
    starts = [start for start in range(max(first - WIDER, 0), first + 1) if words.text[start][0].isupper()]
    for end in range(min(last + WIDER, len(words)), last - 1, -1):
        if not words.text[end - 1][0].isupper():
            continue
        for start in starts:
            wider = (start, end) != (first, last) and end - start <= LONGEST
            if wider and is_known(mentions.candidates(start, end), BIG):
                return start, end
    return first, last


def _parts(mentions: Mentions, first: int, last: int) -> list[tuple[int, int]]:
    """Split `Paris, Texas` and `Iraq and Syria`, which the model sometimes takes for one name."""
    words = mentions.words
    parts, start = [], first
    for index in range(first, last + 1):
        if index == last or words.text[index] in cues.SEPARATORS:
            if index > start and words.text[start][0].isupper():
                parts.append((start, index))
            start = index + 1
    known = any(mentions.candidates(*part) for part in parts)
    return parts if known and parts != [(first, last)] else []


def _is_something_else(mentions: Mentions, first: int, last: int) -> bool:
    """Tell whether the rest of the article speaks against a place: a surname, a common word, other labels."""
    words, votes = mentions.words, mentions.votes
    text = words.slice(first, last)
    if text in cues.NO_PLACES or _is_acronym(mentions, first, last):
        return True
    found = mentions.gazetteer.candidates(text)
    if is_known(found, BIG) or cues.says_place(words, first, last):
        return words.before(first).rstrip(".") in cues.TITLES and not mentions.gazetteer.is_country(text)
    if last - first == 1 and (text in mentions.surnames or text.lower() in words.small):
        return True
    if found and not is_known(found, BIG, any_name=True) and all(one.role is Role.ALTERNATE for one in found):
        return True  # among the world's villages there is one called almost anything
    others = votes[text, "PERSON"] + votes[text, "ORG"] + votes[text, "NORP"]
    return others >= votes[text, "GPE"] + votes[text, "LOC"]


def _is_acronym(mentions: Mentions, first: int, last: int) -> bool:
    """Tell whether a short word in capitals stands among small ones: SWAT is no valley."""
    text, words = mentions.words.slice(first, last), mentions.words
    if last - first > 1 or not text.isupper() or is_initials(text) or len(text) >= LONG:
        return False
    around = words.text[max(first - 2, 0) : first] + words.text[last : last + 2]
    return any(word.islower() for word in around)


def _take_mistaken(mentions: Mentions, first: int, last: int, label: str, found: Sequence[Candidate]) -> None:
    """Take a place that the model calls something else: `Sochi` a people, `in Sofia` a person."""
    words, text = mentions.words, mentions.words.slice(first, last)
    a_person = text in mentions.people
    said = cues.says_place(words, first, last) and words.after(last) not in cues.POSSESSIVES
    if said and not a_person:
        near = any(one.place.country in mentions.countries and one.role is Role.NAME for one in found)
        if near or is_known(found, SMALL, any_name=label != "ORG"):
            mentions.add(first, last, label)
    elif label == "PERSON" or a_person:
        if label == "PERSON" and is_known(found, HUGE) and not a_person:
            mentions.add(first, last, label)
    elif is_known(found, SMALL if label == "NORP" else BIG) and (label == "NORP" or not cues.goes_on(words, last)):
        mentions.add(first, last, label)


def _take_piece(mentions: Mentions, first: int, last: int, label: str) -> None:
    """Take the place in `Seattle's Office of Licences` and in `U.S. Government`, which owns the rest."""
    words = mentions.words
    for at in range(first + 1, last):
        if words.text[at] in cues.POSSESSIVES or words.text[at] in cues.GOVERNMENT:
            owner = words.slice(first, at)
            if is_known(mentions.gazetteer.candidates(owner), BIG) and owner.lower() not in cues.DIRECTIONS:
                mentions.add(first, at, label)
            return
    if label == "FAC" and words.text[last - 1].lower() not in cues.STREETS:
        for at in range(min(last - 1, first + LONGEST_KNOWN), first, -1):  # Cairo airport
            if is_known(mentions.candidates(first, at), HUGE):
                mentions.add(first, at, label)
                return
    if label != "PERSON" or _is_hyphenated(mentions, first, last):
        _take_parts(mentions, first, last, label)


def _take_parts(mentions: Mentions, first: int, last: int, label: str) -> None:
    """Take `U.S.` and `Mexico` of `U.S.-Mexico`, where every part is a known place or people."""
    words, gazetteer = mentions.words, mentions.gazetteer
    parts = _parts(mentions, first, last)
    known = [part for part in parts if _is_place_or_people(mentions, *part)]
    if len(parts) > 1 and (_is_hyphenated(mentions, first, last) or len(known) == len(parts)):
        for start, end in known:
            people = gazetteer.is_demonym(words.slice(start, end))
            _take_name(mentions, start, end, "NORP" if people else label)


def _is_hyphenated(mentions: Mentions, first: int, last: int) -> bool:
    return any(word in cues.HYPHENS for word in mentions.words.text[first:last])


def _is_place_or_people(mentions: Mentions, first: int, last: int) -> bool:
    text = mentions.words.slice(first, last)
    return mentions.gazetteer.is_demonym(text) or is_known(mentions.gazetteer.candidates(text), BIG)
