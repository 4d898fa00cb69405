"""Whether a candidate is an event, of which type, and how prominent it is in its sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from service.enrich.events import type_model
from service.enrich.events.coding_words import coding_words
from service.enrich.events.vocabulary import OwnType
from service.enrich.grammar.word_lists import word_class

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.enrich.events.rules import Rule, RuleEntry
    from service.enrich.events.trigger_candidates import TriggerCandidate
    from service.enrich.grammar.frames import Frame
    from service.enrich.grammar.parse import Parse

MIN_CONDITIONS_OF_CONTEXT = 2
"""Conditions of a rule that asks for an argument or a companion, and not for a word alone."""
MIN_PROBABILITY_BY_CONTEXT, MIN_PROBABILITY_BY_RULE, MIN_PROBABILITY_BY_MODEL = 0.25, 0.4, 0.6
"""Least probability that it is an event: by a rule with conditions, by a rule of a word alone, without any rule."""
MIN_TYPE_PROBABILITY = 0.25
"""Least probability of the type itself, if no rule gives it."""
CONTEXT_BONUS, WORD_BONUS, LESSER_BONUS = 0.6, 0.4, 0.1
"""Added to the probability of a type that a rule gives; least if another rule with more conditions holds."""
RULE_WEIGHT, DEPTH_WEIGHT, CONFIDENCE_EXPONENT = 0.2, 2.0, 0.3
DELIBERATE_TYPES = frozenset({"COERCE", "ASSAULT", "MOBILIZE", "SANCTION", "PROTEST", "REJECT", "THREATEN"})
"""Types that need somebody who acts."""
MAX_SENTENCES_OF_SHORT_TEXT = 5
"""A text so short does not show whether it is about armed violence."""
MIN_ARMED_WORDS = 3
"""Different words of armed violence from which on an article is about it."""
TYPES_BEYOND_PLOVER = frozenset(get_args(OwnType))
BEYOND_PLOVER_WEIGHT = 0.3
"""In a sentence with an event of PLOVER's types and another, PLOVER's goes first."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The type of a candidate, what gave it, and how certain it is."""

    type: str
    rule: Rule | None
    """The rule that gives the type; None if the model alone does."""
    by_context: bool
    """The rule asks for more than the word."""
    event_probability: float
    """Probability that it is an event of any type."""
    confidence: float


def decide(parse: Parse, candidate: TriggerCandidate, scores: list[float]) -> Decision | None:
    """Return the type of *candidate*, or None if it is no event; *scores* are the model's probabilities by type."""
    types = type_model.load().types
    event_probability = 1 - scores[types.index(type_model.NONE)]
    if event_probability < MIN_PROBABILITY_BY_CONTEXT:
        return None
    probabilities = dict(zip(types, scores, strict=True))
    del probabilities[type_model.NONE]
    bonuses = _bonuses(candidate.entries)
    weighed = probabilities | {name: probabilities[name] + bonus for name, bonus in bonuses.items()}
    event_type = max(weighed, key=weighed.__getitem__)
    entry = next((entry for entry in candidate.entries if entry.rule.type == event_type), None)
    by_context = entry is not None and entry.conditions >= MIN_CONDITIONS_OF_CONTEXT
    if entry is None:
        is_event = event_probability >= MIN_PROBABILITY_BY_MODEL and probabilities[event_type] >= MIN_TYPE_PROBABILITY
    else:
        is_event = event_probability >= (MIN_PROBABILITY_BY_CONTEXT if by_context else MIN_PROBABILITY_BY_RULE)
    if not is_event or _is_misread(parse, candidate, event_type, entry):
        return None
    rule = entry.rule if entry else None
    confidence = _confidence(parse, candidate.frame.trigger, event_type, probabilities[event_type], has_rule=bool(rule))
    return Decision(event_type, rule, by_context, event_probability, confidence)


def _bonuses(entries: list[RuleEntry]) -> dict[str, float]:
    """Return what is added to the types of *entries*; those with most conditions stand first."""
    if not entries:
        return {}
    most = entries[0].conditions
    full = CONTEXT_BONUS if most >= MIN_CONDITIONS_OF_CONTEXT else WORD_BONUS
    return {entry.rule.type: full if entry.conditions == most else LESSER_BONUS for entry in reversed(entries)}


def _is_misread(parse: Parse, candidate: TriggerCandidate, event_type: str, entry: RuleEntry | None) -> bool:
    """Return whether the words mean something else here: a war of words, a storm that blocks roads, its warning."""
    frame = candidate.frame
    if entry is not None and entry.rule.often_figurative and not entry.conditions:
        is_short = len(parse.sentences) <= MAX_SENTENCES_OF_SHORT_TEXT
        return _is_unarmed(parse, frame) or not (is_short or _is_armed(parse, frame.trigger))
    if entry is not None and entry.rule.not_of_disasters:
        start, end = parse.sentences[parse.sentence_of[frame.trigger]]
        return any(lemma in word_class("disaster") for lemma in parse.lemmas[start:end])
    return event_type in DELIBERATE_TYPES and _is_done_by_nature(parse, frame.subjects)


def _is_unarmed(parse: Parse, frame: Frame) -> bool:
    """Return whether it is a fight without arms: "the battle against inflation", "a trade war", "fight the blaze"."""
    prepositions = coding_words().struggle_prepositions
    against = [*frame.objects, *(token for prep in prepositions for token in frame.preps.get(prep, ()))]
    if any(not parse.entity_types[token] and parse.lemmas[token] in word_class("struggle") for token in against):
        return True
    return any(parse.lemmas[token] in word_class("unarmed") for token in frame.modifiers)


def _is_armed(parse: Parse, trigger: int) -> bool:
    """Return whether the sentence, or the article several times, speaks of arms."""
    armed = word_class("armed")
    start, end = parse.sentences[parse.sentence_of[trigger]]
    if any(lemma in armed for lemma in parse.lemmas[start:end]):
        return True
    return len(armed & parse.vocabulary) >= MIN_ARMED_WORDS


def _is_done_by_nature(parse: Parse, subjects: Iterable[int]) -> bool:
    """Return whether forces of nature do it: snow that blocks a road restricts nobody's rights."""
    actors = list(subjects)
    nature = word_class("disaster")
    return bool(actors) and all(not parse.entity_types[token] and parse.lemmas[token] in nature for token in actors)


def _confidence(parse: Parse, trigger: int, event_type: str, probability: float, *, has_rule: bool) -> float:
    """Return how prominent the event is in its sentence: the probability of its type, less if it is embedded deeply.

    The exponent only spreads the values; the order is that of probability over depth. Of two events at the same depth
    of a sentence, one by a rule counts more than one by the model alone, and PLOVER's types more than those beyond.
    """
    score = (probability + RULE_WEIGHT * has_rule) / (1 + RULE_WEIGHT) / (1 + DEPTH_WEIGHT * _depth(parse, trigger))
    weight = BEYOND_PLOVER_WEIGHT if event_type in TYPES_BEYOND_PLOVER else 1.0
    return float((score * weight) ** CONFIDENCE_EXPONENT)


def _depth(parse: Parse, index: int) -> int:
    """Return how many words stand above *index*. What is reported counts as if it were said directly."""
    depth = 0
    while parse.heads[index] != index:
        head = parse.heads[index]
        is_report = parse.lemmas[head] in word_class("reporting_verb")
        depth += not (parse.deps[index] in {"ccomp", "parataxis"} and is_report)
        index = head
    return depth
