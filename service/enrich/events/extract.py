"""From a parsed document to its events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.contract.records import Event, Mention
from service.contract.records import Span as SentenceSpan
from service.enrich.events import conventions, decision, features, trigger_candidates, type_model
from service.enrich.grammar import clauses as flags
from service.enrich.grammar import history, roles
from service.enrich.grammar.parse import Parse

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from spacy.tokens import Doc

    from service.contract.records import Location
    from service.enrich.events.decision import Decision
    from service.enrich.events.trigger_candidates import TriggerCandidate
    from service.enrich.grammar.clauses import Flags

USUAL, MOST = 2, 3
"""Events a sentence: those beyond the usual number are taken only where the model is surer than is needed else."""
LEAST_OF_MORE, LEAST_OF_MORE_BY_CONTEXT = 0.92, 0.5
CONTENT_OF = frozenset({"AGREE", "REJECT", "REQUEST", "THREATEN", "CONCEDE"})
"""What is promised, refused, asked or threatened is told by the event of the verb; it is not an event of its own."""
LIFTED = frozenset({"SANCTION", "COERCE"})
"""What is lifted or eased is told by the event that does so; it is not imposed once more."""
WORDS_BEFORE = 2
"""Most words before a noun that belong to the trigger: "air strikes", "peace talks"."""


@dataclass(frozen=True, slots=True)
class EventDraft:
    """An event before its spans are made."""

    candidate: TriggerCandidate
    decision: Decision
    type: str
    """The decision's type after PLOVER's conventions."""
    flags: Flags
    actors: list[tuple[int, int]]
    recipients: list[tuple[int, int]]

    @property
    def trigger(self) -> int:
        """Token index of the word that names the event."""
        return self.candidate.frame.trigger


def find(doc: Doc, locations: Iterable[Location] = (), published_at: datetime | None = None) -> list[Event]:
    """Return the events of *doc* in the order of the text.

    *doc* needs tags, a dependency parse with sentences, and entities; no lemmas. *locations* are the article's places:
    those whose mention stands in the event's clause become its locations; without them, the names of places in
    `doc.ents` do.
    Every span is given in code points of `doc.text`, all of one event in one sentence.
    """
    parse = Parse.of(doc)
    places = _places(doc, locations)
    found = _sentences(parse, _decided(parse, doc, published_at.year if published_at else None))
    return [_event(doc, parse, each, places) for each in found]


def _places(doc: Doc, locations: Iterable[Location]) -> list[tuple[int, int]]:
    spans = [
        doc.char_span(mention.start, mention.end, alignment_mode="expand")
        for location in locations
        for mention in location.mentions
        if mention.as_ == "name"
    ]
    found = [(span.start, span.end) for span in spans if span is not None]
    return sorted(found or [(ent.start, ent.end) for ent in doc.ents if ent.label_ in {"GPE", "LOC", "FAC"}])


def _decided(parse: Parse, doc: Doc, year: int | None) -> list[EventDraft]:
    """Return the candidates that are taken for events, with type, flags and arguments."""
    types = type_model.load()
    possible = trigger_candidates.find(parse, types.candidates)
    if not possible:
        return []
    described = [features.describe(parse, candidate.frame, candidate.entries) for candidate in possible]
    scores = types.probabilities(described)
    names = [(ent.start, ent.end) for ent in doc.ents if ent.label_ in roles.NAMES]
    dates = history.date_cues(parse)
    found = []
    for candidate, row in zip(possible, scores.tolist(), strict=True):
        decided = decision.decide(parse, candidate, row)
        if decided is None:
            continue
        sentence = parse.sentence_of[candidate.frame.trigger]
        flag = flags.read_flags(parse, candidate.frame, dates.get(sentence, []), year)
        actors, recipients = roles.arguments(parse, candidate.frame, names, decided.type)
        mode = decided.rule.mode if decided.rule else None
        coded = conventions.apply(parse, candidate.frame, flag, kind=decided.type, mode=mode, actors=len(actors))
        found.append(EventDraft(candidate, decided, coded, flag, actors, recipients))
    return found


def _sentences(parse: Parse, found: list[EventDraft]) -> list[EventDraft]:
    """Drop what another event of the sentence tells already, and keep the most confident of the rest."""
    by_sentence: dict[int, list[EventDraft]] = {}
    for each in found:
        by_sentence.setdefault(parse.sentence_of[each.trigger], []).append(each)
    kept = []
    for events in by_sentence.values():
        own = {event.trigger: event for event in events}
        rest = [event for event in events if not _told_already(parse, event, own)]
        rest.sort(key=lambda event: (-event.decision.confidence, event.trigger))
        best = rest[:USUAL] + [event for event in rest[USUAL:MOST] if _stands_out(event)]
        kept += sorted(best, key=lambda event: event.trigger)
    return kept


def _stands_out(event: EventDraft) -> bool:
    """Tell whether *event* is sure, or found by a rule that asks for more than the word."""
    return event.decision.event_probability >= (
        LEAST_OF_MORE_BY_CONTEXT if event.decision.by_context else LEAST_OF_MORE
    )


def _told_already(parse: Parse, event: EventDraft, others: dict[int, EventDraft]) -> bool:
    """Tell whether another event says the same: the verb that carries the noun, the promise of the act, or its end."""
    frame = event.candidate.frame
    carrying = others.get(frame.carrier) if frame.carrier != frame.trigger else None
    if carrying is not None and carrying.decision.rule is not None and carrying.type == event.type:
        return True
    if frame.pos == "v" and not (event.decision.rule and event.candidate.entries[0].conditions):
        carried = [
            other for other in others.values() if other is not event and other.candidate.frame.carrier == event.trigger
        ]
        if any(event.decision.rule is None or other.type != event.type for other in carried):
            return True
    if event.type in LIFTED and any(_lifts(parse, other, event.trigger) for other in others.values()):
        return True
    above = others.get(parse.heads[event.trigger])
    if above is None or above.type != event.type or above.type not in CONTENT_OF:
        return False
    return event.trigger in above.candidate.frame.to


def _lifts(parse: Parse, event: EventDraft, index: int) -> bool:
    """Tell whether *event* lifts what the word at *index* names: "eased the sanctions", "the lifting of the curfew"."""
    rule, lifted = event.decision.rule, event.candidate.frame.objects
    if rule is None or (rule.type, rule.mode) != ("RETREAT", "access"):
        return False
    return any(index in parse.coordinated(token) for token in lifted)


def _event(doc: Doc, parse: Parse, found: EventDraft, places: list[tuple[int, int]]) -> Event:
    frame, rule = found.candidate.frame, found.decision.rule
    start, end = parse.sentences[parse.sentence_of[frame.trigger]]
    sentence = doc[start:end]
    where = roles.places(parse, frame, places, [*found.actors, *found.recipients])
    return Event(
        type=found.type,
        mode=rule.mode if rule and rule.type == found.type else None,
        contexts=list(rule.contexts) if rule else [],
        tag=rule.tag if rule else None,
        trigger=mention(doc, _trigger(parse, found.candidate)),
        sentence=SentenceSpan(start=sentence.start_char, end=sentence.end_char),
        actors=[mention(doc, span) for span in found.actors],
        recipients=[mention(doc, span) for span in found.recipients],
        locations=[mention(doc, span) for span in where],
        negated=found.flags.negated,
        future=found.flags.future,
        hypothetical=found.flags.hypothetical,
        historical=found.flags.historical,
        confidence=round(found.decision.confidence, 3),
        rule=rule.id if rule else "type-model",
    )


def _trigger(parse: Parse, candidate: TriggerCandidate) -> tuple[int, int]:
    """Return the words that name the event: a verb with its particle, a noun with the nouns joined to it."""
    at = candidate.frame.trigger
    start, end = at, at + 1
    if candidate.frame.pos == "n":
        while start > 0 and at - start < WORDS_BEFORE and _belongs(parse, start - 1):
            start -= 1
    elif end < parse.size and parse.heads[end] == at and _particle(parse, end, candidate):
        end += 1
    return start, end


def _particle(parse: Parse, index: int, candidate: TriggerCandidate) -> bool:
    """Tell whether the word after a verb belongs to it: "pulled out", and "called for" where the rule says so."""
    asked = candidate.entries[0].companions if candidate.entries else ()
    return parse.deps[index] == "prt" or (parse.deps[index] == "prep" and parse.words[index] in asked)


def _belongs(parse: Parse, index: int) -> bool:
    return parse.deps[index] == "compound" and not parse.entity_types[index]


def mention(doc: Doc, span: tuple[int, int]) -> Mention:
    """Return the mention of the tokens *span*."""
    part = doc[span[0] : span[1]]
    return Mention(start=part.start_char, end=part.end_char, text=part.text)
