"""Which events of a sentence are kept, and which of an article is the story's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.enrich.events.decision import Decision
    from service.enrich.events.rules import ArgumentName
    from service.enrich.events.trigger_candidates import TriggerCandidate
    from service.enrich.grammar.parse import Parse

MAX_EVENTS_PER_SENTENCE = 4
MIN_SHARE_OF_MAIN, MIN_SHARE_OF_SECOND = 0.1, 0.2
"""Least share of an event, among the article's events and none, to be its main event, and to be the second one."""


class EventFlags(NamedTuple):
    """Whether an event took place; PLOVER's auxiliary modes."""

    negated: bool
    future: bool
    hypothetical: bool
    historical: bool


@dataclass(frozen=True, slots=True)
class EventDraft:
    """An event as tokens, before the mentions of the record."""

    candidate: TriggerCandidate
    decision: Decision
    flags: EventFlags
    main_log_odds: float
    """Log odds of the event as the main one against none."""

    @property
    def trigger(self) -> int:
        """Token index of the word that names the event."""
        return self.candidate.frame.trigger


def select(parse: Parse, drafts: list[EventDraft]) -> list[EventDraft]:
    """Return the most probable *drafts* of each sentence, in the order of the text.

    A verb and its object that name one event are one: "lifted the sanctions" is no SANCTION.
    """
    by_sentence: dict[int, list[EventDraft]] = {}
    named = {token for draft in drafts for token in _objects_of_rule(parse, draft)}
    for draft in drafts:
        if draft.trigger in named:
            continue
        by_sentence.setdefault(parse.sentence_of[draft.trigger], []).append(draft)
    selected = []
    for of_sentence in by_sentence.values():
        of_sentence.sort(key=lambda draft: (-draft.decision.event_probability, draft.trigger))
        selected += of_sentence[:MAX_EVENTS_PER_SENTENCE]
    return sorted(selected, key=lambda draft: draft.trigger)


def condemned(found: Sequence[EventDraft], selected: Sequence[EventDraft]) -> list[EventDraft]:
    """Return those of *found* that are not *selected* because another condemns them: "condemned the aggression"."""
    acts = {
        token for draft in selected if draft.decision.type == "ACCUSE" for token in draft.candidate.frame.objects
    } - {draft.trigger for draft in selected}
    return [draft for draft in found if draft.trigger in acts]


def _objects_of_rule(parse: Parse, draft: EventDraft) -> list[int]:
    """Return the objects of the trigger that the rule of *draft* asks for."""
    frame = draft.candidate.frame
    if frame.pos != "v":
        return []
    asked = {
        name for entry in draft.candidate.entries if entry.rule is draft.decision.rule for name in entry.object or ()
    }
    objects = [token for first in frame.objects for token in parse.coordinated(first)]
    return [token for token in objects if not asked.isdisjoint(_forms(parse, token))]


def _forms(parse: Parse, token: int) -> list[ArgumentName]:
    """Return how a rule may name *token*: by its lemma, or by that and a word before it."""
    lemma = parse.lemmas[token]
    return [lemma, *((parse.lemmas[child], lemma) for child in parse.children[token])]


def main_events(drafts: Sequence[EventDraft]) -> frozenset[int]:
    """Return the indexes of the one or two *drafts* that are the story, none if it is no event."""
    if not drafts:
        return frozenset()
    scores = np.array([draft.main_log_odds for draft in drafts] + [0.0])
    shares = np.exp(scores - scores.max())
    shares = (shares / shares.sum())[:-1]
    first, *others = np.argsort(-shares, kind="stable").tolist()
    if shares[first] < MIN_SHARE_OF_MAIN:
        return frozenset()
    second = others[:1] if others and shares[others[0]] >= MIN_SHARE_OF_SECOND else []
    return frozenset([first, *second])
