"""What is known of a name before the article is read: aliases, peoples, head nouns, the gazetteer as second opinion."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from service.enrich.entities.name_forms import fold, is_acronym
from service.enrich.gazetteer.places import Gazetteer, Role

if TYPE_CHECKING:
    from service.enrich.entities.lexicon import Lexicon

CERTAIN = 4.0
"""Weight from which a label needs no context; the unit is what the model's label on a single word weighs."""
PEOPLE = 8.0
COUNTRY = 6.0
ALIAS = 4.0
REGION = 3.0
LANDSCAPE = 1.0
HEAD = 4.0
GIVEN_NAME = 3.5
GIVEN_NAME_ALONE = 1.0
SURNAME = 2.0
PLACE_OF = 3.0
PLACE_AFTER = 1.5
OCCUPATION = 2.0
IN_PLACE = 0.7
DECADE = 1.0
"""Weight of each power of ten of a city's population above 10,000: a place of ten million weighs as much as a full
name's label, one of 30,000 half a single mention's."""

AFTER = re.compile(r" ([a-z]+)")
TOWN = 10_000  # people
ACRONYM = 4  # letters; DACA is not Dhaka in capitals, PARIS is Paris
KIND_LABELS = {
    "country": "GPE",
    "admin1": "GPE",
    "city": "GPE",
    "district": "GPE",
    "region": "LOC",
    "continent": "LOC",
    "water": "LOC",
    "mountain": "LOC",
    "facility": "FAC",
}


class Prior(NamedTuple):
    """A label and its weight."""

    label: str
    weight: float


class Knowledge:
    """Word lists and gazetteer asked as one."""

    def __init__(self, lexicon: Lexicon, gazetteer: Gazetteer) -> None:
        self.lexicon = lexicon
        self._gazetteer = gazetteer
        self.certain = lru_cache(maxsize=4096)(self._certain)

    def priors(self, surface: str) -> list[Prior]:
        """Return what *surface* may be where nothing else is known, each with its weight; none for an unknown name."""
        certain = self.certain(surface)
        if certain:
            return [certain]
        words = surface.split()
        place = self._place(surface)
        found = [place]
        if place and len(words) > 1:
            return [place]
        if len(words) > 1:
            found.append(Prior(self.lexicon.heads[words[-1]], HEAD) if words[-1] in self.lexicon.heads else None)
            opening = self.lexicon.openings.get(words[0]) or self.lexicon.openings.get(" ".join(words[:2]))
            found.append(Prior(opening, HEAD) if opening else None)
            found.append(Prior("PERSON", GIVEN_NAME) if self._is_person(words) else None)
        else:
            found.append(Prior("PERSON", SURNAME) if surface in self.lexicon.surnames else None)
            found.append(Prior("PERSON", GIVEN_NAME_ALONE) if fold(surface) in self.lexicon.given else None)
        return [prior for prior in found if prior]

    def _certain(self, surface: str) -> Prior | None:
        """Return the label of a name that needs no context: a country, a people, a well-known alias."""
        if surface in self.lexicon.peoples or self._gazetteer.is_demonym(surface):
            return Prior("NORP", PEOPLE)
        if known := self.lexicon.known(surface):
            return Prior(known.label, ALIAS)
        return Prior("GPE", COUNTRY) if self._gazetteer.is_country(surface) else None

    def _place(self, surface: str) -> Prior | None:
        if surface in self.lexicon.directions or (is_acronym(surface) and len(surface) <= ACRONYM):
            return None
        places = [found.place for found in self._gazetteer.candidates(surface) if found.role is not Role.DEMONYM]
        if not places:
            return None
        label = KIND_LABELS[places[0].kind]
        if label == "LOC":
            return Prior(label, REGION if places[0].country is None else LANDSCAPE)
        weight = DECADE * (math.log10(max(places[0].population, 1)) - 4)
        return Prior(label, weight) if weight > 0 else None

    def _is_person(self, words: list[str]) -> bool:
        return (
            len(words) < 5  # noqa: PLR2004 - longer ones are no names of persons
            and fold(words[0]).partition("-")[0] in self.lexicon.given
            and words[-1] not in self.lexicon.heads
            and all(word[0].isupper() or fold(word) in self.lexicon.particles for word in words[1:])
        )

    def context(self, text: str, start: int, end: int) -> Prior | None:
        """Return what the words beside a name tell of it: "the town of X", "X province", "spokesman X"."""
        before = text[max(0, start - 25) : start]
        if before.endswith(" "):
            before = before[:-1]
            if before.endswith(self.lexicon.places_before):
                return Prior("GPE", PLACE_OF)
            word = before.rpartition(" ")[2]
            if word in self.lexicon.occupations:
                return Prior("PERSON", OCCUPATION)
        after = AFTER.match(text, end)
        if after and after[1] in self.lexicon.places_after:
            return Prior("GPE", PLACE_AFTER)
        if before.endswith((" in", " near", " outside")) or before in {"In", "Near"}:
            return Prior("GPE", IN_PLACE)
        return None

    def is_town(self, surface: str) -> bool:
        """Tell whether a place of some size has this name, in whatever capitals."""
        found = self._gazetteer.candidates(surface)
        return any(one.role is not Role.DEMONYM and one.place.population >= TOWN for one in found)

    def is_abbreviation(self, surface: str) -> bool:
        """Tell whether *surface* is a place's abbreviation as written: `Pa.`, `Conn.`, `N.Y.`, `MI`."""
        return any(found.role is Role.ABBREVIATION for found in self._gazetteer.candidates(surface))
