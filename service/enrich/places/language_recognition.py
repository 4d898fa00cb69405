"""Find the mentions of places in languages without a parse: the model's names that the gazetteer knows, and peoples.

A name is a place if the model calls it one and the gazetteer, which has the inflected forms, knows it. The model's
other names are places only if hardly anything else is called so. Peoples are looked for in small letters too, as most
of these languages write them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.enrich.gazetteer.folding import fold_place_name, is_initials
from service.enrich.gazetteer.places import NameRole
from service.enrich.places import cues, language_cues, overlooked_places
from service.enrich.places.toponyms import (
    POPULATION_AGAINST_PERSON,
    POPULATION_KNOWN_BY_NAME,
    ToponymCollector,
    is_well_known,
)
from service.enrich.places.words import read_words

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from spacy.tokens import Doc

    from service.contract.raw_article import RawArticle
    from service.enrich.gazetteer.places import Gazetteer, Place
    from service.enrich.places.language_cues import WordLists
    from service.enrich.places.toponyms import Toponym

MIN_LETTERS = 4
"""Letters of the shortest name that is looked for where the model marked none: shorter ones are other words."""
MIN_POPULATION_OF_PEOPLE = 50_000
"""Inhabitants of the smallest city whose adjective is looked for in small letters."""
POPULATION_WITH_CONTEXT = 10_000
"""Inhabitants from which a city is accepted without a mark if the words around it say that something is there."""
MAX_LISTED = 5
"""Languages of a list that are followed back to its first: `po španielsky, taliansky a nemecky`."""
MISTAKABLE = frozenset({"FAC", "ORG", "PERSON", "NORP"})
"""Labels that a model gives to places by mistake."""
MIN_LETTERS_IN_CAPITALS = 5
"""Letters from which a word in capitals is not an abbreviation."""


def recognise(doc: Doc, article: RawArticle, gazetteer: Gazetteer, lists: WordLists) -> list[Toponym]:
    """Return the mentions of places in *doc*, in text order and without overlap."""
    text = article.text
    datelines = language_cues.datelines(text, len(text) - len(article.body))
    collector = ToponymCollector(read_words(text, doc), gazetteer, datelines)
    overlooked_places.add_datelines(collector)
    _add_names(collector, lists)
    _add_unmarked(collector, lists)
    _add_peoples(collector, lists)
    return sorted(collector.toponyms, key=lambda toponym: toponym.start)


def _add_names(collector: ToponymCollector, lists: WordLists) -> None:
    for name in collector.words.names:
        first, last, label = name.first, name.last, name.label
        text = collector.words.slice(first, last)
        matches = collector.gazetteer.candidates(text)
        if collector.gazetteer.is_demonym(text) and label in {"GPE", "LOC", "NORP"}:
            _add_people(collector, first, last, label, lists)
        elif label in cues.PLACE_LABELS:
            _add_place(collector, first, last, label, lists)
        elif (
            label in MISTAKABLE
            and text not in collector.person_names
            and any(match.role is NameRole.NAME and _is_famous(match.place, label) for match in matches)
            and not language_cues.is_street(collector.words, first, last, lists)
        ):
            collector.add(first, last, label)


def _is_famous(place: Place, label: str) -> bool:
    """Report whether *place* is so well known that a name with another *label* is still that place."""
    if label in {"ORG", "NORP"}:  # teams are called like cities
        return place.kind == "country"
    return place.kind in {"country", "continent"} or place.population >= POPULATION_AGAINST_PERSON


def _add_place(collector: ToponymCollector, first: int, last: int, label: str, lists: WordLists) -> None:
    """Add a name that the model calls a place: as it is, its part that is known, or an unknown place in context."""
    words = collector.words
    if language_cues.is_street(words, first, last, lists):
        return
    for start, end in _parts(collector, first, last, lists):
        matches = collector.candidates(start, end)
        if any(match.role is not NameRole.DEMONYM for match in matches):
            if not _is_common_word(collector, start, end, lists):
                collector.add(start, end, label)
            return
    text = words.slice(first, last)
    is_acronym = text.isupper() and len(text) < MIN_LETTERS_IN_CAPITALS
    if text[0].isupper() and not is_acronym and language_cues.is_place_in_context(words, first, last, lists):
        collector.add(first, last, label)


def _parts(collector: ToponymCollector, first: int, last: int, lists: WordLists) -> list[tuple[int, int]]:
    """Return the name and what is left of it without words for its kind: `județul Cluj`, `Bihar vármegye`."""
    text = collector.words.text
    parts = [(first, last)]
    start, end = first, last
    while start < end - 1 and (fold_place_name(text[start]) in lists.kinds or not text[start][0].isupper()):
        start += 1
    while end > start + 1 and fold_place_name(text[end - 1]) in lists.kinds:
        end -= 1
    if (start, end) != (first, last):
        parts += [(start, end)]
    return parts


def _is_common_word(collector: ToponymCollector, first: int, last: int, lists: WordLists) -> bool:
    """Report whether the article shows that a name of little known places is another word or name here."""
    words, text = collector.words, collector.words.slice(first, last)
    matches = collector.candidates(first, last)
    if last - first > 1 or is_well_known(matches, POPULATION_KNOWN_BY_NAME):
        return False
    if all(match.role is not NameRole.NAME for match in matches):
        return not language_cues.is_place_in_context(words, first, last, lists)
    counts = collector.label_counts
    return (
        text.lower() in words.lower_case
        or text in collector.surnames
        or counts[text, "PERSON"] + counts[text, "ORG"] >= counts[text, "GPE"] + counts[text, "LOC"]
    )


def _add_unmarked(collector: ToponymCollector, lists: WordLists) -> None:
    """Add the names that the model did not mark and that the gazetteer and the words around them say are places."""
    marked: set[int] = set()
    for toponym in collector.toponyms:
        marked |= {match.place.row for match in collector.gazetteer.candidates(toponym.text)[:1]}

    def add_if_place(first: int, last: int) -> bool:
        is_place = _is_unmarked_place(collector, first, last, marked, lists)
        if is_place:
            collector.add(first, last, "")
        return is_place

    collector.scan_unmarked(add_if_place)


def _is_unmarked_place(
    collector: ToponymCollector, first: int, last: int, marked: AbstractSet[int], lists: WordLists
) -> bool:
    """Report whether the words name a place: one of the rows *marked* elsewhere, a country, or a place in context."""
    words, text = collector.words, collector.words.slice(first, last)
    if not words.text[last - 1][0].isalpha() or (len(text) < MIN_LETTERS and not is_initials(text)):
        return False
    matches = [match for match in collector.candidates(first, last) if match.role is NameRole.NAME]
    if not matches or cues.is_continued(words, last) or language_cues.is_street(words, first, last, lists):
        return False
    begins = first == 0 or not words.text[first - 1][0].isalnum()
    if text in collector.person_names or (not begins and words.text[first - 1][0].isupper()):
        return False
    if last - first == 1 and begins and text.lower() in words.lower_case:
        return False
    place = matches[0].place
    if place.row in marked or place.kind in {"country", "continent"}:
        return True
    in_context = not begins and language_cues.is_place_in_context(words, first, last, lists)
    minimum = POPULATION_WITH_CONTEXT if in_context else POPULATION_AGAINST_PERSON
    return not begins and place.kind not in {"district", "facility"} and place.population >= minimum


def _add_peoples(collector: ToponymCollector, lists: WordLists) -> None:
    """Add peoples and adjectives that the model did not mark, which most languages write in small letters."""
    words = collector.words
    for first, text in enumerate(words.text):
        if words.owner[first] >= 0 or collector.covered[first] or len(text) < MIN_LETTERS or not text.isalpha():
            continue
        last, start = first + 1, first
        if first > 1 and words.text[first - 1] == "-" and words.end[first - 1] == words.start[first]:
            start = first - 2  # észak-koreai
        for begin in sorted({start, first}):
            if _is_people(collector, begin, last):
                _add_people(collector, begin, last, "", lists)
                break


def _is_people(collector: ToponymCollector, first: int, last: int) -> bool:
    gazetteer, text = collector.gazetteer, collector.words.slice(first, last)
    if not gazetteer.is_demonym(text):
        return False
    place = next(match.place for match in gazetteer.candidates(text) if match.role is NameRole.DEMONYM)
    return place.kind not in {"city", "district"} or place.population >= MIN_POPULATION_OF_PEOPLE


def _add_people(collector: ToponymCollector, first: int, last: int, label: str, lists: WordLists) -> None:
    words = collector.words
    if _is_language(collector, first, last, lists) or language_cues.is_street(words, first, last, lists):
        return
    if fold_place_name(words.slice(first, last)) not in lists.not_peoples:
        collector.add(first, last, label, "demonym")


def _is_language(collector: ToponymCollector, first: int, last: int, lists: WordLists) -> bool:
    """Report whether the adjective of a people, or the first of a list that it is in, stands for a language."""
    words = collector.words
    for _ in range(MAX_LISTED):
        if language_cues.is_language(words, first, last, lists):
            return True
        joined = first > 1 and (
            words.text[first - 1] == "," or fold_place_name(words.text[first - 1]) in lists.conjunctions
        )
        if not joined or not collector.gazetteer.is_demonym(words.text[first - 2]):
            return False
        first, last = first - 2, first - 1
    return False
