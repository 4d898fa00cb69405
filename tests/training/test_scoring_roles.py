"""Participants are compared by their words and by the entity that they join, on records made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from service.contract.annotations import Entity, Event, EventPlace, Mention, Participant, Span
from service.contract.enriched_article import EnrichedArticle, Pipeline
from service.contract.raw_article import Source
from training.scoring import roles

TEXT = "Mayor Ana Pop fired the clerks. She praised thousands of nurses in Cluj."
PIPELINE = Pipeline(service="1", model="m", model_version="1", gazetteer="1", rules="1", fingerprint="1")


def _span(words: str, **index: int | None) -> dict[str, Any]:
    start = TEXT.index(words)
    return {"start": start, "end": start + len(words), "text": words, **index}


def _record(*events: Event) -> EnrichedArticle:
    empty = {name: None for name, field in EnrichedArticle.model_fields.items() if field.is_required()}
    entity = Entity(name="Ana Pop", type="PERSON", salience=1, mentions=[Mention(**_span("Ana Pop"))])
    own = {"id": "a", "status": "enriched", "source": Source(), "headline": "", "text": TEXT, "pipeline": PIPELINE}
    return EnrichedArticle.model_validate(empty | own | {"entities": [entity], "events": list(events)})


def _event(trigger: str, actor: Participant, *recipients: Participant) -> Event:
    return Event(
        type="SUPPORT",
        trigger=Mention(**_span(trigger)),
        sentence=Span(start=0, end=len(TEXT)),
        actors=[actor],
        recipients=list(recipients),
        locations=[EventPlace(**_span("Cluj", location=0))],
        confidence=1,
        rule="network",
    )


@pytest.mark.parametrize(
    ("phrase", "head"),
    [
        ("the Russian troops in Syria", "troops"),
        ("thousands of nurses", "nurses"),
        ("Ana Pop, the mayor", "pop"),
        ("the mayor's clerks", "clerks"),
        ("She", "she"),
    ],
)
def test_the_head_is_the_last_word_before_a_preposition_or_a_comma(phrase: str, head: str) -> None:
    """What is counted is the head of a quantity."""
    assert roles.head(phrase) == head


def test_each_of_joined_nouns_is_right_for_all_of_them() -> None:
    """A reader may write a list as one phrase."""
    nurses = Participant(**_span("thousands of nurses", entity=None))

    assert roles.is_same(nurses, "nurses and clerks", _record())
    assert not roles.is_same(nurses, "doctors and clerks", _record())


def test_a_pronoun_is_right_if_it_joins_the_entity_of_the_label() -> None:
    """Labels have the fullest name of the article; "she" is right for it only through the entity."""
    joined, alone = (Participant(**_span("She", entity=entity)) for entity in (0, None))

    assert roles.is_same(joined, "Ana Pop", _record())
    assert not roles.is_same(alone, "Ana Pop", _record())


def test_a_part_without_the_head_is_wrong() -> None:
    """The clerks are right for "the clerks", and the mayor is not."""
    assert roles.is_same(Participant(**_span("clerks")), "the clerks", _record())
    assert not roles.is_same(Participant(**_span("Mayor")), "the clerks", _record())


def test_the_table_counts_roles_of_events_that_are_labelled_and_found() -> None:
    """Of two labelled events, one is found: its actor is right, one of its two recipients is."""
    record = _record(
        _event(
            "praised",
            Participant(**_span("She", entity=0)),
            Participant(**_span("nurses")),
            Participant(**_span("clerks")),
        )
    )
    labels = roles.LabelledText(
        "a",
        TEXT,
        [
            roles.LabelledRoles(TEXT.index("praised"), ["Ana Pop"], ["thousands of nurses"]),
            roles.LabelledRoles(TEXT.index("fired"), ["Ana Pop"], ["the clerks"]),
        ],
    )

    figures = {row.what: row.figure for row in roles.role_rows("test", [(labels, record)])}

    assert figures == {
        "actors right, where there is one": "1.000",
        "actors, precision": "1.000",
        "actors, recall": "1.000",
        "recipients right, where there is one": "1.000",
        "recipients, precision": ".500",
        "recipients, recall": "1.000",
        "participants that are names join an entity": ".000",
        "participants join an entity": ".333",
        "places of events join a location": "1.000",
    }
