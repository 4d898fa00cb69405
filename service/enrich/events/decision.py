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
MIN_PROBABILITY, MIN_PROBABILITY_BY_WORD, MIN_PROBABILITY_IN_CONTEXT, MIN_PROBABILITY_OF_MAIN = 0.65, 0.4, 0.2, 0.3
"""Least probability that it is an event: by the network alone, if a rule of a word alone holds, if a rule with
conditions holds, and if it may be the story's own event. Chosen on the development part of the labelled articles."""
MAIN_LOG_ODDS = 0.0
"""Log odds of the main event against none from which a word may be the story's own event."""
CONTEXT_BONUS, WORD_BONUS = 0.6, 0.2
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
    if event_probability < _least_probability(candidate.entries, main):
        return None
    bonuses = _bonuses(candidate.entries)
    weighed = {name: value + bonuses.get(name, 0.0) for name, value in zip(types, probabilities[1:], strict=True)}
    event_type = max(weighed, key=weighed.__getitem__)
    entry = next((entry for entry in candidate.entries if entry.rule.type == event_type), None)
    support = weighed[event_type] / (1 + CONTEXT_BONUS)
    confidence = _confidence(parse, candidate.frame.trigger, event_type, support)
    return Decision(event_type, entry.rule if entry else None, event_probability, confidence)


def _least_probability(entries: list[RuleEntry], main: float) -> float:
    """Return how probable a candidate with the rules of *entries* must be."""
    least = MIN_PROBABILITY
    if entries:
        least = MIN_PROBABILITY_IN_CONTEXT if _asks_for_context(entries) else MIN_PROBABILITY_BY_WORD
    return min(least, MIN_PROBABILITY_OF_MAIN) if main >= MAIN_LOG_ODDS else least


def _asks_for_context(entries: list[RuleEntry]) -> bool:
    return entries[0].conditions >= MIN_CONDITIONS_OF_CONTEXT


def _bonuses(entries: list[RuleEntry]) -> dict[str, float]:
    """Return what is added to the types of *entries*; only those with most conditions count."""
    if not entries:
        return {}
    most = entries[0].conditions
    bonus = CONTEXT_BONUS if _asks_for_context(entries) else WORD_BONUS
    return {entry.rule.type: bonus for entry in entries if entry.conditions == most}


def _confidence(parse: Parse, trigger: int, event_type: str, support: float) -> float:
    """Return how prominent the event is in its sentence: the support for its type, less if it is embedded deeply.

    The support is the probability with the bonus of a rule, as a share of the most that there can be. The exponent only
    spreads the values; the order is that of support over depth.
    """
    weight = BEYOND_PLOVER_WEIGHT if event_type in TYPES_BEYOND_PLOVER else 1.0
    return float((support * weight / (1 + DEPTH_WEIGHT * _depth(parse, trigger))) ** CONFIDENCE_EXPONENT)


def _depth(parse: Parse, index: int) -> int:
    """Return how many words stand above *index*. What is reported counts as if it were said directly."""
    depth = 0
    while parse.heads[index] != index:
        head = parse.heads[index]
        is_report = parse.lemmas[head] in word_class("reporting_verb")
        depth += not (parse.deps[index] in {"ccomp", "parataxis"} and is_report)
        index = head
    return depth
