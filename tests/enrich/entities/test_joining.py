"""One entry a real-world thing."""

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
    """A surname, a turned name, a short form or another transliteration is the person named in full."""
    found = find(f"On Friday {full} spoke at length. Later {short} left.", (full, "PERSON"), (short, "ORG"))

    assert persons(found) == [[full, short]]


def test_a_surname_of_two_persons_joins_neither(find: Find) -> None:
    """Where a surname can mean two people it stays apart, as a person."""
    found = find(
        "Both Bill Clinton and Hillary Clinton came. Then Clinton left.",
        ("Bill Clinton", "PERSON"),
        ("Hillary Clinton", "PERSON"),
        ("Clinton", "GPE"),
    )

    assert sorted(persons(found)) == [["Bill Clinton"], ["Clinton"], ["Hillary Clinton"]]


def test_the_full_name_decides_the_type(find: Find) -> None:
    """The model calls a surname an organisation and a city by turns; it is a person throughout."""
    text = "On Friday Jens Stoltenberg spoke. Later Stoltenberg left. Then Stoltenberg rested."
    (entity,) = find(text, ("Jens Stoltenberg", "PERSON"), ("Stoltenberg", "ORG"), ("Stoltenberg", "GPE"))

    assert (entity.name, entity.type, len(entity.mentions)) == ("Jens Stoltenberg", "PERSON", 3)


def test_a_country_is_no_surname(find: Find) -> None:
    """Jordan the country stays one beside Michael Jordan."""
    found = find("There Michael Jordan praised Jordan.", ("Michael Jordan", "PERSON"), ("Jordan", "GPE"))

    assert {(entity.name, entity.type) for entity in found} == {("Michael Jordan", "PERSON"), ("Jordan", "GPE")}


def test_an_acronym_joins_the_long_form_that_introduces_it(find: Find) -> None:
    """The letters fit, and the model's half of the long form grows to the whole of it."""
    text = "The Organization for Security and Co-operation in Europe (OSCE) met. Later the OSCE spoke."
    found = find(text, ("Organization for Security", "ORG"), ("Europe", "LOC"))

    (entity,) = found
    assert [mention.text for mention in entity.mentions] == [
        "Organization for Security and Co-operation in Europe",
        "OSCE",
        "OSCE",
    ]


def test_an_acronym_of_another_language_joins_too(find: Find) -> None:
    """The letters of a translated name need not fit."""
    text = "The ruling Social Democratic Party (PSD) won. A day later PSD celebrated."
    (entity,) = find(text, ("Social Democratic Party", "ORG"))

    assert (entity.type, [mention.text for mention in entity.mentions]) == (
        "ORG",
        ["Social Democratic Party", "PSD", "PSD"],
    )


def test_a_party_in_brackets_is_no_acronym_of_a_person(find: Find) -> None:
    """What stands in brackets behind a person is not another name of that person."""
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
def test_well_known_forms_are_one_thing(find: Find, one: str, other: str, name: str) -> None:
    """The forms need no introduction in the text."""
    (entity,) = find(f"So {one} agreed. Later the {other} spoke.", (one, "PERSON"), (other, "ORG"))

    assert (entity.name, len(entity.mentions)) == (name, 2)


def test_the_head_noun_means_the_only_organisation_that_ends_so(find: Find) -> None:
    """A capitalised "Commission" is the European Commission where no other is named."""
    found = find(
        "The European Commission met. Later the Commission spoke.",
        ("European Commission", "ORG"),
        ("Commission", "ORG"),
    )

    assert [len(entity.mentions) for entity in found] == [2]


def test_the_head_noun_of_two_organisations_stays_apart(find: Find) -> None:
    """After two ministries "the Ministry" can be either, so it is not joined."""
    found = find(
        "The Foreign Ministry met the Interior Ministry. Later the Ministry spoke.",
        ("Foreign Ministry", "ORG"),
        ("Interior Ministry", "ORG"),
        ("Ministry", "ORG"),
    )

    assert sorted(entity.name for entity in found) == ["Foreign Ministry", "Interior Ministry", "Ministry"]


def test_a_company_is_one_with_and_without_its_legal_form(find: Find) -> None:
    """Acme Widgets Inc. is Acme Widgets."""
    found = find(
        "So Acme Widgets Inc. grew. Later Acme Widgets shrank.", ("Acme Widgets Inc.", "ORG"), ("Acme Widgets", "ORG")
    )

    assert [len(entity.mentions) for entity in found] == [2]
