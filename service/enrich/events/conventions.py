"""PLOVER's conventions: the type of an announced, a joint or a refused act.

After the PLOVER manual 0.8 (openeventdata/PLOVER), in our own words: every promise to cooperate is AGREE; an announced
withdrawal is CONCEDE; an exercise of one country is MOBILIZE and a joint one COOPERATE; and a party that will not
yield, help or talk REJECTs. A party that says it will strike THREATENs, because nothing has been done yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.enrich.events.coding_words import coding_words
from service.enrich.grammar import clauses

if TYPE_CHECKING:
    from service.enrich.grammar.clauses import Flags
    from service.enrich.grammar.frames import Frame
    from service.enrich.grammar.parse import Parse

AGREE_IF_PROMISED = frozenset({"CONSULT", "SUPPORT", "COOPERATE", "AID"})
REJECT_IF_REFUSED = AGREE_IF_PROMISED | {"AGREE", "CONCEDE", "RETREAT"}
THREATEN_IF_ANNOUNCED = frozenset({"PROTEST", "SANCTION", "COERCE", "ASSAULT"})
RETREAT_MODES_TO_AGREE = frozenset({"release", "disarm", "access"})
"""Modes of RETREAT whose promise is AGREE; a promise to withdraw, to cease fire or to resign is CONCEDE."""


def apply(parse: Parse, frame: Frame, flags: Flags, *, event_type: str, mode: str | None, actors: int) -> str:
    """Return the type that PLOVER's conventions give the event of *frame*, and clear the flags that the type implies.

    *event_type* and *mode* are those by the words of the event; *actors* is how many actors it has.
    """
    if event_type in {"MOBILIZE", "COOPERATE"} and frame.lemma in coding_words().exercise_nouns:
        return "COOPERATE" if _is_joint(parse, frame, actors) else "MOBILIZE"
    if event_type == "MOBILIZE" and mode == "troops" and not flags.negated and _is_peacekeeping(parse, frame):
        event_type = "AID"
    is_refused = flags.negated and event_type in REJECT_IF_REFUSED and not flags.hypothetical
    if is_refused and (event_type == "AGREE" or _is_refusal(parse, frame)):
        flags.negated = flags.future = False
        return "REJECT"
    if flags.future and not (flags.negated or flags.hypothetical):
        if event_type in AGREE_IF_PROMISED and frame.pos != "a" and not _is_going_on(parse, frame):
            return "AGREE"
        if event_type in THREATEN_IF_ANNOUNCED and _is_announced(parse, frame):
            return "THREATEN"
        if event_type == "RETREAT":
            return "AGREE" if mode in RETREAT_MODES_TO_AGREE else "CONCEDE"
    return event_type


def _is_announced(parse: Parse, frame: Frame) -> bool:
    """Return whether the actor announces the act: "the party said it would boycott the vote"."""
    verb = frame.carrier if frame.carrier >= 0 else frame.trigger
    speakers = coding_words().speaker_pronouns
    return clauses.is_reported(parse, verb) and any(parse.words[token] in speakers for token in frame.subjects)


def _is_joint(parse: Parse, frame: Frame, actors: int) -> bool:
    words = {parse.lemmas[token] for token in frame.modifiers}
    has_partner = bool(coding_words().joint_prepositions & frame.preps.keys())
    return bool(words & coding_words().joint_modifiers) or has_partner or actors > 1


def _is_peacekeeping(parse: Parse, frame: Frame) -> bool:
    """Return whether the sentence is about peacekeeping or relief: troops sent for that are aid."""
    start, end = parse.sentences[parse.sentence_of[frame.trigger]]
    return any(lemma in coding_words().peacekeeping_words for lemma in parse.lemmas[start:end])


def _is_refusal(parse: Parse, frame: Frame) -> bool:
    """Return whether somebody will not do it, as opposed to not having done it."""
    verb = frame.carrier if frame.carrier >= 0 else frame.trigger
    return any(parse.words[child] in coding_words().refusing_auxiliaries for child in parse.children_with(verb, "aux"))


def _is_going_on(parse: Parse, frame: Frame) -> bool:
    """Return whether the act is going on already: "will continue to support"."""
    verb = frame.carrier if frame.carrier >= 0 else frame.trigger
    head, continuing = parse.heads[verb], coding_words().continuing_verbs
    return parse.lemmas[verb] in continuing or (parse.deps[verb] == "xcomp" and parse.lemmas[head] in continuing)
