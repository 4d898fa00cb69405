"""The words of a document that may name an event, with their frames and rules. Training reads them too."""

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

NAMES = frozenset({"ORG", "PERSON", "GPE", "WORK_OF_ART", "PRODUCT", "FAC", "LOC", "LAW", "NORP"})
"""Words inside names of these types name no event: the War in "Department of War"."""
LONGEST_SENTENCE = 300
"""Tokens: what is longer is a table or a list, where a parse says nothing and would take long to read.

The shipped parser ends a sentence after 200; another spaCy pipeline, as the setting for the model allows, may end none.
"""


@dataclass(frozen=True, slots=True)
class TriggerCandidate:
    """A word that may name an event."""

    frame: Frame
    entries: list[RuleEntry]
    """The rules that hold, those with more conditions first."""


def find(parse: Parse, words: Collection[tuple[str, str]]) -> list[TriggerCandidate]:
    """Return the candidates: the words of *words* (kind, lemma), and those for which a rule holds."""
    known = rules.index()
    found = []
    lists = {at for start, end in parse.sentences if end - start > LONGEST_SENTENCE for at in range(start, end)}
    for index, kind in enumerate(parse.pos):
        if not kind or parse.entity_types[index] in NAMES or index in lists:
            continue
        key = (kind, parse.lemmas[index])
        if key in known or key in words:
            frame = frames.build(parse, index)
            entries = rules.match(parse, frame)
            if entries or key in words:
                found.append(TriggerCandidate(frame, entries))
    return found
