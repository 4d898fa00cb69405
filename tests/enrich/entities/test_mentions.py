"""All mentions of what is found, and nothing of what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from spacy.tokens import Doc

    from service.enrich.entities import EntityFinder
    from tests.enrich.entities.conftest import Find


def test_mentions_that_the_model_passed_over_are_added(find: Find) -> None:
    """A full name once found, its further mentions and the bare surname are found too, in capitals as well."""
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
    """Parts of words, addresses and ordinary words are no mentions."""
    (entity,) = find(f"Otto Pepperkorn resigned. See {other} for more.", ("Otto Pepperkorn", "PERSON"))

    assert len(entity.mentions) == 1


def test_a_name_may_end_the_text(find: Find) -> None:
    """Where the text ends, a longer name with the same beginning is not looked for past it."""
    (entity,) = find("Otto Pepperkorn resigned, said Otto", ("Otto Pepperkorn", "PERSON"), ("Otto", "PERSON"))

    assert [(mention.start, mention.end) for mention in entity.mentions] == [(0, 15), (31, 35)]


def test_a_mention_cut_short_grows_to_the_name(find: Find) -> None:
    """The model finds the whole name once and half of it later."""
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
    """Countries, peoples, well-known acronyms, datelines and legislators' states."""
    found = {(mention.text, entity.type) for entity in find(text) for mention in entity.mentions}

    assert expected in found


@pytest.mark.parametrize("text", ["EXCLUSIVE - The chairman resigned.", "BREAKING NEWS -- Talks failed."])
def test_a_label_before_a_dash_is_no_dateline(find: Find, text: str) -> None:
    """Capitals before a dash are a place only where the gazetteer knows it."""
    assert find(text) == []


def test_a_longer_well_known_name_takes_the_place_of_its_part(find: Find) -> None:
    """The Islamic State is an organisation, though Islamic is an adjective."""
    (entity,) = find("There Islamic State lost ground.", ("Islamic", "NORP"))

    assert (entity.mentions[0].text, entity.type) == ("Islamic State", "ORG")


def test_salience_counts_mentions_and_their_place(finder: EntityFinder, labelled: Callable[..., Doc]) -> None:
    """The thing of the headline comes first; all shares together are one."""
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


def test_the_doc_shows_the_decided_names_to_later_stages(finder: EntityFinder, labelled: Callable[..., Doc]) -> None:
    """The doc's entities are the decided mentions, and dates stay beside them."""
    doc = labelled("On Friday the Ukrainian side met.", ("Friday", "DATE"), ("the Ukrainian", "GPE"))
    finder.find(doc)

    assert [(ent.text, ent.label_) for ent in doc.ents] == [("Friday", "DATE"), ("Ukrainian", "NORP")]


def test_names_in_the_thousands_take_no_longer_each(find: Find) -> None:
    """A list of 5,000 different persons of one surname ends in time; every one of them is found."""
    names = [f"X{number:04}a Pepperkorn" for number in range(5000)]
    found = find("; ".join(names), *((name, "PERSON") for name in names))

    assert sum(len(entity.mentions) for entity in found) == len(names)
