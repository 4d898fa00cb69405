"""Add the places among the names that the model marked, whatever their labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.enrich.gazetteer.folding import is_initials
from service.enrich.gazetteer.places import NameRole
from service.enrich.places import cues
from service.enrich.places.place_names import look_up
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

POSTAL_CODE_LETTERS = 2
"""Letters of a state's postal abbreviation."""
MIN_LETTERS_IN_CAPITALS = 7
"""Letters from which a word in capitals is not an abbreviation: EU and OPEC are not unknown places."""
POPULATION_WITH_CONTEXT = 10_000
"""Inhabitants from which a city is accepted if the text around it says that it is a place."""
MAX_INNER_NAME_WORDS = 20
"""Words, including hyphens, of the longest name that is looked up inside a longer one; the gazetteer's has 13."""
MAX_MISSING_WORDS = 4
"""Words by which the model may cut a name short on either side."""
NEVER_PEOPLES = frozenset(["LANGUAGE", "EVENT", "WORK_OF_ART", "LAW", "PRODUCT"])
"""Labels that overrule a people's name: the French Open does not mention the French."""
MISTAKABLE = frozenset(["ORG", "PERSON", "NORP", "PRODUCT", "LANGUAGE", "FAC", "WORK_OF_ART"])
"""Labels that the model gives to places by mistake."""


def add_labelled(collector: ToponymCollector) -> None:
    """Add the places among the model's names.

    Names that the model calls places come first, because they show which countries to expect.
    """
    for place_label in (True, False):
        for name in collector.words.names:
            if (name.label in cues.PLACE_LABELS) == place_label:
                _add_name(collector, name.first, name.last, name.label)
        collector.note_countries()


def _add_name(collector: ToponymCollector, first: int, last: int, label: str) -> None:
    text = collector.words.slice(first, last)
    matches = collector.gazetteer.candidates(text)
    if _is_barred(collector, first, text, label, matches):
        return
    if collector.gazetteer.is_demonym(text):
        if label not in NEVER_PEOPLES:
            add_demonym(collector, first, last, label)
    elif label in cues.PLACE_LABELS:
        _add_place(collector, first, last, label)
    elif label == "FAC" and is_well_known(matches, POPULATION_KNOWN_BY_NAME):
        collector.add(first, last, label)
    elif label == "NORP" and any(match.role is NameRole.DEMONYM for match in matches):
        add_demonym(collector, first, last, label)
    elif label in MISTAKABLE and matches:
        _add_mislabelled(collector, first, last, label, matches)
    elif label in MISTAKABLE:
        _add_inner_place(collector, first, last, label)


def _is_barred(
    collector: ToponymCollector, first: int, text: str, label: str, matches: Sequence[GazetteerMatch]
) -> bool:
    """Report whether a name of many uses is no place here: Western, which names seven provinces, or the VA."""
    before = collector.words.before(first)
    if text.lower() in cues.DIRECTIONS:
        return (text, label, before) != ("West", "LOC", "the")
    postal = len(text) == POSTAL_CODE_LETTERS and text.isupper()
    postal = postal and all(match.role is NameRole.ABBREVIATION for match in matches)
    return postal and bool(matches) and before not in cues.BEFORE_ABBREVIATION


def add_demonym(collector: ToponymCollector, first: int, last: int, label: str) -> None:
    """Add a people's name, unless it stands for its language."""
    if not cues.is_language(collector.words, first, last):
        collector.add(first, last, label, "demonym")


def _add_place(collector: ToponymCollector, first: int, last: int, label: str) -> None:
    """Add a name that the model calls a place: as it is, its parts, its core, or an unknown place in context."""
    first, last = _widened(collector, first, last)
    text = collector.words.slice(first, last)
    if look_up(text, "name", collector.gazetteer):
        if not _is_something_else(collector, first, last):
            collector.add(first, last, label)
    elif parts := _parts(collector, first, last):
        for start, end in parts:
            _add_name(collector, start, end, label)
    elif (core := _core_start(collector, first, last)) is not None:
        collector.add(core, last, label)
    elif (
        text[0].isupper()
        and not (text.isupper() and len(text) < MIN_LETTERS_IN_CAPITALS)
        and _is_unknown_place(collector, first, last)
    ):
        collector.add(first, last, label)


def _is_unknown_place(collector: ToponymCollector, first: int, last: int) -> bool:
    """Report whether the text says that a place stands here which the gazetteer does not know.

    Without such words, half of the unknown names that a model calls places are none.
    """
    return cues.is_place_in_context(collector.words, first, last) and not _is_something_else(collector, first, last)


def _core_start(collector: ToponymCollector, first: int, last: int) -> int | None:
    """Return the index of the word at which the known place in a longer name begins: `Syria` in `Northern Syria`."""
    for start in range(max(first + 1, last - MAX_INNER_NAME_WORDS), last):
        word = collector.words.text[start]
        if word[0].islower() or word.lower() in cues.GENERIC:
            continue
        if is_well_known(collector.candidates(start, last), POPULATION_KNOWN_BY_NAME):
            return start
    return None


def _widened(collector: ToponymCollector, first: int, last: int) -> tuple[int, int]:
    """Return the bounds of the known longer name that `[first, last)` is part of, such as `Democratic Republic`."""
    words = collector.words
    earliest = max(first - MAX_MISSING_WORDS, 0)
    starts = [start for start in range(earliest, first + 1) if words.text[start][0].isupper()]
    for end in range(min(last + MAX_MISSING_WORDS, len(words)), last - 1, -1):
        if not words.text[end - 1][0].isupper():
            continue
        for start in starts:
            longer = (start, end) != (first, last) and end - start <= MAX_NAME_WORDS
            if longer and is_well_known(collector.candidates(start, end), POPULATION_KNOWN_BY_NAME):
                return start, end
    return first, last


