"""PLOVER's conventions: what an announced, a joint or a refused act is coded as.

After the PLOVER manual 0.8 (openeventdata/PLOVER), in our own words: a promise to cooperate is AGREE whatever is
promised, an announced withdrawal is CONCEDE, an exercise of one country is MOBILIZE and a joint one COOPERATE, and
one who will not yield, help or talk REJECTs. One who says that they will strike THREATENs: nothing has been done yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.enrich.grammar.clauses import SPEECH

if TYPE_CHECKING:
    from service.enrich.grammar.clauses import Flags
    from service.enrich.grammar.frames import Frame
    from service.enrich.grammar.parse import Parse

PROMISED = frozenset({"CONSULT", "SUPPORT", "COOPERATE", "AID"})
REFUSED = PROMISED | {"AGREE", "CONCEDE", "RETREAT"}
REFUSING = frozenset({"will", "wo", "would", "can", "could", "shall", "may", "must", "should", "ca"})
HOSTILE = frozenset({"PROTEST", "SANCTION", "COERCE", "ASSAULT"})
SAME = frozenset({"it", "they", "he", "she", "we", "i"})
"""Subjects of a reported clause that are most often the speaker."""
HANDED_OVER = frozenset({"release", "disarm", "access"})
"""Modes of RETREAT whose promise is AGREE; one to withdraw, to cease fire or to resign is CONCEDE."""
EXERCISE = frozenset({"exercise", "drill", "manoeuvre", "maneuver", "game", "wargame"})
JOINT = frozenset({"joint", "multinational", "allied", "combined", "bilateral", "nato"})
PEACEKEEPING = frozenset({"peacekeeper", "peacekeeping", "peace-keeping", "humanitarian", "relief"})
TOGETHER = frozenset({"with", "between", "alongside"})
GOING_ON = frozenset({"continue", "keep", "remain", "go"})


def apply(parse: Parse, frame: Frame, flags: Flags, *, kind: str, mode: str | None, actors: int) -> str:
    """Return the type of the event of *frame* by the conventions, given its type by its words; may clear *flags*."""
    if kind in {"MOBILIZE", "COOPERATE"} and frame.lemma in EXERCISE:
        return "COOPERATE" if _joint(parse, frame, actors) else "MOBILIZE"
    if kind == "MOBILIZE" and mode == "troops" and not flags.negated and _keeps_peace(parse, frame):
        kind = "AID"
    if flags.negated and kind in REFUSED and not flags.hypothetical and (kind == "AGREE" or _refuses(parse, frame)):
        flags.negated = flags.future = False
        return "REJECT"
    if flags.future and not (flags.negated or flags.hypothetical):
        if kind in PROMISED and frame.pos != "a" and not _goes_on(parse, frame):
            return "AGREE"
        if kind in HOSTILE and _announced(parse, frame):
            return "THREATEN"
        if kind == "RETREAT":
            return "AGREE" if mode in HANDED_OVER else "CONCEDE"
    return kind


def _announced(parse: Parse, frame: Frame) -> bool:
    """Tell whether the one who acts says so in advance: "the party said it would boycott the vote"."""
    verb = frame.carrier if frame.carrier >= 0 else frame.trigger
    told = parse.deps[verb] == "ccomp" and parse.lemmas[parse.heads[verb]] in SPEECH
    return told and any(parse.words[token] in SAME for token in frame.subjects)


def _joint(parse: Parse, frame: Frame, actors: int) -> bool:
    words = {parse.lemmas[token] for token in frame.modifiers}
    return bool(words & JOINT) or bool(TOGETHER & frame.preps.keys()) or actors > 1


def _keeps_peace(parse: Parse, frame: Frame) -> bool:
    """Tell whether the sentence speaks of peacekeeping or relief: troops that are sent for it are aid."""
    start, end = parse.sentences[parse.sentence_of[frame.trigger]]
    return any(lemma in PEACEKEEPING for lemma in parse.lemmas[start:end])


def _refuses(parse: Parse, frame: Frame) -> bool:
    """Tell whether somebody will not do it, which differs from it not having been done."""
    verb = frame.carrier if frame.carrier >= 0 else frame.trigger
    return any(parse.words[child] in REFUSING for child in parse.children_with(verb, "aux"))


def _goes_on(parse: Parse, frame: Frame) -> bool:
    """Tell whether it is going on already: "will continue to support"."""
    verb = frame.carrier if frame.carrier >= 0 else frame.trigger
    head = parse.heads[verb]
    return parse.lemmas[verb] in GOING_ON or (parse.deps[verb] == "xcomp" and parse.lemmas[head] in GOING_ON)
