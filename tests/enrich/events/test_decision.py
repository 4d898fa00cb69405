"""What the type model, the rules and the trigger tagger decide together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.enrich import events
from service.enrich.events import decision

if TYPE_CHECKING:
    from spacy.language import Language


def test_the_trigger_tagger_speaks_for_and_against_an_event() -> None:
    """A marked word is likelier an event, an unmarked one less likely; without a tagger nothing changes."""
    assert decision._sure(0.5, None, 3) == 0.5
    assert decision._sure(0.5, {3}, 3) == pytest.approx(2 / 3)
    assert decision._sure(0.5, {4}, 3) == pytest.approx(1 / 3)


def test_a_mark_of_the_tagger_brings_in_a_word_without_a_rule(nlp: Language) -> None:
    """A word that no rule knows is an event only where the tagger marks it."""
    text = "The Syrian army targeted civilians and shoved them."
    unmarked, marked = nlp(text), nlp(text)
    unmarked.spans["triggers"] = []
    marked.spans["triggers"] = [marked[3:4]]

    assert "targeted" not in [event.trigger.text for event in events.find(unmarked)]
    assert "targeted" in [event.trigger.text for event in events.find(marked)]


def test_weather_restricts_nobody(nlp: Language) -> None:
    """Snow that blocks a road is no act of anybody."""
    assert [event for event in events.find(nlp("Heavy snow blocked the road.")) if event.type == "COERCE"] == []


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The minister will meet his counterpart on Monday.", "AGREE"),
        ("The minister met his counterpart on Monday.", "CONSULT"),
        ("Moscow will withdraw its troops in May.", "CONCEDE"),
        ("Moscow withdrew its troops in May.", "RETREAT"),
        ("Russia and Belarus held a military exercise.", "COOPERATE"),
        ("Russia held a military exercise.", "MOBILIZE"),
        ("The bank will not release the money to the hostages.", "REJECT"),
        ("The party said it would boycott the vote.", "THREATEN"),
    ],
)
def test_conventions_of_plover_hold(nlp: Language, sentence: str, expected: str) -> None:
    """What is promised, announced, joint or refused gets the type that PLOVER gives it."""
    assert expected in [event.type for event in events.find(nlp(sentence))]


@pytest.mark.parametrize(
    ("sentence", "actors", "recipients"),
    [
        ("Five suspects were arrested by Hungarian police on Monday.", {"Hungarian police"}, {"Five suspects"}),
        ("The Russian invasion of Ukraine began in February.", {"Russian"}, {"Ukraine"}),
        ("Turkey launched an attack on Syria.", {"Turkey"}, {"Syria"}),
        ("Bulgaria and Romania condemned the attack.", {"Bulgaria", "Romania"}, set()),
        ("The spokesman said that Serbia arrested two soldiers.", {"Serbia"}, {"two soldiers"}),
        ("The EU urged Serbia to release the prisoners.", {"EU"}, {"Serbia"}),
        ("Police who arrested the mayor left.", {"Police"}, {"mayor"}),
    ],
)
def test_who_does_what_to_whom(nlp: Language, sentence: str, actors: set[str], recipients: set[str]) -> None:
    """Passives, nouns, light verbs, "and", reported speech and relative clauses give the same actors and recipients."""
    found = [
        ({part.text for part in event.actors}, {part.text for part in event.recipients})
        for event in events.find(nlp(sentence))
    ]

    assert (actors, recipients) in found
