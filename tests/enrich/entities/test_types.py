"""Each entity has one type in an article."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.enrich.entities.conftest import Find


@pytest.mark.parametrize(
    ("text", "name", "given", "expected"),
    [
        ("The Ukrainian side agreed.", "Ukrainian", "GPE", "NORP"),
        ("Three Slovaks were there.", "Slovaks", "ORG", "NORP"),
        ("A Kurdish group agreed.", "Kurdish", "GPE", "NORP"),
        ("It happened in Sochi again.", "Sochi", "NORP", "GPE"),
        ("They crossed the Danube at night.", "Danube", "ORG", "LOC"),
        ("It said Mr Yatseniuk agreed.", "Yatseniuk", "GPE", "PERSON"),
        ("A spokesman for spokesman Umbhha met analyst Zervos there.", "Zervos", "GPE", "PERSON"),
        ("They fled the village of Baghuz.", "Baghuz", "PERSON", "GPE"),
        ("They met in the West Bank again.", "West Bank", "GPE", "GPE"),
        ("They signed the Zarnova Agreement there.", "Zarnova Agreement", "ORG", "LAW"),
        ("It landed at Zarnova Airport again.", "Zarnova Airport", "ORG", "FAC"),
        ("So Laurent Zarnov agreed.", "Laurent Zarnov", "ORG", "PERSON"),
    ],
)
def test_prior_knowledge_corrects_the_model(find: Find, text: str, name: str, given: str, expected: str) -> None:
    """Gazetteer, peoples, titles, head nouns and neighbouring words outvote the label of a single mention."""
    types = {mention.text: entity.type for entity in find(text, (name, given)) for mention in entity.mentions}

    assert types[name] == expected


def test_the_most_frequent_label_wins(find: Find) -> None:
    """An unknown name has its most frequent label in every mention."""
    text = "First Zarnovex agreed. Then Zarnovex paused. At last Zarnovex left."
    (entity,) = find(text, ("Zarnovex", "ORG"), ("Zarnovex", "PERSON"), ("Zarnovex", "ORG"))

    assert (entity.type, len(entity.mentions)) == ("ORG", 3)


def test_a_headline_is_trusted_least(find: Find) -> None:
    """Two labels in headlines weigh less than one in a sentence."""
    text = "ZARNOVEX PLANS TO GROW FASTER\n\nZARNOVEX PLANS TO HIRE PEOPLE\n\nYesterday Zarnovex agreed."
    (entity,) = find(text, ("ZARNOVEX", "PERSON"), ("ZARNOVEX", "PERSON"), ("Zarnovex", "ORG"))

    assert (entity.type, entity.name) == ("ORG", "Zarnovex")


def test_a_language_is_not_its_people(find: Find) -> None:
    """Russian the language and Russian the people are two entities."""
    found = find("A Russian officer spoke in Russian.", ("Russian", "NORP"), ("Russian", "NORP"))

    assert [(entity.type, len(entity.mentions)) for entity in found] == [("NORP", 1), ("LANGUAGE", 1)]


def test_an_acronym_is_not_looked_up_as_a_town(find: Find) -> None:
    """An acronym that happens to be another spelling of a place keeps the label of the model."""
    assert [entity.type for entity in find("The DACA programme ended.", ("DACA", "LAW"))] == ["LAW"]


def test_dates_and_amounts_are_not_entities(find: Find) -> None:
    """The entities of a record are named things."""
    assert find("It cost 5 million on Friday.", ("5 million", "CARDINAL"), ("Friday", "DATE")) == []
