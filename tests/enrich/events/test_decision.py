"""The network and the rules together decide what happened, and who did what to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.enrich import events

if TYPE_CHECKING:
    from spacy.language import Language


def test_people_who_protest_are_actors(nlp: Language) -> None:
    """Nothing is done to people who protest, even if the parser reads the verb as a participle that modifies them."""
    [event] = events.find(nlp("More than 50,000 people protested in Prague on Sunday."))

    assert ([actor.text for actor in event.actors], event.recipients) == (["More than 50,000 people"], [])


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The senator attacked his opponent for voting against the pension bill.", ["ACCUSE"]),
        ("In a speech on Monday he attacked the press.", ["ACCUSE"]),
        ("The candidate slammed his rival over the budget.", ["ACCUSE"]),
        ("Rebels attacked the convoy with rockets.", ["ASSAULT"]),
    ],
)
def test_attacks_in_words_are_not_assaults(nlp: Language, sentence: str, expected: list[str]) -> None:
    """To attack an opponent for his votes is to accuse him."""
    types = {event.type for event in events.find(nlp(sentence))}

    assert types & {"ACCUSE", "ASSAULT"} == set(expected)


@pytest.mark.parametrize(
    ("sentence", "expected", "future"),
    [
        ("The minister will meet his counterpart on Monday.", "CONSULT", True),
        ("The minister met his counterpart on Monday.", "CONSULT", False),
        ("Moscow will withdraw its troops in May.", "RETREAT", True),
        ("Moscow withdrew its troops in May.", "RETREAT", False),
        ("Russia and Belarus held a joint military exercise.", "COOPERATE", False),
        ("The president vowed to help Ukraine.", "AGREE", False),
    ],
)
def test_an_announced_act_keeps_its_type(nlp: Language, sentence: str, expected: str, future: bool) -> None:
    """What is announced is of the type of the act, and in the future; a vow is an event of its own."""
    assert (expected, future) in [(event.type, event.future) for event in events.find(nlp(sentence))]


@pytest.mark.parametrize(
    "sentence",
    [
        "The EU lifted sanctions on Belarus.",
        "Washington eased the embargo and the sanctions against Cuba.",
        "The government eased the curfew in the capital.",
    ],
)
def test_lifted_sanctions_are_not_imposed(nlp: Language, sentence: str) -> None:
    """The end of sanctions is one event, a RETREAT, without a SANCTION or COERCE beside it."""
    types = {event.type for event in events.find(nlp(sentence))}

    assert types & {"RETREAT", "SANCTION", "COERCE"} == {"RETREAT"}


@pytest.mark.parametrize(
    ("sentence", "actors", "recipients"),
    [
        ("Five suspects were arrested by Hungarian police on Monday.", {"Hungarian police"}, {"Five suspects"}),
        ("The Russian invasion of Ukraine began in February.", {"Russian"}, {"Ukraine"}),
        ("Turkey launched an attack on Syria.", {"Turkey"}, {"Syria"}),
        ("Bulgaria and Romania condemned the attack.", {"Bulgaria", "Romania"}, set()),
        ("The spokesman said that Serbia arrested two soldiers.", {"Serbia"}, {"two soldiers"}),
        ("The EU urged Serbia to release the prisoners.", {"EU"}, {"Serbia"}),
        ("The officers who arrested the mayor left the town.", {"officers"}, {"mayor"}),
        ("Ukraine came under attack from Russia.", {"Russia"}, {"Ukraine"}),
        ("Kharkiv came under heavy shelling from Russian forces.", {"Russian forces"}, {"Kharkiv"}),
        ("Hungary faces criticism from the European Commission.", {"European Commission"}, {"Hungary"}),
        ("Serbia received aid from Hungary.", {"Hungary"}, {"Serbia"}),
        ("Attacks from Russia go on.", {"Russia"}, set()),
        ("Russia launched attacks on Kyiv from Belarus.", {"Russia"}, {"Kyiv"}),
        ("Police seized weapons from the rebels.", {"Police"}, {"rebels"}),
        ("The soldiers were removed from Kyiv.", set(), {"soldiers"}),
        ("Bulgaria's expulsion of ten Russian diplomats angered Moscow.", {"Bulgaria"}, {"ten Russian diplomats"}),
        ("Israel's killing of three commanders drew condemnation.", {"Israel"}, {"three commanders"}),
        ("The mayor's arrest drew protests.", set(), {"mayor"}),
        ("Serbia got a trade agreement with the EU.", {"Serbia"}, {"EU"}),
    ],
)
def test_who_does_what_to_whom(nlp: Language, sentence: str, actors: set[str], recipients: set[str]) -> None:
    """Passives, nouns, light verbs, "and", "from" and relative clauses give the same actors and recipients."""
    roles = [
        ({part.text for part in event.actors}, {part.text for part in event.recipients})
        for event in events.find(nlp(sentence))
    ]

    assert (actors, recipients) in roles
