"""The stage: from a parsed document to its events."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from service.contract.annotations import Event, EventPlace, Participant
from service.contract.annotations import Span as SentenceSpan
from service.enrich.events import (
    decision,
    event_dates,
    identity,
    retelling,
    roles,
    selection,
    topic_priors,
    trigger_candidates,
)
from service.enrich.events.retelling import Telling
from service.enrich.events.selection import EventDraft, EventFlags
from service.enrich.grammar import clauses
from service.enrich.grammar.parse import Parse
from service.enrich.grammar.phrases import mention
from service.enrich.model import network_reading
from service.enrich.model.tokenizing import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spacy.tokens import Doc

    from service.contract.annotations import DateMention, Location
    from service.enrich.events.trigger_candidates import TriggerCandidate
    from service.enrich.grammar.phrases import TokenSpan

MIN_FLAG_PROBABILITY, WEIGHT_OF_WORDS = 0.5, 0.25
"""Probability from which a flag is set, and by how much the words of the clause raise or lower it."""
MAX_TRIGGER_WORDS_BEFORE_NOUN = 2
"""Of "air strikes" or "peace talks"."""


def find(
    doc: Doc,
    locations: Sequence[Location] = (),
    refers_to: Mapping[int, int] = MappingProxyType({}),
    dates: Sequence[DateMention] = (),
) -> list[Event]:
    """Return the events of *doc* in the order of the text.

    *doc* needs tags, a dependency parse with sentences, entities, and the network's reading; it needs no lemmas.
    All spans are `[start, end)` in code points of `doc.text`, and all spans of one event are in one sentence.

    Args:
        doc: The text.
        locations: The places of the article. An event has those that its clause mentions.
        refers_to: For each token that refers to an entity, the index of that entity. Participants have it.
        dates: The dates of the article. An event has the one that its clause names for it.
    """
    parse = Parse.of(doc)
    found = _drafts(parse, doc)
    drafts = selection.select(parse, found)
    condemned = selection.condemned(found, drafts)
    main = selection.main_events(drafts)
    datelines = frozenset(token for span in _place_names(doc, locations, "dateline") for token in range(*span))
    participants = roles.participants(parse, drafts, roles.names(doc), datelines, condemned)
    names, dated = _place_names(doc, locations, "name"), event_dates.by_sentence(parse, doc, dates)
    tellings = []
    for draft, of_event in zip(drafts, participants, strict=True):
        frame = draft.candidate.frame
        taken = [phrase.span for of_role in of_event for phrase in of_role]
        tellings.append(
            Telling(
                draft,
                of_event,
                {span: names[span] for span in roles.places(parse, frame, list(names), taken)},
                event_dates.find(parse, frame, dated.get(parse.sentence_of[frame.trigger], ())),
            )
        )
    first = retelling.first_tellings(parse, tellings, refers_to)
    events = [
        _event(doc, parse, telling, refers_to, main=index in main, same_as=first[index])
        for index, telling in enumerate(tellings)
    ]
    return identity.with_ids(text_of(doc), events)


def _place_names(doc: Doc, locations: Sequence[Location], how: str) -> dict[TokenSpan, int]:
    """Return the mentions of *locations* that are a *how*, in the order of the text, with the index of their place."""
    found = {}
    for index, location in enumerate(locations):
        for place in location.mentions:
            span = doc.char_span(place.start, place.end, alignment_mode="expand")
            if place.as_ == how and span is not None:
                found[span.start, span.end] = index
    return dict(sorted(found.items()))


def _drafts(parse: Parse, doc: Doc) -> list[EventDraft]:
    """Return the candidates that are events, with type and flags."""
    read = network_reading.of(doc)
    types = topic_priors.weigh(read.types, read.event_types, read.topics)
    drafts = []
    for candidate in trigger_candidates.find(parse, types):
        at = candidate.frame.trigger
        main = float(read.main[at])
        decided = decision.decide(parse, candidate, read.event_types, types[at].tolist(), main)
        if decided is None:
            continue
        flags = _flags(read.flags[at].tolist(), clauses.read_flags(parse, candidate.frame))
        drafts.append(EventDraft(candidate, decided, flags, main))
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


def _event(
    doc: Doc, parse: Parse, telling: Telling, refers_to: Mapping[int, int], *, main: bool, same_as: int | None
) -> Event:
    draft = telling.draft
    rule = draft.decision.rule
    start, end = parse.sentences[parse.sentence_of[draft.trigger]]
    sentence = doc[start:end]
    actors, recipients = (
        [Participant(**dict(mention(doc, phrase.span)), entity=refers_to.get(phrase.head)) for phrase in of_role]
        for of_role in telling.participants
    )
    return Event(
        type=draft.decision.type,
        mode=rule.mode if rule else None,
        contexts=list(rule.contexts) if rule else [],
        tag=rule.tag if rule else None,
        trigger=mention(doc, _trigger(parse, draft.candidate)),
        sentence=SentenceSpan(start=sentence.start_char, end=sentence.end_char),
        actors=actors,
        recipients=recipients,
        locations=[
            EventPlace(**dict(mention(doc, span)), location=location) for span, location in telling.places.items()
        ],
        negated=draft.flags.negated,
        future=draft.flags.future,
        hypothetical=draft.flags.hypothetical,
        historical=draft.flags.historical,
        main=main,
        same_as=same_as,
        date=telling.date,
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
