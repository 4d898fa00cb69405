"""An event that the article tells again points to its first telling; two events never do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.enrich import events

if TYPE_CHECKING:
    from spacy.language import Language


def again(nlp: Language, text: str) -> list[tuple[str, str]]:
    """Return the triggers of events of *text* that are told again, each with that of the first telling."""
    found = events.find(nlp(text))
    return [(event.trigger.text, found[event.same_as].trigger.text) for event in found if event.same_as is not None]


def test_the_lead_tells_the_headline_again(nlp: Language) -> None:
    """The second telling points to the first."""
    text = "Police arrest mayor\n\nPolice arrested the mayor in his office on Monday."

    assert again(nlp, text) == [("arrested", "arrest")]


def test_the_attack_is_the_one_told_before(nlp: Language) -> None:
    """A definite article says that the event is known."""
    text = "Gunmen carried out an attack on a bus. The attack lasted for hours."

    assert again(nlp, text) == [("attack", "attack")]


@pytest.mark.parametrize(
    "text",
    [
        "Police arrested the mayor in his office. Soldiers later arrested a smuggler.",
        "Rebels launched an attack on the village. Another attack followed at night.",
        "Police arrested the mayor. Police did not arrest the clerk.",
        "The bomb killed twelve people in the market. The flood killed four people in the hills.",
    ],
    ids=["others take part", "another", "it did not happen", "other numbers"],
)
def test_what_differs_is_another_event(nlp: Language, text: str) -> None:
    """Who takes part, how many, "another" and "not" tell events apart."""
    assert again(nlp, text) == []
