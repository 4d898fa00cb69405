"""From a parsed document to its events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.enrich.events import candidates, conventions, flags, model, roles
from service.enrich.events.data import word_class
from service.enrich.events.syntax import Syntax
from service.records import Event, Mention
from service.records import Span as SentenceSpan

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from spacy.tokens import Doc

    from service.enrich.events.candidates import Candidate
    from service.enrich.events.flags import Flags
    from service.enrich.events.rules import Entry, Rule
    from service.records import Location

LEAST_BY_CONTEXT, LEAST_BY_RULE, LEAST_BY_MODEL = 0.25, 0.35, 0.55
"""An event is taken where the model is this sure that it is one: by a rule with conditions, by a word alone, without."""
LEAST_OF_TYPE = 0.25
"""Least probability of the type itself where no rule gives it."""
CONTEXT_BONUS, WORD_BONUS, LESSER_BONUS = 0.6, 0.4, 0.1
"""Added to the probability of a type that a rule gives, when types are compared; most by a rule with
conditions, least where another rule asks for more."""
TRIGGERS = "triggers"
"""Span group of the trained trigger tagger, where the pipeline has one; a span's label is its type."""
TAGGED, NOT_TAGGED = 2.0, 2.0
"""How many times likelier an event, or none, is for what the tagger says."""
USUAL, MOST = 2, 3
"""Events a sentence: those beyond the usual number are taken only where the model is surer than `LEAST_OF_MORE`."""
LEAST_OF_MORE, LEAST_OF_MORE_BY_CONTEXT = 0.85, 0.55
CONTEXT = 2
"""Conditions of a rule that asks for an argument or a companion, not for a word alone."""
RULE_WEIGHT, DEPTH_WEIGHT, SPREAD = 0.2, 2.0, 0.3
ACTS = frozenset({"COERCE", "ASSAULT", "MOBILIZE", "SANCTION", "PROTEST", "REJECT", "THREATEN"})
"""Types that somebody must do."""
BEYOND_WEIGHT = 0.3
BEYOND_PLOVER = frozenset({"ELECTION", "APPOINT", "DISASTER", "MIGRATION", "CRIME", "ECONOMY", "LEGISLATE", "DEATH"})
CONTENT_OF = frozenset({"AGREE", "REJECT", "REQUEST", "THREATEN", "CONCEDE"})
"""What is promised, refused, asked or threatened is told by the event of the verb; it is not an event of its own."""


@dataclass(slots=True)
class Found:
    """An event before its spans are made."""

    candidate: Candidate
    type: str
    rule: Rule | None
    probability: float
    confidence: float
    flags: Flags
    actors: list[tuple[int, int]]
    recipients: list[tuple[int, int]]


def find(doc: Doc, locations: Iterable[Location] = (), published_at: datetime | None = None) -> list[Event]:
    """Return the events of *doc* in the order of the text.

    *doc* needs tags, a dependency parse with sentences, and entities; no lemmas. Tokens of `doc.spans["triggers"]`,
    where there are any, become candidates too. *locations* are the article's places: those whose mention stands in
    the event's clause become its locations; without them, the names of places in `doc.ents` do.
    Every span is given in code points of `doc.text`, all of one event in one sentence.
    """
    syntax = Syntax.of(doc)
    names = [(ent.start, ent.end) for ent in doc.ents if ent.label_ in roles.NAMES]
    places = _places(doc, locations)
    year = published_at.year if published_at else None
    found = _sentences(syntax, _typed(syntax, doc, names, year))
    return [_event(doc, syntax, each, places) for each in found]


def _places(doc: Doc, locations: Iterable[Location]) -> list[tuple[int, int]]:
    spans = [
        doc.char_span(mention.start, mention.end, alignment_mode="expand")
        for location in locations
        for mention in location.mentions
        if mention.as_ == "name"
    ]
    found = [(span.start, span.end) for span in spans if span is not None]
    return sorted(found or [(ent.start, ent.end) for ent in doc.ents if ent.label_ in {"GPE", "LOC", "FAC"}])


