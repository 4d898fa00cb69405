"""Which events of a sentence are kept: none twice, and only the most prominent of many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.enrich.events.decision import Decision
    from service.enrich.events.trigger_candidates import TriggerCandidate
    from service.enrich.grammar.clauses import Flags
    from service.enrich.grammar.parse import Parse
    from service.enrich.grammar.phrases import TokenSpan

USUAL_EVENTS_PER_SENTENCE, MAX_EVENTS_PER_SENTENCE = 2, 3
"""Events beyond the usual number are kept only if the model is surer of them than it needs to be otherwise."""
MIN_PROBABILITY_OF_MORE, MIN_PROBABILITY_OF_MORE_BY_CONTEXT = 0.92, 0.5
TYPES_WITH_CONTENT = frozenset({"AGREE", "REJECT", "REQUEST", "THREATEN", "CONCEDE"})
"""What is promised, refused, requested or threatened is part of the event of the verb, not an event of its own."""
TYPES_THAT_ARE_LIFTED = frozenset({"SANCTION", "COERCE"})
"""What is lifted or eased is part of the event that does so; it is not imposed once more."""


@dataclass(frozen=True, slots=True)
class EventDraft:
    """An event as tokens, before the mentions of the record."""

    candidate: TriggerCandidate
    decision: Decision
    type: str
    """The decision's type after PLOVER's conventions."""
    flags: Flags
    actors: list[TokenSpan]
    recipients: list[TokenSpan]

    @property
    def trigger(self) -> int:
        """Token index of the word that names the event."""
        return self.candidate.frame.trigger


def select(parse: Parse, drafts: list[EventDraft]) -> list[EventDraft]:
    """Return *drafts* without those that another of their sentence covers, and without all but the most confident."""
    by_sentence: dict[int, list[EventDraft]] = {}
    for draft in drafts:
        by_sentence.setdefault(parse.sentence_of[draft.trigger], []).append(draft)
    selected = []
    for sentence_drafts in by_sentence.values():
        by_trigger = {draft.trigger: draft for draft in sentence_drafts}
        rest = [draft for draft in sentence_drafts if not _is_covered(parse, draft, by_trigger)]
        rest.sort(key=lambda draft: (-draft.decision.confidence, draft.trigger))
        more = rest[USUAL_EVENTS_PER_SENTENCE:MAX_EVENTS_PER_SENTENCE]
        best = rest[:USUAL_EVENTS_PER_SENTENCE] + [draft for draft in more if _stands_out(draft)]
        selected += sorted(best, key=lambda draft: draft.trigger)
    return selected


def _stands_out(draft: EventDraft) -> bool:
    """Return whether *draft* is almost certain, or found by a rule that asks for more than the word."""
    decision = draft.decision
    least = MIN_PROBABILITY_OF_MORE_BY_CONTEXT if decision.by_context else MIN_PROBABILITY_OF_MORE
    return decision.event_probability >= least


def _is_covered(parse: Parse, draft: EventDraft, by_trigger: dict[int, EventDraft]) -> bool:
    """Return whether another event says the same: the verb that carries the noun, a promise of the act, or its end."""
    frame = draft.candidate.frame
    carrier = by_trigger.get(frame.carrier) if frame.carrier != frame.trigger else None
    if carrier is not None and carrier.decision.rule is not None and carrier.type == draft.type:
        return True
    has_conditions = draft.decision.rule and draft.candidate.entries[0].conditions
    if frame.pos == "v" and not has_conditions and _carries_other_event(draft, by_trigger):
        return True
    is_liftable = draft.type in TYPES_THAT_ARE_LIFTED
    if is_liftable and any(_lifts(parse, other, draft.trigger) for other in by_trigger.values()):
        return True
    above = by_trigger.get(parse.heads[draft.trigger])
    if above is None or above.type != draft.type or above.type not in TYPES_WITH_CONTENT:
        return False
    return draft.trigger in above.candidate.frame.complements


def _carries_other_event(draft: EventDraft, by_trigger: dict[int, EventDraft]) -> bool:
    """Return whether the verb of *draft* carries the noun of an event that says more than it."""
    carried = [
        other for other in by_trigger.values() if other is not draft and other.candidate.frame.carrier == draft.trigger
    ]
    return any(draft.decision.rule is None or other.type != draft.type for other in carried)


def _lifts(parse: Parse, draft: EventDraft, index: int) -> bool:
    """Return whether *draft* lifts what the word at *index* names: "eased the sanctions", "the end of the curfew"."""
    rule, lifted = draft.decision.rule, draft.candidate.frame.objects
    if rule is None or (rule.type, rule.mode) != ("RETREAT", "access"):
        return False
    return any(index in parse.coordinated(token) for token in lifted)
