"""Places are found and resolved in Romanian, Bulgarian, Hungarian and Slovak, without a parse."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
import spacy

from service.contract.raw_article import RawArticle
from service.enrich import places
from service.enrich.gazetteer.languages import LanguageGazetteer
from service.enrich.gazetteer.places import Gazetteer
from tests.enrich.places.marked_text import read

if TYPE_CHECKING:
    from service.contract.annotations import CountryShare, Location

NLP = spacy.blank("xx")


@cache
def gazetteer(language: str) -> LanguageGazetteer:
    """Load the gazetteer of *language*."""
    return LanguageGazetteer(Gazetteer(), language)


def find(language: str, marked: str, url: str | None = None) -> tuple[list[Location], list[CountryShare]]:
    """Return the places and countries of *marked*, in which `[GPE Paris]` is a name that the model marked."""
    doc = read(NLP, marked)
    article = RawArticle(id="1", body=doc.text, url=url)
    return places.find_in(doc, article, gazetteer(language), language)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "ro",
            "Premierul a plecat din [GPE Bucureștiului] spre [GPE Chișinău].",
            {"Bucharest": "RO", "Chisinau": "MD"},
        ),
        ("ro", "Guvernul german discută cu [GPE Ungaria].", {"Germany": "DE", "Hungary": "HU"}),
        ("bg", "Министърът пристигна в [GPE Варна] от [GPE САЩ].", {"Varna": "BG", "United States": "US"}),
        ("bg", "Британският премиер говори с българите.", {"United Kingdom": "GB", "Bulgaria": "BG"}),  # noqa: RUF001 - Bulgarian
        ("hu", "A miniszter [GPE Kassáról] [GPE Kolozsvárra] utazott.", {"Košice": "SK", "Cluj-Napoca": "RO"}),
        ("hu", "Az amerikai nagykövet [GPE Szegeden] járt.", {"United States": "US", "Szeged": "HU"}),
        ("sk", "Vlak z [GPE Banskej Bystrice] do [GPE Viedne] mešká.", {"Banská Bystrica": "SK", "Vienna": "AT"}),
        ("sk", "Maďarská vláda rokovala v [GPE Prahe].", {"Hungary": "HU", "Prague": "CZ"}),
    ],
)
def test_inflected_places_are_found(language: str, text: str, expected: dict[str, str]) -> None:
    """Names in any case, and peoples in small letters, have the name and the country of the gazetteer."""
    assert {place.name: place.country for place in find(language, text)[0]} == expected


@pytest.mark.parametrize(
    ("language", "text", "place", "about"),
    [
        ("sk", "Brusel 7. decembra (TASR) - Slovenský premiér žiadal viac. Slovensko nesúhlasí.", "Brussels", {"SK"}),
        ("hu", "London, 2026. május 5., kedd (MTI) - A kormány [GPE Szegeden] döntött az útról.", "London", {"HU"}),
        ("ro", "PARIS, 15 mar /Agerpres/ - Guvernul a decis la [GPE Cluj-Napoca].", "Paris", {"RO"}),
        ("bg", "Скопие, 15 март /БТА/ - Правителството реши в [GPE Пловдив].", "Skopje", {"BG"}),
    ],
)
def test_the_place_of_a_report_is_not_what_it_is_about(language: str, text: str, place: str, about: set[str]) -> None:
    """Agencies write where their reporter was before the first sentence."""
    found, countries = find(language, text)

    assert {row.code for row in countries if row.about} == about
    assert [[mention.as_ for mention in one.mentions] for one in found if one.name == place] == [["dateline"]]


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("ro", "Ploaia a venit în Timișoara abia seara.", "Timişoara"),
        ("bg", "Срещата беше в Пловдив вчера.", "Plovdiv"),
        ("hu", "A találkozót tegnap Debrecenben tartották.", "Debrecen"),
        ("sk", "Stretnutie bolo včera v Košiciach.", "Košice"),
    ],
)
def test_a_place_that_the_model_overlooked_is_found(language: str, text: str, name: str) -> None:
    """A town is one without a mark if the word before it or its ending says that something is there."""
    assert [place.name for place in find(language, text)[0]] == [name]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ro", "Cartea a apărut în română. Limba maghiară se predă aici."),
        ("ro", "Accidentul a avut loc pe strada [GPE București] din centru."),
        ("ro", "Un roman bun. Ca urmare, se citește."),
        ("bg", "Интервюто е на български. Те казаха истината."),  # noqa: RUF001 - Bulgarian
        ("hu", "Magyarul írt, angol nyelven is. Igen, vannak ilyenek. Vannak mások."),
        ("hu", "A [FAC Bécsi úton] dugó van."),
        ("sk", "Kniha vyšla po maďarsky a v anglickom jazyku."),
        ("sk", "Hovorí po nemecky, taliansky a francúzsky."),
        ("ro", "Contractul e scris în limbile română și engleză."),
        ("sk", "[PERSON Martin] prišiel. [ORG Univerzita Komenského] mlčí."),
        ("hu", "A [ORG Liverpool] nyert."),
    ],
)
def test_what_is_no_place_is_not_found(language: str, text: str) -> None:
    """Languages, streets, common words, persons and teams are no places."""
    assert find(language, text)[0] == []


def test_the_forms_of_one_place_are_one_location() -> None:
    """A location has all its mentions, each with the words of the text."""
    (place,) = find("sk", "V [GPE Košiciach] prší. Do [GPE Košíc] ide vlak. [GPE Košice] čakajú.")[0]
    assert [mention.text for mention in place.mentions] == ["Košiciach", "Košíc", "Košice"]


def test_an_adjective_is_a_demonym() -> None:
    """What an adjective names counts as the people of a place, not as the place."""
    (place,) = find("hu", "A budapesti polgárok elmentek.")[0]
    assert (place.name, place.mentions[0].as_) == ("Budapest", "demonym")


def test_the_word_county_says_which_place_is_meant() -> None:
    """Romanian counties are called like cities."""
    (county,) = find("ro", "Inundații în județul [GPE Arad].")[0]
    (city,) = find("ro", "Inundații în [GPE Arad].")[0]
    assert (county.kind, city.kind) == ("admin1", "city")


@pytest.mark.parametrize(("url", "country"), [(None, "RO"), ("https://news.example.md/1", "MD")])
def test_an_article_without_places_is_about_the_country_of_its_site_or_language(url: str | None, country: str) -> None:
    """Papers seldom name the country that they write for."""
    places_found, countries = find("ro", "Prețurile au crescut din nou.", url)
    assert (places_found, [share.code for share in countries if share.about]) == ([], [country])


def test_an_article_is_about_the_country_that_it_names_most() -> None:
    """The countries are weighed without a parse."""
    text = "[GPE Ukrajna] védekezik. [GPE Kijevben] szólt a sziréna. [GPE Ukrajnában] a [GPE NATO-hoz] közel."
    countries = find("hu", text)[1]
    assert countries[0].code == "UA"
    assert countries[0].about
