"""The words of a document that probably name an event, with their frames and the rules that hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.enrich.events import rules
from service.enrich.grammar import frames

if TYPE_CHECKING:
    from service.enrich.events.rules import RuleEntry
    from service.enrich.grammar.frames import Frame
    from service.enrich.grammar.parse import Parse
    from service.enrich.model.arrays import Floats

MIN_EVENT_PROBABILITY = 0.15
"""Least probability of an event for which a word is looked at."""
MAX_TOKENS_PER_SENTENCE = 300
"""A longer sentence is a table or a list: its parse says nothing and would take long to read.

The shipped parser ends a sentence after 200 tokens. Another spaCy pipeline, which the setting for the model allows, may
never end one.
"""


@dataclass(frozen=True, slots=True)
class TriggerCandidate:
    """A word that may name an event."""

    frame: Frame
    entries: list[RuleEntry]
    """The rules that hold, those with more conditions first."""


def find(parse: Parse, types: Floats) -> list[TriggerCandidate]:
    """Return the candidates; *types* are the network's probabilities, of no event first: (token, 1 + type)."""
    likely = (types[:, 0] <= 1 - MIN_EVENT_PROBABILITY).nonzero()[0].tolist()
    candidates = []
    for index in likely:
        start, end = parse.sentences[parse.sentence_of[index]]
        if parse.pos[index] and end - start <= MAX_TOKENS_PER_SENTENCE:
            frame = frames.build(parse, index)
            candidates.append(TriggerCandidate(frame, rules.match(parse, frame)))
    return candidates
