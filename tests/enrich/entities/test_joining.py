"""There is one entity per real-world thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from service.contract.annotations import Entity
    from tests.enrich.entities.conftest import Find


def persons(found: list[Entity]) -> list[list[str]]:
    """Return the mentions of each person."""
    return [[mention.text for mention in entity.mentions] for entity in found if entity.type == "PERSON"]


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("Jens Stoltenberg", "Stoltenberg"),
        ("Osama bin Laden", "bin Laden"),
        ("Alexander Van der Bellen", "Van der Bellen"),
        ("Bashar al-Assad", "Assad"),
        ("Traian Băsescu", "Basescu"),
        ("Orbán Viktor", "Viktor Orbán"),
        ("Orbán Viktor", "Orbán"),
        ("Joseph R. Biden Jr.", "Biden"),
        ("Joseph Biden", "Joe Biden"),
        ("Donald J. Trump", "Donald Trump"),
        ("Volodymyr Zelenskiy", "Volodymyr Zelensky"),
        ("Volodymyr Zelenskiy", "Zelenskyy"),
        ("Al Gore", "Gore"),
        ("Annegret Kramp-Karrenbauer", "Kramp-Karrenbauer"),
        ("Recep Tayyip Erdoğan", "Erdogan"),
        ("V. Ponta", "Victor Ponta"),
    ],
)
def test_a_person_is_one_entity(find: Find, full: str, short: str) -> None:
    """A surname, a reversed name, a short form or another transliteration stands for the person named in full."""
    found = find(f"On Friday {full} spoke at length. Later {short} left.", (full, "PERSON"), (short, "ORG"))

    assert persons(found) == [[full, short]]


def test_a_surname_of_two_persons_is_joined_to_neither(find: Find) -> None:
    """A surname that may mean two people stays an entity of its own, with the type person."""
    found = find(
        "Both Bill Clinton and Hillary Clinton came. Then Clinton left.",
        ("Bill Clinton", "PERSON"),
        ("Hillary Clinton", "PERSON"),
        ("Clinton", "GPE"),
    )

    assert sorted(persons(found)) == [["Bill Clinton"], ["Clinton"], ["Hillary Clinton"]]


def test_the_full_name_decides_the_type(find: Find) -> None:
    """A surname that the model calls an organisation and a city is a person in every mention."""
    text = "On Friday Jens Stoltenberg spoke. Later Stoltenberg left. Then Stoltenberg rested."
    (entity,) = find(text, ("Jens Stoltenberg", "PERSON"), ("Stoltenberg", "ORG"), ("Stoltenberg", "GPE"))

    assert (entity.name, entity.type, len(entity.mentions)) == ("Jens Stoltenberg", "PERSON", 3)


def test_a_country_is_not_joined_as_a_surname(find: Find) -> None:
    """Jordan the country stays a country beside Michael Jordan."""
    found = find("There Michael Jordan praised Jordan.", ("Michael Jordan", "PERSON"), ("Jordan", "GPE"))

    assert {(entity.name, entity.type) for entity in found} == {("Michael Jordan", "PERSON"), ("Jordan", "GPE")}


def test_an_acronym_joins_the_long_form_that_introduces_it(find: Find) -> None:
    """The letters match, and the part of the long form that the model marked grows to the whole."""
    text = "The Organization for Security and Co-operation in Europe (OSCE) met. Later the OSCE spoke."
    found = find(text, ("Organization for Security", "ORG"), ("Europe", "LOC"))

    (entity,) = found
    assert [mention.text for mention in entity.mentions] == [
        "Organization for Security and Co-operation in Europe",
        "OSCE",
        "OSCE",
    ]


def test_an_acronym_that_is_written_as_a_word_joins_the_name_whose_words_it_begins(find: Find) -> None:
    """A person in brackets is not the acronym of a team."""
    unions = find(
        "The Congress of Kenyan Trade Unions (Coketu) met. Coketu struck.", ("Congress of Kenyan Trade Unions", "ORG")
    )
    teams = find(
        "Late goals by Real Madrid (Marceno) hurt. Marceno left.", ("Real Madrid", "ORG"), ("Marceno", "PERSON")
    )

    assert [[mention.text for mention in union.mentions] for union in unions] == [
        ["Congress of Kenyan Trade Unions", "Coketu", "Coketu"]
    ]
    assert {team.name for team in teams} == {"Real Madrid", "Marceno"}


def test_an_acronym_that_looks_like_a_surname_is_what_its_long_form_is(find: Find) -> None:
    """The network may take it for a person each time."""
    text = "The Congress of Kenyan Trade Unions (Coketu) met. Coketu struck. Coketu won."
    (union,) = find(text, ("Congress of Kenyan Trade Unions", "ORG"), ("Coketu", "PERSON"))

    assert (union.type, len(union.mentions)) == ("ORG", 4)


def test_an_acronym_of_another_language_joins_too(find: Find) -> None:
    """The letters do not have to match, because names are translated and their acronyms are not."""
    text = "The ruling Social Democratic Party (PSD) won. A day later PSD celebrated."
    (entity,) = find(text, ("Social Democratic Party", "ORG"))

    assert (entity.type, [mention.text for mention in entity.mentions]) == (
        "ORG",
        ["Social Democratic Party", "PSD", "PSD"],
    )


def test_a_party_in_brackets_is_not_the_acronym_of_a_person(find: Find) -> None:
    """An acronym in brackets after a person is not another name of that person."""
    found = find("Yesterday Vitali Klitschko (UDAR) spoke.", ("Vitali Klitschko", "PERSON"))

    assert persons(found) == [["Vitali Klitschko"]]


@pytest.mark.parametrize(
    ("one", "other", "name"),
    [
        ("NATO", "North Atlantic Alliance", "NATO"),
        ("North Atlantic Treaty Organization", "NATO", "NATO"),
        ("EU", "European Union", "European Union"),
        ("U.N.", "United Nations", "United Nations"),
        ("US", "United States", "United States"),
    ],
)
def test_well_known_forms_are_one_entity(find: Find, one: str, other: str, name: str) -> None:
    """The text does not have to introduce these forms."""
    (entity,) = find(f"So {one} agreed. Later the {other} spoke.", (one, "PERSON"), (other, "ORG"))

    assert (entity.name, len(entity.mentions)) == (name, 2)


def test_a_head_noun_stands_for_the_only_organisation_that_ends_with_it(find: Find) -> None:
    """A capitalised "Commission" is the European Commission if the article names no other."""
    found = find(
        "The European Commission met. Later the Commission spoke.",
        ("European Commission", "ORG"),
        ("Commission", "ORG"),
    )

    assert [len(entity.mentions) for entity in found] == [2]


def test_a_head_noun_of_two_organisations_is_joined_to_neither(find: Find) -> None:
    """After two ministries "the Ministry" may be either."""
    found = find(
        "The Foreign Ministry met the Interior Ministry. Later the Ministry spoke.",
        ("Foreign Ministry", "ORG"),
        ("Interior Ministry", "ORG"),
        ("Ministry", "ORG"),
    )

    assert sorted(entity.name for entity in found) == ["Foreign Ministry", "Interior Ministry", "Ministry"]


def test_a_company_with_and_without_its_legal_form_is_one_entity(find: Find) -> None:
    """Acme Widgets Inc. and Acme Widgets are the same company."""
    found = find(
        "So Acme Widgets Inc. grew. Later Acme Widgets shrank.", ("Acme Widgets Inc.", "ORG"), ("Acme Widgets", "ORG")
    )

    assert [len(entity.mentions) for entity in found] == [2]
