"""The mentions of places in one article, as they are found: what is taken, and what the article says of names."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from service.enrich.gazetteer.places import Role
from service.enrich.places.cues import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from service.enrich.gazetteer.places import Candidate, Gazetteer
    from service.enrich.places.words import Words

As = Literal["name", "demonym", "dateline"]

LONGEST = 5
"""Words in the longest name that is looked for without the model: Democratic Republic of the Congo."""
BIG = 200_000
"""People in a city that is known by its name alone."""
HUGE = 500_000
"""People in a city that is one even where the model sees a person, and the article names nobody so."""


@dataclass(slots=True)
class Toponym:
    """A mention of a place, `[start, end)` in code points. `label` is what the model called it, "" for nothing."""

    start: int
    end: int
    text: str
    as_: As
    label: str


class Mentions:
    """One article on the way: its words, the model's names, the mentions found so far."""

    def __init__(self, words: Words, gazetteer: Gazetteer, datelines: Sequence[tuple[int, int]]) -> None:
        self.words = words
        self.gazetteer = gazetteer
        self.datelines = datelines
        self.taken = [False] * len(words)
        self.found: list[Toponym] = []
        self.countries: set[str | None] = set()
        people = [name for name in words.names if name.label == "PERSON" and name.last - name.first > 1]
        self.surnames = {words.text[name.last - 1] for name in people}
        self.people = self.surnames | {words.text[name.first] for name in people}
        """Surnames and forenames."""
        self.votes = Counter((words.slice(name.first, name.last), name.label) for name in words.names)

    def add(self, first: int, last: int, label: str, as_: As = "name") -> None:
        """Take the words `[first, last)` for a place, unless one of them is taken already."""
        if any(self.taken[first:last]):
            return
        self.taken[first:last] = [True] * (last - first)
        start, end = self.words.start[first], self.words.end[last - 1]
        if as_ == "name" and any(left <= start and end <= right for left, right in self.datelines):
            as_ = "dateline"
        self.found.append(Toponym(start, end, self.words.slice(first, last), as_, label))

    def name_countries(self) -> None:
        """Keep the countries named so far, but for those whose villages have names of common English words."""
        found = (one.place for toponym in self.found for one in self.gazetteer.candidates(toponym.text))
        self.countries = {place.country for place in found if place.kind == "country"} - ENGLISH

    def candidates(self, first: int, last: int) -> tuple[Candidate, ...]:
        """Return what the words `[first, last)` may stand for."""
        return self.gazetteer.candidates(self.words.slice(first, last))


def is_known(found: Iterable[Candidate], size: int, *, any_name: bool = False) -> bool:
    """Tell whether the world knows one of *found*: a country, a division, a region, or a city of *size* people.

    Only under its own name, unless *any_name*: among the other names there is every syllable.
    """
    return any(
        (one.role is Role.NAME or (any_name and one.role is not Role.DEMONYM))
        and (one.place.kind not in {"city", "district"} or one.place.population >= size)
        for one in found
    )
