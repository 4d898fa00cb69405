"""The words of a document that may name an event, with their frames, rules and features. Training reads them too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.enrich.events import features, frames, rules

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from service.enrich.events.frames import Frame
    from service.enrich.events.rules import Entry
    from service.enrich.events.syntax import Syntax

NAMES = frozenset({"ORG", "PERSON", "GPE", "WORK_OF_ART", "PRODUCT", "FAC", "LOC", "LAW", "NORP"})
"""Words inside names of these types name no event: the War in "Department of War"."""


LONGEST_SENTENCE = 300
"""Tokens: what is longer is a table or a list, where a parse says nothing and would take long to read."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word that may name an event."""

    frame: Frame
    entries: list[Entry]
    """The rules that hold, those with more conditions first."""


def find(syntax: Syntax, words: Collection[tuple[str, str]], extra: Collection[int] = ()) -> list[Candidate]:
    """Return the candidates: the words of the rules, those of *words* (kind, lemma) and the tokens *extra*."""
    known = rules.index()
    found = []
    lists = {at for start, end in syntax.sentences if end - start > LONGEST_SENTENCE for at in range(start, end)}
    for index, kind in enumerate(syntax.kinds):
        if not kind or syntax.ents[index] in NAMES or index in lists:
            continue
        key = (kind, syntax.lemmas[index])
        if key in known or key in words or index in extra:
            frame = frames.build(syntax, index)
            found.append(Candidate(frame, rules.match(syntax, frame)))
    return found


def described(
    syntax: Syntax, candidates: list[Candidate]
) -> Iterator[tuple[Candidate, list[str], NDArray[np.float32]]]:
    """Yield each candidate with its sparse and dense features."""
    topic = features.mean([candidate.frame.lemma for candidate in candidates if candidate.entries])
    around: dict[int, list[tuple[int, str]]] = {}
    for candidate in candidates:
        if candidate.entries:
            sentence = syntax.sentence_of[candidate.frame.trigger]
            around.setdefault(sentence, []).append((candidate.frame.trigger, candidate.entries[0].rule.type))
    for candidate in candidates:
        at = candidate.frame.trigger
        others = sorted({kind for other, kind in around.get(syntax.sentence_of[at], ()) if other != at})
        sparse = features.sparse(syntax, candidate.frame, candidate.entries, others)
        yield candidate, sparse, features.dense(syntax, candidate.frame, topic)
