"""The stage: from a parsed document to its events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.contract.annotations import Event, EventPlace, Participant
from service.contract.annotations import Span as SentenceSpan
from service.enrich.events import decision, identity, roles, selection, trigger_candidates
from service.enrich.events.selection import EventDraft, EventFlags
from service.enrich.grammar import clauses
from service.enrich.grammar.parse import Parse
from service.enrich.grammar.phrases import NAME_TYPES, TokenSpan, mention
from service.enrich.model import network_reading

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spacy.tokens import Doc

    from service.contract.annotations import Location
    from service.enrich.events.trigger_candidates import TriggerCandidate

PLACE_TYPES = frozenset({"GPE", "LOC", "FAC"})
MIN_FLAG_PROBABILITY, WEIGHT_OF_WORDS = 0.5, 0.25
"""Probability from which a flag is set, and by how much the words of the clause raise or lower it."""
MAX_TRIGGER_WORDS_BEFORE_NOUN = 2
"""Of "air strikes" or "peace talks"."""


def find(doc: Doc, locations: Iterable[Location] = ()) -> list[Event]:
    """Return the events of *doc* in the order of the text.

    *doc* needs tags, a dependency parse with sentences, entities, and the network's reading; it needs no lemmas.
    *locations* are the places of the article: an event gets those that its clause mentions. Without them, the names of
    places in `doc.ents` are used.
    All spans are `[start, end)` in code points of `doc.text`, and all spans of one event are in one sentence.
    """
    parse = Parse.of(doc)
    place_names = _place_names(doc, locations)
    drafts = selection.select(parse, _drafts(parse, doc))
    main = selection.main_events(drafts)
    events = [_event(doc, parse, draft, place_names, main=index in main) for index, draft in enumerate(drafts)]
    return identity.with_ids(doc.text, events)


def _place_names(doc: Doc, locations: Iterable[Location]) -> list[TokenSpan]:
    spans = [
        doc.char_span(place.start, place.end, alignment_mode="expand")
        for location in locations
        for place in location.mentions
        if place.as_ == "name"
    ]
    names = [(span.start, span.end) for span in spans if span is not None]
    return sorted(names or [(ent.start, ent.end) for ent in doc.ents if ent.label_ in PLACE_TYPES])


def _drafts(parse: Parse, doc: Doc) -> list[EventDraft]:
    """Return the candidates that are events, with type, flags and arguments."""
    read = network_reading.of(doc)
    names = [(ent.start, ent.end) for ent in doc.ents if ent.label_ in NAME_TYPES]
    drafts = []
    for candidate in trigger_candidates.find(parse, read.types):
        at = candidate.frame.trigger
        main = float(read.main[at])
        decided = decision.decide(parse, candidate, read.event_types, read.types[at].tolist(), main)
        if decided is None:
            continue
        actors, recipients = roles.arguments(parse, candidate.frame, names, decided.type)
        flags = _flags(read.flags[at].tolist(), clauses.read_flags(parse, candidate.frame))
        drafts.append(EventDraft(candidate, decided, flags, actors, recipients, main))
    return drafts


def _flags(probabilities: list[float], said: clauses.Flags) -> EventFlags:
    """Return the flags by the network's *probabilities*, raised or lowered by what the words of the clause say."""

    def is_set(probability: float, is_said: bool) -> bool:
        return probability + (WEIGHT_OF_WORDS if is_said else -WEIGHT_OF_WORDS) >= MIN_FLAG_PROBABILITY

    negated, future, hypothetical, historical = probabilities
    return EventFlags(
        negated=is_set(negated, said.negated),
        future=is_set(future, said.future),
        hypothetical=is_set(hypothetical, said.hypothetical),
        historical=historical >= MIN_FLAG_PROBABILITY,
    )


def _event(doc: Doc, parse: Parse, draft: EventDraft, place_names: list[TokenSpan], *, main: bool) -> Event:
    frame, rule = draft.candidate.frame, draft.decision.rule
    start, end = parse.sentences[parse.sentence_of[frame.trigger]]
    sentence = doc[start:end]
    places = roles.places(parse, frame, place_names, [*draft.actors, *draft.recipients])
    return Event(
        type=draft.decision.type,
        mode=rule.mode if rule else None,
        contexts=list(rule.contexts) if rule else [],
        tag=rule.tag if rule else None,
        trigger=mention(doc, _trigger(parse, draft.candidate)),
        sentence=SentenceSpan(start=sentence.start_char, end=sentence.end_char),
        actors=[Participant(**dict(mention(doc, span))) for span in draft.actors],
        recipients=[Participant(**dict(mention(doc, span))) for span in draft.recipients],
        locations=[EventPlace(**dict(mention(doc, span))) for span in places],
        negated=draft.flags.negated,
        future=draft.flags.future,
        hypothetical=draft.flags.hypothetical,
        historical=draft.flags.historical,
        main=main,
        confidence=round(draft.decision.confidence, 3),
        rule=rule.id if rule else "network",
    )


def _trigger(parse: Parse, candidate: TriggerCandidate) -> TokenSpan:
    """Return the words that name the event: a verb with its particle, a noun with the nouns joined to it."""
    trigger = candidate.frame.trigger
    start, end = trigger, trigger + 1
    if candidate.frame.pos == "n":
        while start > 0 and trigger - start < MAX_TRIGGER_WORDS_BEFORE_NOUN and _is_compound_part(parse, start - 1):
            start -= 1
    elif end < parse.size and parse.heads[end] == trigger and _is_particle(parse, end, candidate):
        end += 1
    return start, end


def _is_particle(parse: Parse, index: int, candidate: TriggerCandidate) -> bool:
    """Return whether the word after a verb belongs to it: "pulled out", or "called for" if the rule says so."""
    companions = candidate.entries[0].companions if candidate.entries else ()
    return parse.deps[index] == "prt" or (parse.deps[index] == "prep" and parse.words[index] in companions)


def _is_compound_part(parse: Parse, index: int) -> bool:
    return parse.deps[index] == "compound" and not parse.entity_types[index]
