"""The roles of an event: who did it, to whom, and where. All are spans of the event's own sentence."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple, get_args

from service.contract.annotations import EntityType
from service.enrich.events import role_candidates, role_features, role_model
from service.enrich.grammar.phrases import START, noun_phrase
from service.enrich.grammar.word_lists import function_words, noun_classes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.tokens import Doc

    from service.enrich.events.role_candidates import Candidate
    from service.enrich.events.role_features import Known
    from service.enrich.events.selection import EventDraft
    from service.enrich.grammar.frames import Frame
    from service.enrich.grammar.parse import Parse
    from service.enrich.grammar.phrases import TokenSpan

MIN_SHARE, MIN_PART_OF_LIKELIEST = 0.26, 0.5
"""Least probability of the likeliest actor or recipient of an event, and of each further one as a part of that.

Chosen on the development part of the labelled articles: a greater one misses more events, a lower one errs more often.
"""
NAME_LABELS = frozenset(get_args(EntityType))
PLACE_TYPES = frozenset({"GPE", "LOC", "FAC"})


class Phrase(NamedTuple):
    """Who takes part in an event."""

    span: TokenSpan
    head: int
    """The token that says who it is."""


class Participants(NamedTuple):
    """Those who take part in an event, in the order of the text."""

    actors: list[Phrase]
    recipients: list[Phrase]


def names(doc: Doc) -> list[TokenSpan]:
    """Return the spans of the entities of *doc*, in the order of the text."""
    return [(ent.start, ent.end) for ent in doc.ents if ent.label_ in NAME_LABELS]


def participants(
    parse: Parse,
    drafts: Sequence[EventDraft],
    names: list[TokenSpan],
    datelines: frozenset[int],
    condemned: Sequence[EventDraft] = (),
) -> list[Participants]:
    """Return the participants of each of *drafts*.

    A word of *datelines*, by its token index, is none, and neither is one that names an event: who condemns an attack
    does something to those who attacked. *condemned* are such attacks that are no events of the record themselves.
    """
    events, drafts = len(drafts), [*drafts, *condemned]
    triggers = {draft.trigger: number for number, draft in enumerate(drafts)}
    model = role_model.load()
    by_sentence: dict[int, tuple[list[Candidate], Known]] = {}
    rows: list[list[int]] = [[] for _ in range(role_features.ALL)]
    counts = []
    for draft in drafts:
        number = parse.sentence_of[draft.trigger]
        if number not in by_sentence:
            sentence = parse.sentences[number]
            found = role_candidates.find(parse, sentence, names)
            by_sentence[number] = found, role_features.of_candidates(parse, sentence, found, model.rows)
        frame, event_type = draft.candidate.frame, draft.decision.type
        counts.append(len(by_sentence[number][0]))
        of_event = role_features.of_event(parse, frame, event_type, *by_sentence[number], rows=model.rows)
        for of_feature, of_candidates in zip(rows, of_event, strict=True):
            of_feature.extend(of_candidates)
    shares = iter(model.shares(rows, counts).tolist())
    result, acts = [], []
    for draft in drafts:
        candidates, _ = by_sentence[parse.sentence_of[draft.trigger]]
        scored = [
            (candidate.head, row)
            for candidate, row in zip(candidates, itertools.islice(shares, len(candidates)), strict=True)
            if candidate.head not in datelines
            and not _is_scene(parse, candidate.head)
            and not _is_time(parse, candidate.head)
        ]
        result.append(_chosen(parse, [row for row in scored if row[0] not in triggers], names))
        acts.append([triggers[token] for token in draft.candidate.frame.objects if token in triggers])
    for draft, participants_of, of_draft in zip(drafts, result, acts, strict=True):
        if of_draft:
            own = {token for phrase in participants_of.actors for token in parse.coordinated(phrase.head)}
            if draft.decision.type == "ACCUSE":
                for act in of_draft:
                    actors = result[act].actors
                    actors[:] = [phrase for phrase in actors if phrase.head not in own]
            actors = [phrase for act in of_draft for phrase in result[act].actors]
            participants_of.recipients[:] = [phrase for phrase in actors if phrase.head not in own]
    return result[:events]


def _chosen(parse: Parse, scored: list[tuple[int, list[float]]], names: list[TokenSpan]) -> Participants:
    """Return the likeliest words of *scored* for either role, what "and" joins to them, and others likely enough."""
    ranked = sorted((-share, head, role) for head, row in scored for role, share in enumerate(row))
    least, joined = [MIN_SHARE, MIN_SHARE], [set[int](), set[int]()]
    chosen: tuple[list[Phrase], list[Phrase]] = ([], [])
    for negative_share, head, role in ranked:
        phrases = chosen[role]
        if -negative_share < least[role] and head not in joined[role]:
            continue
        start, end = span = noun_phrase(parse, head, names)
        if all(end <= other.span[0] or other.span[1] <= start for of_role in chosen for other in of_role):
            if not phrases:
                least[role] = -negative_share * MIN_PART_OF_LIKELIEST
                joined[role].update(parse.coordinated(head))
            phrases.append(Phrase(span, head))
    return Participants(*(sorted(phrases) for phrases in chosen))


def _is_scene(parse: Parse, head: int) -> bool:
    """Return whether *head* names the place where something happens: it takes no part in that."""
    preposition = parse.heads[head]
    is_place = parse.entity_types[head] in PLACE_TYPES and parse.deps[head] == "pobj"
    return is_place and parse.words[preposition] in function_words().scene_prepositions


def _is_time(parse: Parse, head: int) -> bool:
    """Return whether *head* is a time: "the attack lasted for hours"."""
    return not parse.entity_types[head] and noun_classes().get(parse.lemmas[head]) == "time"


def places(parse: Parse, frame: Frame, names: list[TokenSpan], taken: list[TokenSpan]) -> list[TokenSpan]:
    """Return the places of the event's clause among *names*, except those *taken* as actors or recipients.

    *names* are the spans of places in the order of the text.
    """
    start, end = parse.sentences[parse.sentence_of[frame.trigger]]
    verbs = {frame.trigger, frame.carrier if frame.carrier >= 0 else frame.trigger}
    clause = parse.verb_of_clause(min(verbs))
    in_sentence = names[bisect_left(names, start, key=START) : bisect_left(names, end, key=START)]
    spans = []
    for first, last in in_sentence:
        if last > end or (first, last) in taken:
            continue
        preposition = _place_preposition(parse, first, last)
        if preposition is None:
            continue
        above = _ancestors(parse, preposition)
        if verbs & above or (clause in above and parse.verb_of_clause(preposition) == clause):
            spans.append((first, last))
    return spans


def _place_preposition(parse: Parse, first: int, last: int) -> int | None:
    """Return the preposition of place before the name at `[first, last)`, or before the list that it is in."""
    head = next((token for token in range(first, last) if not first <= parse.heads[token] < last), last - 1)
    while parse.deps[head] in {"conj", "appos", "compound", "nmod", "poss"} and parse.heads[head] != head:
        head = parse.heads[head]
    preposition = parse.heads[head]
    is_place = parse.deps[head] == "pobj" and parse.words[preposition] in function_words().place_prepositions
    return preposition if is_place else None


def _ancestors(parse: Parse, index: int) -> set[int]:
    ancestors = set()
    while parse.heads[index] != index:
        index = parse.heads[index]
        ancestors.add(index)
    return ancestors
