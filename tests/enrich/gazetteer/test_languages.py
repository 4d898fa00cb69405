"""The gazetteer of a language knows the names of places and peoples in that language, in every case."""

from __future__ import annotations

from functools import cache

import pytest

from service.enrich.gazetteer.languages import LanguageGazetteer
from service.enrich.gazetteer.places import Gazetteer, NameRole

FORMS = {
    "ro": {
        "Bucharest": "București Bucureştiului BUCUREȘTIUL",
        "Timişoara": "Timișoarei Timisoara",
        "Galaţi": "Galaților",
        "Cluj-Napoca": "Cluj-Napocăi Cluj",
        "United Kingdom": "Marii_Britanii Regatului_Unit",
        "United States": "SUA S.U.A. Statelor_Unite",
        "Moldova": "Republicii_Moldova",
        "Black Sea": "Mării_Negre",
        "London": "Londrei",
        "Netherlands": "Olandei Țărilor_de_Jos",
        "Iraq": "Irakului Irakul",
    },
    "bg": {
        "Sofia": "София",
        "United States": "САЩ Съединените_щати",
        "United Kingdom": "Великобритания Обединеното_кралство",
        "Liverpool": "Ливърпул",
        "Baltic Sea": "Балтийско_море Балтийското_море",
        "Plovdiv": "Пловдив",
        "Brussels": "Брюксел",
    },
    "hu": {
        "Budapest": "Budapesten Budapestről Budapesttel",
        "Paris": "Párizsban Párizzsal",
        "Cluj-Napoca": "Kolozsvárott Kolozsvárra",
        "Bratislava": "Pozsonyból",
        "Pécs": "Pécsett Pécsre",
        "United States": "USA-ban Egyesült_Államokból Amerikában",
        "Ukraine": "Ukrajnának",
        "New York City": "New_Yorkban",
        "Manchester": "Manchesterben",
        "Lund": "Lundban",
        "Czech Republic": "Csehországba Csehországgal",
        "Danube": "Dunán Dunával",
    },
    "sk": {
        "Košice": "Košiciach Košíc Košicami",
        "Banská Bystrica": "Banskej_Bystrici Banskú_Bystricu",
        "Bratislava": "Bratislave Bratislavou",
        "Vienna": "Viedni Viedňou",
        "Prague": "Prahe Prahy",
        "United States": "Spojených_štátoch USA",
        "Hungary": "Maďarsku Maďarskom",
        "Piešťany": "Piešťanoch",
        "Nové Zámky": "Nových_Zámkov",
        "Czech Republic": "Českej_republike ČR",
        "Poprad": "Poprade",
    },
}
PEOPLES = {
    "ro": {"Romania": "român românească românilor", "Ukraine": "ucrainenii", "Hungary": "maghiară"},
    "bg": {"Bulgaria": "българската българите", "United Kingdom": "британците", "Hungary": "унгарския"},
    "hu": {"Hungary": "magyarok", "United States": "amerikai", "Budapest": "budapesti", "Germany": "németországi"},
    "sk": {"Hungary": "maďarského", "Slovakia": "slovenskej Slovákov", "Russia": "ruskými"},
}


@cache
def gazetteer(language: str) -> LanguageGazetteer:
    """Load the gazetteer of *language*."""
    return LanguageGazetteer(Gazetteer(), language)


def rows(table: dict[str, dict[str, str]]) -> list[tuple[str, str, str]]:
    """Return the language, the form and the place of each form of *table*."""
    return [
        (language, form.replace("_", " "), place)
        for language, forms in table.items()
        for place, written in forms.items()
        for form in written.split()
    ]


@pytest.mark.parametrize(("language", "form", "place"), rows(FORMS))
def test_a_place_is_known_in_every_case(language: str, form: str, place: str) -> None:
    """The place is among the main candidates of its inflected form."""
    matches = gazetteer(language).candidates(form)
    assert place in {match.place.name for match in matches if match.role is not NameRole.DEMONYM}


@pytest.mark.parametrize(("language", "form", "place"), rows(PEOPLES))
def test_a_people_is_known_in_every_form(language: str, form: str, place: str) -> None:
    """Adjectives and nouns of peoples are demonyms of their place."""
    assert gazetteer(language).is_demonym(form)
    assert gazetteer(language).candidates(form)[0].place.name == place


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("ro", "roman"),
        ("bg", "казаха"),
        ("hu", "lett"),
        ("hu", "vannak"),
        ("sk", "rus"),
        ("ro", "Pa."),
        ("ro", "Polish"),
    ],
)
def test_other_words_are_neither_places_nor_peoples(language: str, word: str) -> None:
    """A novel, verbs, and the names of peoples and states in English are none."""
    assert not any(match.role is NameRole.DEMONYM for match in gazetteer(language).candidates(word))


def test_accents_may_be_composed_in_any_way() -> None:
    """Cedillas, commas and decomposed letters are one."""
    forms = ("Târgoviște", "Târgovişte", "Ta\u0302rgovis\u0327te", "Targoviste")
    ids = {gazetteer("ro").candidates(form)[0].place.geonames_id for form in forms}
    assert len(ids) == 1


def test_a_foreign_namesake_is_less_likely() -> None:
    """`Paris` is the capital, and the towns of that name in America are other names."""
    roles = {match.place.country: match.role for match in gazetteer("ro").candidates("Paris")}
    assert (roles["FR"], roles["US"]) == (NameRole.NAME, NameRole.ALTERNATE)
