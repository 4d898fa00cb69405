"""The stage cuts spans to the names in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.enrich.entities.conftest import Find


@pytest.mark.parametrize(
    ("text", "span", "label", "expected"),
    [
        ("He left the European Union\u2019s court.", "the European Union\u2019s", "ORG", "European Union"),
        ("Then Zelenskiy's aide spoke.", "Zelenskiy's", "PERSON", "Zelenskiy"),
        ("On Friday President Joe Biden spoke.", "President Joe Biden", "PERSON", "Joe Biden"),
        (
            "On Friday Foreign Minister Bogdan Aurescu spoke.",
            "Foreign Minister Bogdan Aurescu",
            "PERSON",
            "Bogdan Aurescu",
        ),
        ("A pro-Russian crowd gathered.", "pro-Russian", "NORP", "Russian"),
        ("Photo by Brian Snyder/Reuters", "Brian Snyder/Reuters", "PERSON", "Brian Snyder"),
        ("It went to “Fidesz”, he said.", "“Fidesz”", "ORG", "Fidesz"),
        ("He works for Acme Widgets Inc.", "Acme Widgets Inc", "ORG", "Acme Widgets Inc."),
        ("She lives in the U.S. now.", "the U.S.", "GPE", "U.S."),
        ("The court in The Hague ruled.", "The Hague", "GPE", "The Hague"),
        ("So the Asmara Government agreed.", "Asmara Government", "ORG", "Asmara"),
        (
            "So Seoul Metropolitan Government agreed.",
            "Seoul Metropolitan Government",
            "ORG",
            "Seoul Metropolitan Government",
        ),
        ("Then the joint chiefs of staff met.", "the joint chiefs of staff", "ORG", "joint chiefs of staff"),
        ("A Boston\n\nNew paragraph here.", "Boston\n\nNew", "GPE", "Boston"),
    ],
)
def test_a_span_is_cut_to_its_name(find: Find, text: str, span: str, label: str, expected: str) -> None:
    """Articles, possessives, titles, prefixes, quotation marks and paragraph breaks are not part of a name."""
    mentions = [mention.text for entity in find(text, (span, label)) for mention in entity.mentions]

    assert expected in mentions
    assert span == expected or span not in mentions


def test_a_name_broken_by_the_typesetter_stays_whole(find: Find) -> None:
    """A line break in wrapped text is white space, also inside a name."""
    text = "The old and new mayors of the city met the leaders of New\nYork on Friday to talk about the budget."

    (entity,) = (entity for entity in find(text, ("New\nYork", "GPE")) if entity.type == "GPE")

    assert entity.name == "New York"
    assert entity.mentions[0].text == "New\nYork"


@pytest.mark.parametrize("words", ["\u2019s", "the", "“”", "---", "n\u2019t", "boycotts"])
def test_a_span_without_a_name_is_dropped(find: Find, words: str) -> None:
    """Fragments from the tokenizer and ordinary words are not entities."""
    assert find(f"They said {words} again.", (words, "ORG")) == []


def test_two_peoples_are_two_entities(find: Find) -> None:
    """A compound of two peoples or countries is split."""
    found = find("A U.S.-Iranian deal and a Sunni Arab bloc.", ("U.S.-Iranian", "NORP"), ("Sunni Arab", "NORP"))

    assert {(entity.mentions[0].text, entity.type) for entity in found} == {
        ("U.S.", "GPE"),
        ("Iranian", "NORP"),
        ("Sunni", "NORP"),
        ("Arab", "NORP"),
    }


def test_one_people_with_a_name_of_two_words_stays_one_entity(find: Find) -> None:
    """Asian Americans are one people, not two."""
    (entity,) = find("Many Asian Americans voted.", ("Asian Americans", "NORP"))

    assert entity.mentions[0].text == "Asian Americans"
