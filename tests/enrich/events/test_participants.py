"""Who takes part in an event, and which entity that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.contract.annotations import Location, PlaceMention
from service.enrich import events

if TYPE_CHECKING:
    from spacy.language import Language


@pytest.mark.parametrize(
    ("sentence", "trigger", "actors", "recipients"),
    [
        ("Activists criticised the new law.", "criticised", ["Activists"], ["new law"]),
        ("Voters were attacked by thousands of hooligans.", "attacked", ["hooligans"], ["Voters"]),
        ("France and Germany condemned the attack.", "condemned", ["France", "Germany"], []),
        ("Berlin urged Serbia to withdraw.", "withdraw", ["Serbia"], []),
        ("Lena and Omar condemned the attack.", "attack", [], []),
        ("The council condemns the Spanish siege of Antwerp.", "condemns", ["council"], ["Spanish"]),
    ],
)
def test_people_without_a_name_take_part(
    nlp: Language, sentence: str, trigger: str, actors: list[str], recipients: list[str]
) -> None:
    """Common nouns, and all names of a list, are actors and recipients."""
    [event] = [event for event in events.find(nlp(sentence)) if event.trigger.text == trigger]

    assert [actor.text for actor in event.actors] == actors
    assert [recipient.text for recipient in event.recipients] == recipients


def test_a_participant_joins_the_entity_that_its_words_refer_to(nlp: Language) -> None:
    """A pronoun has the index that is given for it."""
    [event] = events.find(nlp("She arrested the smuggler."), refers_to={0: 7})

    assert [(actor.text, actor.entity) for actor in event.actors] == [("She", 7)]


def test_a_place_joins_its_location_and_the_dateline_takes_no_part(nlp: Language) -> None:
    """The place of the report does nothing."""
    text = "KYIV (Reuters) - Police arrested two men in Lviv."

    def place(name: str, how: str) -> Location:
        start = text.index(name)
        mention = PlaceMention(start=start, end=start + len(name), text=name, as_=how)
        return Location(name=name, kind="city", confidence=1, mentions=[mention])

    [event] = [
        event
        for event in events.find(nlp(text), [place("KYIV", "dateline"), place("Lviv", "name")])
        if event.trigger.text == "arrested"
    ]

    assert [(where.text, where.location) for where in event.locations] == [("Lviv", 1)]
    assert "KYIV" not in [actor.text for actor in event.actors]
