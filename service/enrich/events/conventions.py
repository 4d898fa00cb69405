"""PLOVER's conventions: what an announced, a joint or a refused act is coded as.

After the PLOVER manual 0.8 (openeventdata/PLOVER), in our own words: a promise to cooperate is AGREE whatever is
promised, an announced withdrawal is CONCEDE, an exercise of one country is MOBILIZE and a joint one COOPERATE, and
one who will not yield, help or talk REJECTs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.enrich.events.flags import Flags
    from service.enrich.events.frames import Frame
    from service.enrich.events.syntax import Syntax

PROMISED = frozenset({"CONSULT", "SUPPORT", "COOPERATE", "AID"})
REFUSED = PROMISED | {"AGREE", "CONCEDE", "RETREAT"}
REFUSING = frozenset({"will", "wo", "would", "can", "could", "shall", "may", "must", "should", "ca"})
EXERCISE = frozenset({"exercise", "drill", "manoeuvre", "maneuver", "game", "wargame"})
JOINT = frozenset({"joint", "multinational", "allied", "combined", "bilateral", "nato"})
GOING_ON = frozenset({"continue", "keep", "remain", "go"})


def apply(syntax: Syntax, frame: Frame, kind: str, flags: Flags, actors: int) -> str:
    """Return the type of the event of *frame* by the conventions, given its type by its words; may clear *flags*."""
    if kind in {"MOBILIZE", "COOPERATE"} and frame.lemma in EXERCISE:
        return "COOPERATE" if _joint(syntax, frame, actors) else "MOBILIZE"
    if flags.negated and kind in REFUSED and not flags.hypothetical and _refuses(syntax, frame):
        flags.negated = flags.future = False
        return "REJECT"
    if flags.future and not (flags.negated or flags.hypothetical):
        if kind in PROMISED and not _goes_on(syntax, frame):
            return "AGREE"
        if kind == "RETREAT":
            return "CONCEDE"
    return kind


def _joint(syntax: Syntax, frame: Frame, actors: int) -> bool:
    words = {syntax.lemmas[token] for token in frame.modifiers}
    return bool(words & JOINT) or "with" in frame.preps or actors > 1


def _refuses(syntax: Syntax, frame: Frame) -> bool:
    """Tell whether somebody will not do it, which differs from it not having been done."""
    verb = frame.carrier if frame.carrier >= 0 else frame.trigger
    return any(syntax.words[kid] in REFUSING for kid in syntax.children(verb, "aux"))


def _goes_on(syntax: Syntax, frame: Frame) -> bool:
    """Tell whether it is going on already: "will continue to support"."""
    verb = frame.carrier if frame.carrier >= 0 else frame.trigger
    head = syntax.heads[verb]
    return syntax.lemmas[verb] in GOING_ON or (syntax.deps[verb] == "xcomp" and syntax.lemmas[head] in GOING_ON)
