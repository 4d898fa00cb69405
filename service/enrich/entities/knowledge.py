"""What is known about a name before the article is read: aliases, peoples, head nouns, and the gazetteer.

All weights are votes on the type of a name. The unit is the weight of the model's label on one mention in a sentence.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from service.enrich.entities.name_forms import fold_name, is_acronym
from service.enrich.gazetteer.places import Gazetteer, NameRole

if TYPE_CHECKING:
    from service.enrich.entities.lexicon import Lexicon

CERTAIN_WEIGHT = 4.0
"""Weight from which a label needs no context."""
PEOPLE_WEIGHT = 8.0
COUNTRY_WEIGHT = 6.0
ALIAS_WEIGHT = 4.0
REGION_WEIGHT = 3.0
"""For a region of many countries, such as Eastern Europe."""
LANDSCAPE_WEIGHT = 1.0
"""For a region, a river or a mountain of one country."""
HEAD_WEIGHT = 4.0
FULL_NAME_WEIGHT = 3.5
GIVEN_NAME_WEIGHT = 1.0
SURNAME_WEIGHT = 2.0
PLACE_OF_WEIGHT = 3.0
"""For "the town of" before the name."""
PLACE_AFTER_WEIGHT = 1.5
"""For "province" after the name."""
OCCUPATION_WEIGHT = 2.0
LOCATIVE_WEIGHT = 0.7
WEIGHT_PER_DECADE = 1.0
"""Weight per power of ten of a city's population above 10,000. A city of ten million weighs about as much as a full
name, one of 30,000 half as much as a single mention."""

WORD_AFTER = re.compile(r" ([a-z]+)")
CONTEXT_CODE_POINTS = 25
TOWN_POPULATION = 10_000
MAX_ACRONYM_LETTERS = 4
"""DACA is not Dhaka in capitals, but PARIS is Paris."""
MAX_PERSON_WORDS = 4
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
    """The word lists and the gazetteer, queried together."""

    def __init__(self, lexicon: Lexicon, gazetteer: Gazetteer) -> None:
        self.lexicon = lexicon
        self._gazetteer = gazetteer
        self.certain = lru_cache(maxsize=4096)(self._certain)

    def priors(self, surface: str) -> list[Prior]:
        """Return the labels that *surface* may have without context, with their weights; none for an unknown name."""
        certain = self.certain(surface)
        if certain:
            return [certain]
        words = surface.split()
        place = self._place(surface)
        if place and len(words) > 1:
            return [place]
        priors = [place]
        if len(words) > 1:
            head = self.lexicon.heads.get(words[-1])
            priors.append(Prior(head, HEAD_WEIGHT) if head else None)
            opening = self.lexicon.openings.get(words[0]) or self.lexicon.openings.get(" ".join(words[:2]))
            priors.append(Prior(opening, HEAD_WEIGHT) if opening else None)
            priors.append(Prior("PERSON", FULL_NAME_WEIGHT) if self._is_person(words) else None)
        else:
            priors.append(Prior("PERSON", SURNAME_WEIGHT) if surface in self.lexicon.surnames else None)
            given = fold_name(surface) in self.lexicon.given
            priors.append(Prior("PERSON", GIVEN_NAME_WEIGHT) if given else None)
        return [prior for prior in priors if prior]

    def _certain(self, surface: str) -> Prior | None:
        """Return the label of a name that needs no context: a country, a people, a well-known alias."""
        if surface in self.lexicon.peoples or self._gazetteer.is_demonym(surface):
            return Prior("NORP", PEOPLE_WEIGHT)
        if well_known := self.lexicon.well_known(surface):
            return Prior(well_known.label, ALIAS_WEIGHT)
        return Prior("GPE", COUNTRY_WEIGHT) if self._gazetteer.is_country(surface) else None

    def _place(self, surface: str) -> Prior | None:
        if surface in self.lexicon.directions or (is_acronym(surface) and len(surface) <= MAX_ACRONYM_LETTERS):
            return None
        matches = self._gazetteer.candidates(surface)
        place = next((match.place for match in matches if match.role is not NameRole.DEMONYM), None)
        if place is None:
            return None
        label = KIND_LABELS[place.kind]
        if label == "LOC":
            return Prior(label, REGION_WEIGHT if place.country is None else LANDSCAPE_WEIGHT)
        weight = WEIGHT_PER_DECADE * (math.log10(max(place.population, 1)) - math.log10(TOWN_POPULATION))
        return Prior(label, weight) if weight > 0 else None

    def _is_person(self, words: list[str]) -> bool:
        return (
            len(words) <= MAX_PERSON_WORDS
            and fold_name(words[0]).partition("-")[0] in self.lexicon.given
            and words[-1] not in self.lexicon.heads
            and all(word[0].isupper() or fold_name(word) in self.lexicon.particles for word in words[1:])
        )

    def context(self, text: str, start: int, end: int) -> Prior | None:
        """Return the label that the words beside a name suggest: "the town of X", "X province", "spokesman X"."""
        before = text[max(0, start - CONTEXT_CODE_POINTS) : start]
        if before.endswith(" "):
            before = before[:-1]
            if before.endswith(self.lexicon.places_before):
                return Prior("GPE", PLACE_OF_WEIGHT)
            word = before.rpartition(" ")[2]
            if word in self.lexicon.occupations:
                return Prior("PERSON", OCCUPATION_WEIGHT)
        after = WORD_AFTER.match(text, end)
        if after and after[1] in self.lexicon.places_after:
            return Prior("GPE", PLACE_AFTER_WEIGHT)
        if before.endswith((" in", " near", " outside")) or before in {"In", "Near"}:
            return Prior("GPE", LOCATIVE_WEIGHT)
        return None

    def is_town(self, surface: str) -> bool:
        """Report whether *surface*, in any case, is the name of a place of at least 10,000 inhabitants."""
        return any(
            match.role is not NameRole.DEMONYM and match.place.population >= TOWN_POPULATION
            for match in self._gazetteer.candidates(surface)
        )

    def is_abbreviation(self, surface: str) -> bool:
        """Report whether *surface* is a place's abbreviation exactly as written: `Pa.`, `Conn.`, `N.Y.`, `MI`."""
        return any(match.role is NameRole.ABBREVIATION for match in self._gazetteer.candidates(surface))
