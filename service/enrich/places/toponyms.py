"""The mentions of places in one article, collected while they are found, with the evidence for and against them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from service.enrich.gazetteer.places import NameRole
from service.enrich.places.cues import ENGLISH_SPEAKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from service.enrich.gazetteer.places import Gazetteer, GazetteerMatch
    from service.enrich.places.words import Words

MentionRole = Literal["name", "demonym", "dateline"]

MAX_NAME_WORDS = 5
"""Words in the longest name that is looked for without the model: Democratic Republic of the Congo."""
POPULATION_KNOWN_BY_NAME = 200_000
"""Inhabitants from which a city is known by its name alone."""
POPULATION_AGAINST_PERSON = 500_000
"""Inhabitants from which a name is a city even if the model sees a person, unless the article names such a person."""


@dataclass(slots=True)
class Toponym:
    """A mention of a place at `[start, end)` in code points. `label` is the model's label for it, "" for none."""

    start: int
    end: int
    text: str
    as_: MentionRole
    label: str


class ToponymCollector:
    """The toponyms found so far in one article, with its words and the model's names."""

    def __init__(self, words: Words, gazetteer: Gazetteer, datelines: Sequence[tuple[int, int]]) -> None:
        self.words = words
        self.gazetteer = gazetteer
        self.datelines = datelines
        self.covered = [False] * len(words)
        """For each word, whether a toponym covers it."""
        self.toponyms: list[Toponym] = []
        self.countries: set[str | None] = set()
        """Codes of the countries that the article names and whose villages may be expected in it."""
        full_names = [name for name in words.names if name.label == "PERSON" and name.last - name.first > 1]
        self.surnames = {words.text[name.last - 1] for name in full_names}
        self.person_names = self.surnames | {words.text[name.first] for name in full_names}
        """Surnames and given names."""
        self.label_counts = Counter((words.slice(name.first, name.last), name.label) for name in words.names)

    def scan_unmarked(self, add_if_place: Callable[[int, int], bool]) -> None:
        """Try each run of words that begins with a capital and is outside the model's names, the longest first.

        *add_if_place* gets its bounds, and reports whether the scan goes on after it.
        """
        words, position = self.words, 0
        for first in words.capitalised:
            if first < position or words.owner[first] >= 0 or self.covered[first]:
                continue
            longest = 1
            while longest < MAX_NAME_WORDS and first + longest < len(words) and words.owner[first + longest] < 0:
                longest += 1
            for last in range(first + longest, first, -1):
                if add_if_place(first, last):
                    position = last
                    break

    def add(self, first: int, last: int, label: str, as_: MentionRole = "name") -> None:
        """Add the words `[first, last)` as a toponym, unless another toponym covers one of them."""
        if any(self.covered[first:last]):
            return
        self.covered[first:last] = [True] * (last - first)
        start, end = self.words.start[first], self.words.end[last - 1]
        if as_ == "name" and any(left <= start and end <= right for left, right in self.datelines):
            as_ = "dateline"
        self.toponyms.append(Toponym(start, end, self.words.slice(first, last), as_, label))

    def note_countries(self) -> None:
        """Note the countries named so far, except those whose villages have names of common English words."""
        matches = (match for toponym in self.toponyms for match in self.gazetteer.candidates(toponym.text))
        self.countries = {match.place.country for match in matches if match.place.kind == "country"} - ENGLISH_SPEAKING

    def candidates(self, first: int, last: int) -> tuple[GazetteerMatch, ...]:
        """Return what the words `[first, last)` may stand for."""
        return self.gazetteer.candidates(self.words.slice(first, last))


def is_well_known(matches: Iterable[GazetteerMatch], min_population: int, *, any_name: bool = False) -> bool:
    """Report whether *matches* include a country, a division, a region, or a city of *min_population* inhabitants.

    Unless *any_name*, only the main names of places count: among their alternate names there is every syllable.
    """
    return any(
        (match.role is NameRole.NAME or (any_name and match.role is not NameRole.DEMONYM))
        and (match.place.kind not in {"city", "district"} or match.place.population >= min_population)
        for match in matches
    )
