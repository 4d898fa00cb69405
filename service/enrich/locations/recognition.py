"""Find the mentions of places: the model's names and the gazetteer's, each correcting the other.

The model alone calls `Ukrainian` a city and misses `Kyiv's`; the gazetteer alone finds a place in every Paris Hilton.
So a name that the model calls a place is one unless the gazetteer or the article knows better; a name that the
gazetteer knows is one where the model has nothing else there and the words around it agree; and what is a place once in
an article is one wherever it stands alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from service.enrich.gazetteer import Role, is_initials
from service.enrich.locations import cues
from service.enrich.locations.names import look_up
from service.enrich.locations.words import Words, read_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spacy.tokens import Doc

    from service.enrich.gazetteer import Candidate, Gazetteer
    from service.records import RawArticle

As = Literal["name", "demonym", "dateline"]

LONGEST = 5
"""Words in the longest name that is looked for without the model: Democratic Republic of the Congo."""
BIG = 200_000
"""People in a city that is known by its name alone."""
HUGE = 500_000
"""People in a city that is one even where the model sees a person, and the article names nobody so."""
POSTAL = 2
"""Letters of a state's postal abbreviation."""
LONG = 7
"""Letters from which capitals are no abbreviation: EU and OPEC are no unknown places."""
SMALL = 10_000
"""People in a city that is taken on the word of the text around it."""


@dataclass(slots=True)
class Toponym:
    """A mention of a place, `[start, end)` in code points. `label` is what the model called it, "" for nothing."""

    start: int
    end: int
    text: str
    as_: As
    label: str


def recognise(doc: Doc, article: RawArticle, gazetteer: Gazetteer) -> list[Toponym]:
    """Return the mentions of places in *doc*, in order and without overlap."""
    text = article.text
    return Recogniser(read_words(text, doc), gazetteer, cues.datelines(text, article)).run()


