"""The words of a document that may name an event, with their frames and the rules that hold.

The service and the training of the type model read the same candidates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.enrich.events import rules
from service.enrich.grammar import frames

if TYPE_CHECKING:
    from collections.abc import Collection

    from service.enrich.events.rules import RuleEntry
    from service.enrich.grammar.frames import Frame
    from service.enrich.grammar.parse import Parse

ENTITY_TYPES_WITHOUT_EVENTS = frozenset({"ORG", "PERSON", "GPE", "WORK_OF_ART", "PRODUCT", "FAC", "LOC", "LAW", "NORP"})
"""Words inside names of these entity types name no event, like the War in "Department of War"."""
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


def find(parse: Parse, words: Collection[tuple[str, str]]) -> list[TriggerCandidate]:
    """Return the candidates: *words* (part of speech and lemma), and words for which a rule holds."""
    rule_words = rules.index()
    too_long = {
        token for start, end in parse.sentences if end - start > MAX_TOKENS_PER_SENTENCE for token in range(start, end)
    }
    candidates = []
    for index, pos in enumerate(parse.pos):
        if not pos or parse.entity_types[index] in ENTITY_TYPES_WITHOUT_EVENTS or index in too_long:
            continue
        word = (pos, parse.lemmas[index])
        if word in rule_words or word in words:
            frame = frames.build(parse, index)
            entries = rules.match(parse, frame)
            if entries or word in words:
                candidates.append(TriggerCandidate(frame, entries))
    return candidates
