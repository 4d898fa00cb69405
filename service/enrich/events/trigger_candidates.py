"""The words of a document that may name an event, with their frames and rules. Training reads them too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.enrich.events import rules
from service.enrich.grammar import frames

if TYPE_CHECKING:
    from collections.abc import Collection

    from service.enrich.events.rules import Entry
    from service.enrich.grammar.frames import Frame
    from service.enrich.grammar.parse import Syntax

NAMES = frozenset({"ORG", "PERSON", "GPE", "WORK_OF_ART", "PRODUCT", "FAC", "LOC", "LAW", "NORP"})
"""Words inside names of these types name no event: the War in "Department of War"."""
LONGEST_SENTENCE = 300
"""Tokens: what is longer is a table or a list, where a parse says nothing and would take long to read.

The shipped parser ends a sentence after 200; another spaCy pipeline, as the setting for the model allows, may end none.
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word that may name an event."""

    frame: Frame
    entries: list[Entry]
    """The rules that hold, those with more conditions first."""


def find(syntax: Syntax, words: Collection[tuple[str, str]]) -> list[Candidate]:
    """Return the candidates: the words of *words* (kind, lemma), and those for which a rule holds."""
    known = rules.index()
    found = []
    lists = {at for start, end in syntax.sentences if end - start > LONGEST_SENTENCE for at in range(start, end)}
    for index, kind in enumerate(syntax.kinds):
        if not kind or syntax.ents[index] in NAMES or index in lists:
            continue
        key = (kind, syntax.lemmas[index])
        if key in known or key in words:
            frame = frames.build(syntax, index)
            entries = rules.match(syntax, frame)
            if entries or key in words:
                found.append(Candidate(frame, entries))
    return found