def _typed(syntax: Syntax, doc: Doc, names: list[tuple[int, int]], year: int | None) -> list[Found]:
    """Return the candidates that the model takes for events, with type, flags and arguments."""
    types = model.load()
    tagged = _tagged(doc)
    found = []
    nothing = types.types.index(model.NONE)
    for candidate, sparse, dense in candidates.described(
        syntax, candidates.find(syntax, types.candidates, tagged or ())
    ):
        scores = types.probabilities(sparse, dense)
        sure = _sure(float(1 - scores[nothing]), tagged, candidate.frame.trigger)
        if sure < min(LEAST_BY_CONTEXT, LEAST_BY_RULE):
            continue
        by_rule = {entry.rule.type: entry for entry in reversed(candidate.entries)}
        most = candidate.entries[0].conditions if candidate.entries else 0
        full = CONTEXT_BONUS if most >= CONTEXT else WORD_BONUS
        bonus = {name: full if entry.conditions == most else LESSER_BONUS for name, entry in by_rule.items()}
        kind = max(
            (name for name in types.types if name != model.NONE),
            key=lambda name: scores[types.types.index(name)] + bonus.get(name, 0.0),  # noqa: B023 - used at once
        )
        share = float(scores[types.types.index(kind)])
        if not _enough(sure, share, [entry for entry in candidate.entries if entry.rule.type == kind]):
            continue
        frame = candidate.frame
        if kind in ACTS and frame.subjects and all(_inanimate(syntax, token) for token in frame.subjects):
            continue
        flag = flags.read(syntax, frame, year)
        actors, recipients = roles.arguments(syntax, frame, names, kind)
        rule = by_rule[kind].rule if kind in by_rule else None
        coded = conventions.apply(syntax, frame, kind, rule.mode if rule else None, flag, len(actors))
        confidence = _confidence(syntax, frame.trigger, share, kind in by_rule, kind in BEYOND_PLOVER)
        found.append(Found(candidate, coded, rule, sure, confidence, flag, actors, recipients))
    return found


def _inanimate(syntax: Syntax, token: int) -> bool:
    """Tell whether *token* is a force of nature: snow that blocks a road restricts nobody's rights."""
    return not syntax.ents[token] and syntax.lemmas[token] in word_class("disaster")


def _enough(sure: float, share: float, entries: list[Entry]) -> bool:
    """Tell whether the model is sure enough of an event of the type that *entries* give, with *share* of it."""
    if not entries:
        return sure >= LEAST_BY_MODEL and share >= LEAST_OF_TYPE
    return sure >= (LEAST_BY_CONTEXT if entries[0].conditions >= CONTEXT else LEAST_BY_RULE)


def _tagged(doc: Doc) -> frozenset[int] | None:
    """Return the tokens in spans of the trigger tagger; None where the pipeline has no such tagger."""
    if TRIGGERS not in doc.spans:
        return None
    return frozenset(at for span in doc.spans[TRIGGERS] for at in range(span.start, span.end))


def _sure(probability: float, tagged: frozenset[int] | None, trigger: int) -> float:
    """Return the probability that *trigger* names an event, with what the trigger tagger says of it taken in."""
    if tagged is None:
        return probability
    odds = TAGGED if trigger in tagged else 1 / NOT_TAGGED
    return probability * odds / (probability * odds + 1 - probability)


def _confidence(syntax: Syntax, trigger: int, share: float, by_rule: bool, beyond: bool) -> float:
    """Return how far the event is what its sentence says: the model's share of its type, less for what is embedded.

    The exponent only spreads the values; the order is that of share over depth. Where a sentence tells two events at
    the same depth, a rule counts for more than the model alone, and PLOVER's types for more than those beyond it.
    """
    score = (share + RULE_WEIGHT * by_rule) / (1 + RULE_WEIGHT) / (1 + DEPTH_WEIGHT * _depth(syntax, trigger))
    return float((score * (BEYOND_WEIGHT if beyond else 1.0)) ** SPREAD)