def _parts(collector: ToponymCollector, first: int, last: int) -> list[tuple[int, int]]:
    """Split `Paris, Texas` and `Iraq and Syria`, which the model sometimes marks as one name."""
    words = collector.words
    parts, start = [], first
    for index in range(first, last + 1):
        if index == last or words.text[index] in cues.SEPARATORS:
            if index > start and words.text[start][0].isupper():
                parts.append((start, index))
            start = index + 1
    known = any(collector.candidates(*part) for part in parts)
    return parts if known and parts != [(first, last)] else []


def _is_something_else(collector: ToponymCollector, first: int, last: int) -> bool:
    """Report whether the rest of the article contradicts a place: a surname, a common word, other labels."""
    words, counts = collector.words, collector.label_counts
    text = words.slice(first, last)
    if text in cues.NOT_PLACES or _is_acronym_in_sentence(collector, first, last):
        return True
    matches = collector.gazetteer.candidates(text)
    if is_well_known(matches, POPULATION_KNOWN_BY_NAME) or cues.is_place_in_context(words, first, last):
        return words.before(first).rstrip(".") in cues.TITLES and not collector.gazetteer.is_country(text)
    if last - first == 1 and (text in collector.surnames or text.lower() in words.lower_case):
        return True
    if (
        matches
        and not is_well_known(matches, POPULATION_KNOWN_BY_NAME, any_name=True)
        and all(match.role is NameRole.ALTERNATE for match in matches)
    ):
        return True  # almost any word is an alternate name of some village
    other_labels = counts[text, "PERSON"] + counts[text, "ORG"] + counts[text, "NORP"]
    return other_labels >= counts[text, "GPE"] + counts[text, "LOC"]


def _is_acronym_in_sentence(collector: ToponymCollector, first: int, last: int) -> bool:
    """Report whether a short word in capitals stands among lower-case words: SWAT is not the valley.

    Between words in capitals, as in a headline, it may be any word. Initials (`US`) are looked up as abbreviations.
    """
    text, words = collector.words.slice(first, last), collector.words
    if last - first > 1 or not text.isupper() or is_initials(text) or len(text) >= MIN_LETTERS_IN_CAPITALS:
        return False
    neighbours = words.text[max(first - 2, 0) : first] + words.text[last : last + 2]
    return any(word.islower() for word in neighbours)


def _add_mislabelled(
    collector: ToponymCollector, first: int, last: int, label: str, matches: Sequence[GazetteerMatch]
) -> None:
    """Add a place that the model calls something else: `Sochi` a people, `in Sofia` a person."""
    words, text = collector.words, collector.words.slice(first, last)
    is_person = text in collector.person_names
    in_context = cues.is_place_in_context(words, first, last) and words.after(last) not in cues.POSSESSIVES
    if in_context and not is_person:
        expected = any(match.place.country in collector.countries and match.role is NameRole.NAME for match in matches)
        if expected or is_well_known(matches, POPULATION_WITH_CONTEXT, any_name=label != "ORG"):
            collector.add(first, last, label)
    elif label == "PERSON" or is_person:
        if label == "PERSON" and is_well_known(matches, POPULATION_AGAINST_PERSON) and not is_person:
            collector.add(first, last, label)
    elif label == "NORP":
        if is_well_known(matches, POPULATION_WITH_CONTEXT):
            collector.add(first, last, label)
    elif is_well_known(matches, POPULATION_KNOWN_BY_NAME) and not cues.is_continued(words, last):
        collector.add(first, last, label)


def _add_inner_place(collector: ToponymCollector, first: int, last: int, label: str) -> None:
    """Add the place that begins a longer name: `Seattle's Office of Licences`, `U.S. Government`, `Cairo airport`."""
    words = collector.words
    for index in range(first + 1, last):
        if words.text[index] in cues.POSSESSIVES or words.text[index] in cues.GOVERNMENT:
            owner = words.slice(first, index)
            well_known = is_well_known(collector.gazetteer.candidates(owner), POPULATION_KNOWN_BY_NAME)
            if well_known and owner.lower() not in cues.DIRECTIONS:
                collector.add(first, index, label)
            return
    if label == "FAC" and words.text[last - 1].lower() not in cues.STREETS:
        for end in range(min(last - 1, first + MAX_INNER_NAME_WORDS), first, -1):
            if is_well_known(collector.candidates(first, end), POPULATION_AGAINST_PERSON):
                collector.add(first, end, label)
                return
    if label != "PERSON" or _is_hyphenated(collector, first, last):
        _add_parts(collector, first, last, label)


def _add_parts(collector: ToponymCollector, first: int, last: int, label: str) -> None:
    """Add `U.S.` and `Mexico` of `U.S.-Mexico`, and other compounds if every part is a known place or people."""
    words, gazetteer = collector.words, collector.gazetteer
    parts = _parts(collector, first, last)
    known = [part for part in parts if _is_place_or_people(collector, *part)]
    if len(parts) > 1 and (_is_hyphenated(collector, first, last) or len(known) == len(parts)):
        for start, end in known:
            people = gazetteer.is_demonym(words.slice(start, end))
            _add_name(collector, start, end, "NORP" if people else label)


def _is_hyphenated(collector: ToponymCollector, first: int, last: int) -> bool:
    return any(word in cues.HYPHENS for word in collector.words.text[first:last])


def _is_place_or_people(collector: ToponymCollector, first: int, last: int) -> bool:
    text = collector.words.slice(first, last)
    matches = collector.gazetteer.candidates(text)
    return collector.gazetteer.is_demonym(text) or is_well_known(matches, POPULATION_KNOWN_BY_NAME)