class Recogniser:
    """One article on the way: its words, the model's names, the mentions found so far."""

    def __init__(self, words: Words, gazetteer: Gazetteer, datelines: Sequence[tuple[int, int]]) -> None:
        self.words = words
        self.gazetteer = gazetteer
        self.datelines = datelines
        self.taken = [False] * len(words)
        self.found: list[Toponym] = []
        self.countries: set[str | None] = set()
        names = [name for name in words.names if name.label == "PERSON"]
        people = [name for name in names if name.last - name.first > 1]
        self.surnames = {words.text[name.last - 1] for name in people}
        self.forenames = {words.text[name.first] for name in people}
        self.votes = Counter((words.slice(name.first, name.last), name.label) for name in words.names)

    def run(self) -> list[Toponym]:
        """Return all mentions."""
        for sure in (True, False):  # what the model calls places comes first: it tells which countries to expect
            for name in self.words.names:
                if (name.label in cues.PLACES) == sure:
                    self._take_name(name.first, name.last, name.label)
            self.countries = self._countries()
        for start, end in self.datelines:
            self._take_dateline(start, end)
        self._scan()
        self._repeat()
        self._abbreviations()
        self._drop_diseases()
        return sorted(self.found, key=lambda toponym: toponym.start)

    def _countries(self) -> set[str | None]:
        """Return the countries named so far, but for those whose villages have names of common English words."""
        found = (one.place for toponym in self.found for one in self.gazetteer.candidates(toponym.text))
        return {place.country for place in found if place.kind == "country"} - cues.ENGLISH

    def _add(self, first: int, last: int, label: str, as_: As = "name") -> None:
        if any(self.taken[first:last]):
            return
        self.taken[first:last] = [True] * (last - first)
        start, end = self.words.start[first], self.words.end[last - 1]
        if as_ == "name" and any(left <= start and end <= right for left, right in self.datelines):
            as_ = "dateline"
        self.found.append(Toponym(start, end, self.words.slice(first, last), as_, label))

    # -- what the model found ------------------------------------------------------------------------------------

    def _take_name(self, first: int, last: int, label: str) -> None:
        text = self.words.slice(first, last)
        found = self.gazetteer.candidates(text)
        if self._is_barred(first, text, label, found):
            return
        if self.gazetteer.is_demonym(text):
            if label not in {"LANGUAGE", "EVENT", "WORK_OF_ART", "LAW", "PRODUCT"}:
                self._take_demonym(first, last, label)
        elif label in {"GPE", "LOC"}:
            self._take_place(first, last, label)
        elif label == "FAC" and is_known(found, BIG):
            self._add(first, last, label)
        elif label == "NORP" and any(one.role is Role.DEMONYM for one in found):
            self._take_demonym(first, last, label)
        elif label in {"ORG", "PERSON", "NORP", "PRODUCT", "LANGUAGE", "FAC", "WORK_OF_ART"}:
            self._take_mislabelled(first, last, label, found)

    def _is_barred(self, first: int, text: str, label: str, found: Sequence[Candidate]) -> bool:
        """Tell whether a name of many uses is no place here: Western, which names seven provinces, or the VA."""
        before = self.words.before(first)
        if text.lower() in cues.DIRECTIONS:
            return (text, label, before) != ("West", "LOC", "the")
        postal = len(text) == POSTAL and text.isupper() and all(one.role is Role.ABBREVIATION for one in found)
        return postal and bool(found) and before not in cues.BEFORE_ABBREVIATION

    def _take_demonym(self, first: int, last: int, label: str) -> None:
        if not cues.is_language(self.words, first, last):
            self._add(first, last, label, "demonym")

    def _take_place(self, first: int, last: int, label: str) -> None:
        first, last = self._widen(first, last)
        text = self.words.slice(first, last)
        if look_up(text, "name", self.gazetteer):
            if not self._is_something_else(first, last):
                self._add(first, last, label)
        elif parts := self._parts(first, last):
            for start, end in parts:
                self._take_name(start, end, label)
        elif (core := self._core(first, last)) is not None:
            self._add(core, last, label)
        elif text[0].isupper() and not (text.isupper() and len(text) < LONG) and self._is_told(first, last):
            self._add(first, last, label)

    def _is_told(self, first: int, last: int) -> bool:
        """Tell whether the text says that a place stands here which nobody knows.

        Of such names that a model calls places without it, every second one is none.
        """
        return cues.says_place(self.words, first, last) and not self._is_something_else(first, last)

    def _core(self, first: int, last: int) -> int | None:
        """Return where the known place in a longer name begins: `Syria` in `Northern Syria`."""
        for start in range(first + 1, last):
            word = self.words.text[start]
            if word[0].islower() or word.lower() in cues.GENERIC:
                continue
            if is_known(self.gazetteer.candidates(self.words.slice(start, last)), BIG):
                return start
        return None

    def _widen(self, first: int, last: int) -> tuple[int, int]:
        """Make `Democratic Republic` the known longer name that it is part of, if it is."""
        words = self.words
        for end in range(min(last + 4, len(words)), last - 1, -1):
            for start in range(max(first - 4, 0), first + 1):
                if (start, end) == (first, last):
                    continue
                if not (words.text[start][0].isupper() and words.text[end - 1][0].isupper()):
                    continue
                if end - start <= LONGEST and is_known(self.gazetteer.candidates(words.slice(start, end)), BIG):
                    return start, end
        return first, last

    def _parts(self, first: int, last: int) -> list[tuple[int, int]]:
        """Split `Paris, Texas` and `Iraq and Syria`, which the model sometimes takes for one name."""
        parts, start = [], first
        for index in range(first, last + 1):
            if index == last or self.words.text[index] in cues.SEPARATORS:
                if index > start and self.words.text[start][0].isupper():
                    parts.append((start, index))
                start = index + 1
        known = any(self.gazetteer.candidates(self.words.slice(*part)) for part in parts)
        return parts if known and parts != [(first, last)] else []

    def _is_something_else(self, first: int, last: int) -> bool:
        """Tell whether the rest of the article speaks against a place: a surname, a common word, other labels."""
        text = self.words.slice(first, last)
        if text in cues.NO_PLACES or self._is_acronym(first, last):
            return True
        found = self.gazetteer.candidates(text)
        if is_known(found, BIG) or cues.says_place(self.words, first, last):
            return self.words.before(first).rstrip(".") in cues.TITLES and not self.gazetteer.is_country(text)
        if last - first == 1 and (text in self.surnames or text.lower() in self.words.small):
            return True
        if found and not is_known(found, BIG, any_name=True) and all(one.role is Role.ALTERNATE for one in found):
            return True  # among the world's villages there is one called almost anything
        others = self.votes[text, "PERSON"] + self.votes[text, "ORG"] + self.votes[text, "NORP"]
        return others >= self.votes[text, "GPE"] + self.votes[text, "LOC"]

    def _is_acronym(self, first: int, last: int) -> bool:
        """Tell whether a short word in capitals stands among small ones: SWAT is no valley."""
        text, words = self.words.slice(first, last), self.words
        if last - first > 1 or not text.isupper() or is_initials(text) or len(text) >= LONG:
            return False
        around = words.text[max(first - 2, 0) : first] + words.text[last : last + 2]
        return any(word.islower() for word in around)

    def _take_mislabelled(self, first: int, last: int, label: str, found: Sequence[Candidate]) -> None:
        """Take a place that the model calls something else: `Sochi` a people, `in Sofia` a person."""
        words, text = self.words, self.words.slice(first, last)
        said = cues.says_place(words, first, last) and words.after(last) not in cues.POSSESSIVES
        person = label == "PERSON" or text in self.surnames or text in self.forenames
        if not found:
            self._take_piece(first, last, label)
        elif said and not (person and text in self.surnames | self.forenames):
            near = any(one.place.country in self.countries and one.role is Role.NAME for one in found)
            if near or is_known(found, SMALL, any_name=label != "ORG"):
                self._add(first, last, label)
        elif person:
            if label == "PERSON" and is_known(found, HUGE) and text not in self.surnames | self.forenames:
                self._add(first, last, label)
        elif is_known(found, SMALL if label == "NORP" else BIG) and (label == "NORP" or not cues.goes_on(words, last)):
            self._add(first, last, label)

    def _take_piece(self, first: int, last: int, label: str) -> None:
        """Take the place in `Seattle's Office of Licences` and in `U.S. Government`, which owns the rest."""
        words = self.words
        for at in range(first + 1, last):
            if words.text[at] in cues.POSSESSIVES or words.text[at] in cues.GOVERNMENT:
                owner = words.slice(first, at)
                if is_known(self.gazetteer.candidates(owner), BIG) and owner.lower() not in cues.DIRECTIONS:
                    self._add(first, at, label)
                return
        if label == "FAC" and words.text[last - 1].lower() not in cues.STREETS:
            for at in range(last - 1, first, -1):  # Cairo airport
                if is_known(self.gazetteer.candidates(words.slice(first, at)), HUGE):
                    self._add(first, at, label)
                    return
        if label != "PERSON" or any(word in cues.HYPHENS for word in words.text[first:last]):
            self._take_parts(first, last, label)

    def _take_parts(self, first: int, last: int, label: str) -> None:
        """Take `U.S.` and `Mexico` of `U.S.-Mexico`, where every part is a known place or people."""
        parts = self._parts(first, last)
        known = [part for part in parts if self._is_place_or_people(self.words.slice(*part))]
        joined = any(word in cues.HYPHENS for word in self.words.text[first:last])
        if len(parts) > 1 and (joined or len(known) == len(parts)):
            for start, end in known:
                self._take_name(
                    start, end, "NORP" if self.gazetteer.is_demonym(self.words.slice(start, end)) else label
                )

    def _is_place_or_people(self, text: str) -> bool:
        return self.gazetteer.is_demonym(text) or is_known(self.gazetteer.candidates(text), BIG)

    # -- what the model missed -----------------------------------------------------------------------------------

    def _take_dateline(self, start: int, end: int) -> None:
        first = 0
        inside = [number for number, at in enumerate(self.words.start) if start <= at < end]
        while first < len(inside):
            for length in range(min(LONGEST, len(inside) - first), 0, -1):
                left, right = inside[first], inside[first] + length
                found = self.gazetteer.candidates(self.words.slice(left, right))
                if any(one.role is not Role.DEMONYM for one in found):
                    self._add(left, right, "GPE", "dateline")
                    first += length
                    break
            else:
                first += 1

    def _scan(self) -> None:
        """Look every run of capitalised words up that is no part of a name of the model."""
        words, done = self.words, 0
        for first in words.capitals:
            if first < done or words.owner[first] >= 0 or self.taken[first]:
                continue
            longest = 1
            while longest < LONGEST and first + longest < len(words) and words.owner[first + longest] < 0:
                longest += 1
            for length in range(longest, 0, -1):
                if words.text[first + length - 1][0].isupper() and self._accept(first, first + length):
                    done = first + length
                    break

    def _accept(self, first: int, last: int) -> bool:
        words, text = self.words, self.words.slice(first, last)
        found = self.gazetteer.candidates(text)
        if not found or text.lower() in cues.DIRECTIONS:
            return False
        if self.gazetteer.is_demonym(text):
            self._take_demonym(first, last, "")
            return True
        if not is_known(found, BIG) or (cues.goes_on(words, last) and not is_initials(text)):
            return False
        best = max((one.place for one in found if one.role is not Role.DEMONYM), key=lambda place: place.population)
        sure = best.kind in {"country", "continent"} or (last - first > 1 and best.kind != "city")
        city = any(one.role is Role.NAME and one.place.kind == "city" and one.place.population >= HUGE for one in found)
        sure |= city and text not in self.surnames | self.forenames
        listed = self._is_listed(first, last)
        owner = words.after(last) in cues.POSSESSIVES
        owner |= words.after(last) == "-" and words.after(last + 1) in cues.AFTER_HYPHEN
        if sure or listed or owner or cues.says_place(words, first, last):
            self._add(first, last, "")
            return True
        return False

    def _is_listed(self, first: int, last: int) -> bool:
        """Tell whether a place stands before or after it in a list: `Homs and Aleppo`."""
        before = first > 1 and self.words.text[first - 1] in cues.LIST and self.taken[first - 2]
        return before or (last + 1 < len(self.words) and self.words.text[last] in cues.LIST and self.taken[last + 1])

    def _repeat(self) -> None:
        """Take every other standing of a name that is a place somewhere in the article."""
        words = self.words
        names = {toponym.text for toponym in self.found if toponym.as_ != "demonym"}
        people = self.surnames | self.forenames
        lengths = sorted({words.count(name) for name in names}, reverse=True)
        for first in words.capitals:
            if self.taken[first]:
                continue
            for length in lengths:
                last = first + length
                if last > len(words) or words.slice(first, last) not in names:
                    continue
                label = words.label_of(first, last)
                if label is not None and (label != "PERSON" or words.slice(first, last) not in people):
                    self._add(first, last, label)
                break

    def _abbreviations(self) -> None:
        """Take the state after a town or a politician: `Homer City, Pa.`, `Ted Cruz, R-Texas`."""
        words = self.words
        for index in words.capitals:
            if index < 2 or self.taken[index]:  # noqa: PLR2004 - a town and a comma stand before it
                continue
            party = words.text[index - 1] == "-" and words.text[index - 2] in cues.PARTIES
            if not party and not (words.text[index - 1] in {",", "("} and self.taken[index - 2]):
                continue
            found = self.gazetteer.candidates(words.text[index])
            wanted = {Role.ABBREVIATION, Role.NAME} if party else {Role.ABBREVIATION}
            if any(one.role in wanted and one.place.kind == "admin1" for one in found):
                self._add(index, index + 1, "")

    def _drop_diseases(self) -> None:
        """Drop the places that diseases were named after: `Ebola virus`, `West Nile fever`, and `Ebola` alone."""
        named = {
            toponym.text
            for toponym in self.found
            if toponym.as_ != "demonym" and cues.DISEASE.match(self.words.document, toponym.end)
        }
        known = {text for text in named if is_known(self.gazetteer.candidates(text), BIG)}
        self.found = [
            toponym
            for toponym in self.found
            if toponym.text not in named - known
            and not (toponym.text in known and cues.DISEASE.match(self.words.document, toponym.end))
        ]


def is_known(found: Iterable[Candidate], size: int, *, any_name: bool = False) -> bool:
    """Tell whether the world knows one of *found*: a country, a division, a region, or a city of *size* people.

    Only under its own name, unless *any_name*: among the other names there is every syllable.
    """
    return any(
        (one.role is Role.NAME or (any_name and one.role is not Role.DEMONYM))
        and (one.place.kind not in {"city", "district"} or one.place.population >= size)
        for one in found
    )
