"""Whether a candidate is an event, of which type, and how prominent it is in its sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from service.enrich.events.vocabulary import OwnType
from service.enrich.grammar.word_lists import word_class

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.enrich.events.rules import Rule, RuleEntry
    from service.enrich.events.trigger_candidates import TriggerCandidate
    from service.enrich.grammar.parse import Parse

MIN_CONDITIONS_OF_CONTEXT = 2
"""Conditions of a rule that asks for an argument or a companion, and not for a word alone."""
MIN_PROBABILITY, MIN_PROBABILITY_BY_RULE, MIN_PROBABILITY_OF_MAIN = 0.5, 0.4, 0.3
"""Least probability that it is an event: by the network alone, if a rule holds, if it may be the story's own event."""
MAIN_LOG_ODDS = 0.0
"""Log odds of the main event against none from which a word may be the story's own event."""
CONTEXT_BONUS, WORD_BONUS = 0.6, 0.4
"""Added to the probability of a type that a rule gives: a rule with conditions, a rule of a word alone."""
DEPTH_WEIGHT, CONFIDENCE_EXPONENT = 2.0, 0.3
TYPES_BEYOND_PLOVER = frozenset(get_args(OwnType))
BEYOND_PLOVER_WEIGHT = 0.3
"""In a sentence with an event of PLOVER's types and another, PLOVER's goes first."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The type of a candidate, the rule that agrees, and how certain it is."""

    type: str
    rule: Rule | None
    """The rule that holds and gives the same type."""
    event_probability: float
    """Probability that it is an event of any type."""
    confidence: float


def decide(
    parse: Parse, candidate: TriggerCandidate, types: Sequence[str], probabilities: Sequence[float], main: float
) -> Decision | None:
    """Return the type of *candidate*, or None if it is no event.

    Args:
        parse: The parse of the document.
        candidate: A word that may name an event.
        types: Names of the types.
        probabilities: Of no event, then of each of *types*.
        main: Log odds of the word as the main event.
    """
    event_probability = 1 - probabilities[0]
    least = MIN_PROBABILITY_BY_RULE if candidate.entries else MIN_PROBABILITY
    if main >= MAIN_LOG_ODDS:
        least = MIN_PROBABILITY_OF_MAIN
    if event_probability < least:
        return None
    bonuses = _bonuses(candidate.entries)
    weighed = {name: value + bonuses.get(name, 0.0) for name, value in zip(types, probabilities[1:], strict=True)}
    event_type = max(weighed, key=weighed.__getitem__)
    entry = next((entry for entry in candidate.entries if entry.rule.type == event_type), None)
    probability = probabilities[1 + types.index(event_type)]
    confidence = _confidence(parse, candidate.frame.trigger, event_type, probability)
    return Decision(event_type, entry.rule if entry else None, event_probability, confidence)


def _bonuses(entries: list[RuleEntry]) -> dict[str, float]:
    """Return what is added to the types of *entries*; only those with most conditions count."""
    if not entries:
        return {}
    most = entries[0].conditions
    bonus = CONTEXT_BONUS if most >= MIN_CONDITIONS_OF_CONTEXT else WORD_BONUS
    return {entry.rule.type: bonus for entry in entries if entry.conditions == most}


def _confidence(parse: Parse, trigger: int, event_type: str, probability: float) -> float:
    """Return how prominent the event is in its sentence: the probability of its type, less if it is embedded deeply.

    The exponent only spreads the values; the order is that of probability over depth.
    """
    weight = BEYOND_PLOVER_WEIGHT if event_type in TYPES_BEYOND_PLOVER else 1.0
    return float((probability * weight / (1 + DEPTH_WEIGHT * _depth(parse, trigger))) ** CONFIDENCE_EXPONENT)


def _depth(parse: Parse, index: int) -> int:
    """Return how many words stand above *index*. What is reported counts as if it were said directly."""
    depth = 0
    while parse.heads[index] != index:
        head = parse.heads[index]
        is_report = parse.lemmas[head] in word_class("reporting_verb")
        depth += not (parse.deps[index] in {"ccomp", "parataxis"} and is_report)
        index = head
    return depth