def _depth(syntax: Syntax, index: int) -> int:
    """Return how many words stand above *index*; what is reported counts as if said directly."""
    depth = 0
    while syntax.heads[index] != index:
        head = syntax.heads[index]
        depth += not (syntax.deps[index] in {"ccomp", "parataxis"} and syntax.lemmas[head] in flags.SPEECH)
        index = head
    return depth


def _sentences(syntax: Syntax, found: list[Found]) -> list[Found]:
    """Drop what another event of the sentence tells already, and keep the most confident of the rest."""
    by_sentence: dict[int, list[Found]] = {}
    for each in found:
        by_sentence.setdefault(syntax.sentence_of[each.candidate.frame.trigger], []).append(each)
    kept = []
    for events in by_sentence.values():
        own = {event.candidate.frame.trigger: event for event in events}
        rest = [event for event in events if not _told_already(syntax, event, own)]
        rest.sort(key=lambda event: (-event.confidence, event.candidate.frame.trigger))
        best = rest[:USUAL] + [event for event in rest[USUAL:MOST] if _stands_out(event)]
        kept += sorted(best, key=lambda event: event.candidate.frame.trigger)
    return kept


def _stands_out(event: Found) -> bool:
    """Tell whether *event* is sure, or found by a rule that asks for more than the word."""
    by_context = event.rule is not None and event.candidate.entries[0].conditions >= CONTEXT
    return event.probability >= (LEAST_OF_MORE_BY_CONTEXT if by_context else LEAST_OF_MORE)


def _told_already(syntax: Syntax, event: Found, others: dict[int, Found]) -> bool:
    frame = event.candidate.frame
    carrying = others.get(frame.carrier) if frame.carrier != frame.trigger else None
    if carrying is not None and carrying.rule is not None and carrying.type == event.type:
        return True
    if frame.kind == "v" and not (event.rule and event.candidate.entries[0].conditions):
        carried = [
            other for other in others.values() if other is not event and other.candidate.frame.carrier == frame.trigger
        ]
        if any(event.rule is None or other.type != event.type for other in carried):
            return True
    head = syntax.heads[frame.trigger]
    above = others.get(head)
    return (
        above is not None
        and above.type == event.type
        and above.type in CONTENT_OF
        and frame.trigger in above.candidate.frame.to
    )


def _event(doc: Doc, syntax: Syntax, found: Found, places: list[tuple[int, int]]) -> Event:
    frame, rule = found.candidate.frame, found.rule
    start, end = syntax.sentences[syntax.sentence_of[frame.trigger]]
    sentence = doc[start:end]
    where = roles.places(syntax, frame, places, [*found.actors, *found.recipients])
    same = rule is not None and rule.type == found.type
    return Event(
        type=found.type,
        mode=rule.mode if rule and same else None,
        contexts=list(rule.contexts) if rule else [],
        tag=rule.tag if rule else None,
        trigger=_mention(doc, _trigger(syntax, found.candidate)),
        sentence=SentenceSpan(start=sentence.start_char, end=sentence.end_char),
        actors=[_mention(doc, span) for span in found.actors],
        recipients=[_mention(doc, span) for span in found.recipients],
        locations=[_mention(doc, span) for span in where],
        negated=found.flags.negated,
        future=found.flags.future,
        hypothetical=found.flags.hypothetical,
        historical=found.flags.historical,
        confidence=round(found.confidence, 3),
        rule=rule.id if rule else "type-model",
    )


def _trigger(syntax: Syntax, candidate: Candidate) -> tuple[int, int]:
    """Return the words that name the event: a verb with its particle, a noun with the nouns joined to it."""
    at = candidate.frame.trigger
    start, end = at, at + 1
    if candidate.frame.kind == "n":
        while start > 0 and syntax.deps[start - 1] == "compound" and not syntax.ents[start - 1] and at - start < 2:
            start -= 1
    elif end < syntax.size and syntax.deps[end] == "prt" and syntax.heads[end] == at:
        end += 1
    return start, end


def _mention(doc: Doc, span: tuple[int, int]) -> Mention:
    part = doc[span[0] : span[1]]
    return Mention(start=part.start_char, end=part.end_char, text=part.text)
