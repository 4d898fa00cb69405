"""The roles of an event: who did it, to whom, and where. All are spans of the event's own sentence."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from service.enrich.events.coding_words import coding_words
from service.enrich.grammar.frames import ACTOR_TYPES
from service.enrich.grammar.phrases import START, noun_phrase
from service.enrich.grammar.word_lists import function_words, word_class

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.enrich.grammar.frames import Frame
    from service.enrich.grammar.parse import Parse
    from service.enrich.grammar.phrases import TokenSpan

NO_ACTOR_TYPES = frozenset(
    {"DATE", "TIME", "CARDINAL", "ORDINAL", "MONEY", "PERCENT", "QUANTITY", "EVENT", "LAW", "LANGUAGE", "WORK_OF_ART"}
)
TYPES_AIMED_THROUGH_THINGS = frozenset(
    {"ACCUSE", "REJECT", "SUPPORT", "SANCTION", "THREATEN", "ASSAULT", "COERCE", "COOPERATE", "AGREE", "CONSULT"}
)
"""Types whose object may be a thing that belongs to the recipient: "condemned the Russian aggression"."""
TYPES_FROM_ACTOR = frozenset({
    "ACCUSE", "AID", "ASSAULT", "COERCE", "CONCEDE", "PROTEST", "REJECT", "REQUEST", "SANCTION", "SUPPORT", "THREATEN",
})  # fmt: skip
"""Types whose nouns have the actor after "from": "attacks from Russia", "criticism from the opposition"."""
TYPES_ABOUT_SOMEBODY = frozenset({"THREATEN", "REJECT", "CONCEDE"})
"""Types whose recipient may be the object of the complement: "threatened to attack Poland"."""


def arguments(
    parse: Parse, frame: Frame, names: list[TokenSpan], event_type: str
) -> tuple[list[TokenSpan], list[TokenSpan]]:
    """Return the actors and the recipients of the event of *frame*; *names* are the spans of entities."""
    senders, deprived = _from_phrase(parse, frame, event_type)
    preps = frame.preps
    subjects = [*frame.subjects, *_on_the_part_of(parse, frame), *senders]
    actors = _actor_phrases(parse, subjects, names, inside=coding_words().owner_prepositions)
    if event_type == "AID":
        candidates = _helped(parse, frame)
    elif event_type == "MOBILIZE" or (event_type == "RETREAT" and frame.pos == "n"):
        candidates = preps.get("against", [])
    elif event_type in {"CONSULT", "COOPERATE", "AGREE"}:
        candidates = [*preps.get("with", []), *frame.objects, *preps.get("to", [])]
    elif event_type == "REQUEST":
        asked = [token for prep in coding_words().request_prepositions for token in preps.get(prep, ())]
        asked = [token for token in asked if token not in senders]
        candidates = [*frame.objects, *asked, *_subjects_of_complement(parse, frame)]
    else:
        targets = [token for prep in coding_words().target_prepositions for token in preps.get(prep, ())]
        content = _objects_of_complement(parse, frame) if event_type in TYPES_ABOUT_SOMEBODY else []
        candidates = [*frame.objects, *frame.datives, *targets, *deprived, *content]
    is_aimed = event_type in TYPES_AIMED_THROUGH_THINGS
    inside = coding_words().owner_or_target_prepositions if is_aimed else frozenset[str]()
    return actors, [span for span in _actor_phrases(parse, candidates, names, inside=inside) if span not in actors]


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


def _from_phrase(parse: Parse, frame: Frame, event_type: str) -> tuple[list[int], list[int]]:
    """Return the tokens after "from" that act, and those that lose something.

    A noun has its actor there, unless another is named: "Russia's attack from Belarus" only gives the direction. After
    a verb, it is who loses a thing ("seized weapons from the rebels"), unless somebody else is the object.
    """
    tokens = frame.preps.get("from", [])
    if frame.pos == "n" or parse.deps[frame.trigger] == "pobj":
        is_patient_noun = frame.lemma in word_class("patient_noun")
        names_actor = event_type in TYPES_FROM_ACTOR and not frame.subjects and not is_patient_noun
        return (tokens, []) if names_actor else ([], [])
    return [], [] if any(_can_act(parse, token) for token in frame.objects) else tokens


def _helped(parse: Parse, frame: Frame) -> list[int]:
    """Return who gets help: the tokens after "to" or "for", else the people who are the object."""
    recipients = [*frame.datives, *frame.preps.get("to", []), *frame.preps.get("for", [])]
    for thing in frame.objects:
        for preposition in parse.children_with(thing, "prep"):
            if parse.words[preposition] in {"to", "for"}:
                recipients += parse.children_with(preposition, "pobj")
    return recipients or [
        token
        for token in frame.objects
        if parse.entity_types[token] in ACTOR_TYPES or parse.lemmas[token] in word_class("people")
    ]


def _on_the_part_of(parse: Parse, frame: Frame) -> list[int]:
    """Return who acts in "the war on the part of Russia"."""
    parts = [token for token in frame.preps.get("on", []) if parse.words[token] == "part"]
    prepositions = [child for part in parts for child in parse.children_with(part, "prep")]
    return [child for preposition in prepositions for child in parse.children_with(preposition, "pobj")]


def _subjects_of_complement(parse: Parse, frame: Frame) -> list[int]:
    """Return who is to do what is asked for."""
    return [token for verb in frame.complements for token in parse.children_with(verb, "nsubj", "nsubjpass")]


def _objects_of_complement(parse: Parse, frame: Frame) -> list[int]:
    """Return whom a threat or a refusal is about."""
    tokens = []
    for verb in frame.complements:
        tokens += parse.children_with(verb, "dobj")
        for preposition in parse.children_with(verb, "prep"):
            if parse.words[preposition] in coding_words().target_prepositions:
                tokens += parse.children_with(preposition, "pobj")
    return tokens


def _actor_phrases(
    parse: Parse, tokens: Iterable[int], names: list[TokenSpan], *, inside: frozenset[str]
) -> list[TokenSpan]:
    """Return the phrases of those of *tokens* that can act, and of what can act inside the others.

    *inside* are the prepositions after which an actor stands inside a thing; if there are none, things are passed over.
    """
    spans: list[TokenSpan] = []
    for first in tokens:
        for token in parse.coordinated(first):
            if _can_act(parse, token):
                span = noun_phrase(parse, token, names)
            elif inside and (actor := _actor_inside(parse, token, inside)) is not None:
                span = noun_phrase(parse, actor, names)
            else:
                continue
            if not any(span[0] < end and start < span[1] for start, end in spans):
                spans.append(span)
    return spans


def _can_act(parse: Parse, token: int) -> bool:
    entity_type = parse.entity_types[token]
    if entity_type in ACTOR_TYPES or parse.words[token] in function_words().personal_pronouns:
        return True
    if entity_type in NO_ACTOR_TYPES or parse.pos[token] != "n":
        return False
    lemma = parse.lemmas[token]
    return lemma in word_class("people") or lemma in word_class("actor")


def _actor_inside(parse: Parse, token: int, prepositions: frozenset[str]) -> int | None:
    """Return the actor that a thing belongs to: "the Russian aggression", "the decision of the court"."""
    for child in parse.children[token]:
        if parse.deps[child] in {"amod", "compound", "poss", "nmod"} and (
            parse.entity_types[child] in ACTOR_TYPES or (parse.deps[child] == "poss" and _can_act(parse, child))
        ):
            return child
    for preposition in parse.children_with(token, "prep", "agent"):
        if parse.words[preposition] in prepositions:
            for child in parse.children_with(preposition, "pobj"):
                if _can_act(parse, child):
                    return child
    return None


def _place_preposition(parse: Parse, first: int, last: int) -> int | None:
    """Return the preposition of place before the name at `[first, last)`, or before the list that it is in."""
    head = next((token for token in range(first, last) if not first <= parse.heads[token] < last), last - 1)
    while parse.deps[head] in {"conj", "appos", "compound", "nmod", "poss"} and parse.heads[head] != head:
        head = parse.heads[head]
    preposition = parse.heads[head]
    is_place = parse.deps[head] == "pobj" and parse.words[preposition] in coding_words().place_prepositions
    return preposition if is_place else None


def _ancestors(parse: Parse, index: int) -> set[int]:
    ancestors = set()
    while parse.heads[index] != index:
        index = parse.heads[index]
        ancestors.add(index)
    return ancestors
