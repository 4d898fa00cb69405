"""Whether a candidate is an event, of which type, and how far it is what its sentence says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.enrich.events import type_model
from service.enrich.grammar import clauses
from service.enrich.grammar.word_lists import word_class

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.enrich.events.rules import Rule, RuleEntry
    from service.enrich.events.trigger_candidates import TriggerCandidate
    from service.enrich.grammar.frames import Frame
    from service.enrich.grammar.parse import Parse

CONTEXT = 2
"""Conditions of a rule that asks for an argument or a companion, not for a word alone."""
LEAST_BY_CONTEXT, LEAST_BY_RULE, LEAST_BY_MODEL = 0.25, 0.4, 0.6
"""How sure the model must be that it is an event: by a rule with conditions, by one of a word alone, without any."""
LEAST_OF_TYPE = 0.25
"""Least probability of the type itself where no rule gives it."""
CONTEXT_BONUS, WORD_BONUS, LESSER_BONUS = 0.6, 0.4, 0.1
"""Added to the probability of a type that a rule gives, when types are compared; least where another rule asks more."""
RULE_WEIGHT, DEPTH_WEIGHT, SPREAD = 0.2, 2.0, 0.3
ACTS = frozenset({"COERCE", "ASSAULT", "MOBILIZE", "SANCTION", "PROTEST", "REJECT", "THREATEN"})
"""Types that somebody must do."""
AIMED = ("against", "on", "for", "over", "with")
FIGURATIVE, WARNING = "attack", "warn"
"""Rules whose words are often meant otherwise."""
SHORT, ARMED_WORDS = 5, 3
"""Sentences of a text too short to judge by; different words of armed violence that make an article one of it."""
BEYOND_PLOVER = frozenset({"ELECTION", "APPOINT", "DISASTER", "MIGRATION", "CRIME", "ECONOMY", "LEGISLATE", "DEATH"})
BEYOND_WEIGHT = 0.3
"""Where a sentence tells an event of PLOVER's types and another, PLOVER's goes first."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a candidate was taken for."""

    type: str
    rule: Rule | None
    """The rule that gives the type; None where the model alone does."""
    by_context: bool
    event_probability: float
    """Probability that it is an event of any type."""
    confidence: float


def decide(parse: Parse, candidate: TriggerCandidate, scores: list[float]) -> Decision | None:
    """Return the type of *candidate*, or None where it is no event; *scores* are the model's, by type."""
    types = type_model.load().types
    sure = 1 - scores[types.index(type_model.NONE)]
    if sure < LEAST_BY_CONTEXT:
        return None
    by_type = dict(zip(types, scores, strict=True))
    del by_type[type_model.NONE]
    weighed = by_type | {name: by_type[name] + bonus for name, bonus in _bonus(candidate.entries).items()}
    kind = max(weighed, key=weighed.__getitem__)
    entry = next((entry for entry in candidate.entries if entry.rule.type == kind), None)
    by_context = entry is not None and entry.conditions >= CONTEXT
    if entry is None:
        enough = sure >= LEAST_BY_MODEL and by_type[kind] >= LEAST_OF_TYPE
    else:
        enough = sure >= (LEAST_BY_CONTEXT if by_context else LEAST_BY_RULE)
    if not enough or _misread(parse, candidate, kind, entry):
        return None
    rule = entry.rule if entry else None
    confidence = _confidence(parse, candidate.frame.trigger, by_type[kind], rule=rule, beyond=kind in BEYOND_PLOVER)
    return Decision(kind, rule, by_context, sure, confidence)


def _bonus(entries: list[RuleEntry]) -> dict[str, float]:
    """Return what is added to the types that *entries* give; those with most conditions stand first."""
    if not entries:
        return {}
    most = entries[0].conditions
    full = CONTEXT_BONUS if most >= CONTEXT else WORD_BONUS
    return {entry.rule.type: full if entry.conditions == most else LESSER_BONUS for entry in reversed(entries)}


def _misread(parse: Parse, candidate: TriggerCandidate, kind: str, entry: RuleEntry | None) -> bool:
    """Tell whether the words mean something else here: a war of words, a storm that blocks roads, its warning."""
    frame = candidate.frame
    if kind == "ASSAULT" and entry is not None and entry.rule.id == FIGURATIVE and not entry.conditions:
        return _unarmed(parse, frame) or (len(parse.sentences) > SHORT and not _armed(parse, frame.trigger))
    if kind == "THREATEN" and entry is not None and entry.rule.id == WARNING:
        start, end = parse.sentences[parse.sentence_of[frame.trigger]]
        return any(lemma in word_class("disaster") for lemma in parse.lemmas[start:end])
    return kind in ACTS and _by_nature(parse, frame.subjects)


def _unarmed(parse: Parse, frame: Frame) -> bool:
    """Tell whether it is a fight without arms: "the battle against inflation", "a trade war", "fight the blaze"."""
    against = [*frame.objects, *(token for prep in AIMED for token in frame.preps.get(prep, ()))]
    if any(not parse.entity_types[token] and parse.lemmas[token] in word_class("struggle") for token in against):
        return True
    return any(parse.lemmas[token] in word_class("unarmed") for token in frame.modifiers)


def _armed(parse: Parse, trigger: int) -> bool:
    """Tell whether the sentence, or the article twice, speaks of arms."""
    armed = word_class("armed")
    start, end = parse.sentences[parse.sentence_of[trigger]]
    if any(lemma in armed for lemma in parse.lemmas[start:end]):
        return True
    return len(armed & parse.vocabulary) >= ARMED_WORDS


def _by_nature(parse: Parse, subjects: Iterable[int]) -> bool:
    """Tell whether forces of nature do it: snow that blocks a road restricts nobody's rights."""
    actors = list(subjects)
    nature = word_class("disaster")
    return bool(actors) and all(not parse.entity_types[token] and parse.lemmas[token] in nature for token in actors)


def _confidence(parse: Parse, trigger: int, share: float, *, rule: Rule | None, beyond: bool) -> float:
    """Return how far the event is what its sentence says: the model's share of its type, less for what is embedded.

    The exponent only spreads the values; the order is that of share over depth. Where a sentence tells two events at
    the same depth, a rule counts for more than the model alone, and PLOVER's types for more than those beyond it.
    """
    score = (share + RULE_WEIGHT * (rule is not None)) / (1 + RULE_WEIGHT) / (1 + DEPTH_WEIGHT * _depth(parse, trigger))
    return float((score * (BEYOND_WEIGHT if beyond else 1.0)) ** SPREAD)


def _depth(parse: Parse, index: int) -> int:
    """Return how many words stand above *index*; what is reported counts as if said directly."""
    depth = 0
    while parse.heads[index] != index:
        head = parse.heads[index]
        depth += not (parse.deps[index] in {"ccomp", "parataxis"} and parse.lemmas[head] in clauses.SPEECH)
        index = head
    return depth
