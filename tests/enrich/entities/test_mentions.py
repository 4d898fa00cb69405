"""An entity has all its mentions in the text, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from spacy.tokens import Doc

    from service.enrich.entities import EntityFinder
    from tests.enrich.entities.conftest import Find


def test_mentions_that_the_model_missed_are_added(find: Find) -> None:
    """Once a full name is found, its other mentions and the surname alone are found too, also in capitals."""
    text = "PEPPERKORN RESIGNS\n\nThe chairman, Otto Pepperkorn, resigned. Pepperkorn smiled; Otto Pepperkorn left."
    (entity,) = find(text, ("Otto Pepperkorn", "PERSON"))

    assert [mention.text for mention in entity.mentions] == [
        "PEPPERKORN",
        "Otto Pepperkorn",
        "Pepperkorn",
        "Otto Pepperkorn",
    ]


@pytest.mark.parametrize("other", ["Pepperkorns", "pepperkorn", "@Pepperkorn", "pepperkorn.com", "xPepperkorn"])
def test_a_mention_is_a_whole_word_as_written(find: Find, other: str) -> None:
    """Parts of words, addresses and ordinary words are not mentions."""
    (entity,) = find(f"Otto Pepperkorn resigned. See {other} for more.", ("Otto Pepperkorn", "PERSON"))

    assert len(entity.mentions) == 1


def test_a_name_may_end_the_text(find: Find) -> None:
    """A longer name with the same beginning is not searched beyond the end of the text."""
    (entity,) = find("Otto Pepperkorn resigned, said Otto", ("Otto Pepperkorn", "PERSON"), ("Otto", "PERSON"))

    assert [(mention.start, mention.end) for mention in entity.mentions] == [(0, 15), (31, 35)]


def test_a_mention_cut_short_grows_to_the_name(find: Find) -> None:
    """The model marks the whole name once and half of it later."""
    text = "Said Raheem Pepperkorn. Then Raheem Pepperkorn left."
    (entity,) = find(text, ("Raheem Pepperkorn", "PERSON"), ("Pepperkorn", "ORG"))

    assert [mention.text for mention in entity.mentions] == ["Raheem Pepperkorn", "Raheem Pepperkorn"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Troops entered Romania at night.", ("Romania", "GPE")),
        ("Several Hungarians were there.", ("Hungarians", "NORP")),
        ("Then NATO agreed.", ("NATO", "ORG")),
        ("BOTOSANI, March 3 (Agerpres) - It rained.", ("BOTOSANI", "GPE")),
        ("SOFIA - It rained.", ("SOFIA", "GPE")),
        ("Jane Roe (R-Ariz.) agreed.", ("Ariz.", "GPE")),
    ],
)
def test_names_that_need_no_context_are_found_without_the_model(
    find: Find, text: str, expected: tuple[str, str]
) -> None:
    """These are countries, peoples, well-known acronyms, datelines and the states of legislators."""
    found = {(mention.text, entity.type) for entity in find(text) for mention in entity.mentions}

    assert expected in found


@pytest.mark.parametrize("text", ["EXCLUSIVE - The chairman resigned.", "BREAKING NEWS -- Talks failed."])
def test_capitals_before_a_dash_are_not_always_a_dateline(find: Find, text: str) -> None:
    """They are a place only if the gazetteer knows it."""
    assert find(text) == []


def test_a_longer_well_known_name_replaces_its_part(find: Find) -> None:
    """The Islamic State is an organisation, though Islamic is an adjective."""
    (entity,) = find("There Islamic State lost ground.", ("Islamic", "NORP"))

    assert (entity.mentions[0].text, entity.type) == ("Islamic State", "ORG")


def test_salience_weighs_the_mentions_by_position(finder: EntityFinder, labelled: Callable[..., Doc]) -> None:
    """The thing in the headline comes first, and all saliences sum to one."""
    headline = "Pepperkorn resigns"
    text = f"{headline}\n\nOtto Pepperkorn resigned in Sochi.\n\nIn Sochi and Varna people were surprised."
    doc = labelled(
        text,
        ("Pepperkorn", "PERSON"),
        ("Otto Pepperkorn", "PERSON"),
        ("Sochi", "GPE"),
        ("Sochi", "GPE"),
        ("Varna", "GPE"),
    )
    found = finder.find(doc, headline=len(headline))

    assert [entity.name for entity in found] == ["Otto Pepperkorn", "Sochi", "Varna"]
    assert [entity.salience for entity in found] == sorted((entity.salience for entity in found), reverse=True)
    assert sum(entity.salience for entity in found) == pytest.approx(1, abs=0.001)


def test_later_stages_see_the_decided_names_in_the_doc(finder: EntityFinder, labelled: Callable[..., Doc]) -> None:
    """The entities of the doc are the decided mentions beside the dates of the model."""
    doc = labelled("On Friday the Ukrainian side met.", ("Friday", "DATE"), ("the Ukrainian", "GPE"))
    finder.find(doc)

    assert [(ent.text, ent.label_) for ent in doc.ents] == [("Friday", "DATE"), ("Ukrainian", "NORP")]


def test_thousands_of_names_are_found_in_time(find: Find) -> None:
    """All of 5,000 different persons with one surname are found."""
    names = [f"X{number:04}a Pepperkorn" for number in range(5000)]
    found = find("; ".join(names), *((name, "PERSON") for name in names))

    assert sum(len(entity.mentions) for entity in found) == len(names)
