"""Which events are kept, and which of them is the story."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.enrich.events.decision import Decision
from service.enrich.events.selection import EventDraft, EventFlags, main_events, select
from service.enrich.events.trigger_candidates import TriggerCandidate
from service.enrich.grammar.frames import Frame
from service.enrich.grammar.parse import Parse

if TYPE_CHECKING:
    from spacy.language import Language


def draft(trigger: int = 0, *, probability: float = 0.9, main: float = 0.0) -> EventDraft:
    """Return an event of the word at *trigger*."""
    candidate = TriggerCandidate(Frame(trigger, "meet", "v"), [])
    return EventDraft(
        candidate, Decision("CONSULT", None, probability, 0.5), EventFlags(False, False, False, False), main
    )


def test_a_sentence_keeps_its_four_most_probable_events(nlp: Language) -> None:
    """They stay in the order of the text."""
    parse = Parse(nlp("They met, spoke, agreed, signed and left."))
    drafts = [draft(at, probability=chance) for at, chance in ((1, 0.5), (3, 0.9), (5, 0.8), (7, 0.7), (9, 0.6))]

    assert [event.trigger for event in select(parse, drafts)] == [3, 5, 7, 9]


@pytest.mark.parametrize(
    ("log_odds", "expected"),
    [
        ([], []),
        ([-9.0, 4.0, -3.0], [1]),
        ([4.0, 4.0, -3.0], [0, 1]),
        ([4.0, 4.0, 4.0, 4.0, 4.0], [0]),
        ([-9.0, -8.0], []),
    ],
    ids=["no event", "one", "two alike", "five alike", "none is the story"],
)
def test_the_story_is_one_or_two_events_or_none(log_odds: list[float], expected: list[int]) -> None:
    """The most likely one is marked, and another that is about as likely."""
    assert sorted(main_events([draft(main=score) for score in log_odds])) == expected
