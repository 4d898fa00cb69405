"""Whether an event really took place, from the words: negated, future, hypothetical, historical.

What a clause says of itself (modals, negation, "if") and what the words above it say ("plans to", "fear of",
"refused to") are looked up in `data/event_flags.yaml`; `history.py` reads whether it is told as history.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.enrich.events import history
from service.enrich.events.data import flag_words

if TYPE_CHECKING:
    from service.enrich.events.frames import Frame
    from service.enrich.events.syntax import Syntax

STEPS = 4
"""How many governing words are read above an event."""
CLAUSE = frozenset({"xcomp", "ccomp", "pcomp", "acl"})
NOMINAL = frozenset({"dobj", "pobj", "prep", "nsubjpass", "compound", "attr"})
TOPICAL = frozenset({"of", "for", "about", "against", "on", "to"})
"""Prepositions that tie an event to the noun above it: "the threat of", "a call for"."""
SPEECH = frozenset(
    {"say", "tell", "announce", "report", "add", "state", "declare", "note", "confirm", "explain", "claim"}
)


@dataclass(slots=True)
class Flags:
    """The four flags of an event: PLOVER's auxiliary modes."""

    negated: bool = False
    future: bool = False
    hypothetical: bool = False
    historical: bool = False


def read(syntax: Syntax, frame: Frame, dates: list[int], year: int | None) -> Flags:
    """Return the flags of the event of *frame*.

    *dates* are the cues of `history` in its sentence; *year* is that of publication, where known.
    """
    flags = Flags()
    verb = frame.carrier if frame.carrier >= 0 else frame.trigger
    _clause(syntax, verb, flags)
    if frame.trigger != verb or frame.kind == "n":
        _noun(syntax, frame.trigger, flags)
    _above(syntax, verb, flags)
    flags.historical = not (flags.future or flags.hypothetical) and history.tells(
        syntax, frame.trigger, verb_above(syntax, verb), dates, year
    )
    if frame.lemma in {"deny", "denial"}:
        flags.negated = True
    return flags


def ahead(syntax: Syntax, index: int) -> bool:
    """Tell whether the clause of the word at *index* speaks of what is to come: "will", "could", "plans to"."""
    verb = verb_above(syntax, index)
    own, above = Flags(), Flags()
    _clause(syntax, verb, own)
    _above(syntax, verb, above)
    perfect = any(syntax.lemmas[kid] == "have" for kid in syntax.children(verb, "aux"))
    return own.future or above.future or (own.hypothetical and not perfect)


def _clause(syntax: Syntax, verb: int, flags: Flags, *, inherited: bool = False) -> None:
    """Read the auxiliaries, the negation and the conjunction of the clause of *verb*."""
    negated, future, hypothetical = (flag_words(name) for name in ("negated", "future", "hypothetical"))
    own = False
    for kid in syntax.kids[verb]:
        dep, word = syntax.deps[kid], syntax.words[kid]
        if dep == "aux" and syntax.tags[kid] == "MD":
            own = True
            flags.future |= word in future["modals"]
            flags.hypothetical |= word in hypothetical["modals"] and not (word == "would" and _told(syntax, verb))
            flags.future |= word == "would" and _told(syntax, verb)
        elif dep == "neg" or (dep == "advmod" and word in negated["adverbs"]):
            own = True
            flags.negated = True
        elif dep == "mark":
            flags.hypothetical |= word in hypothetical["marks"]
        elif dep in {"nsubj", "nsubjpass", "dobj"} and not inherited:
            flags.negated |= word in negated["subjects"] or any(
                syntax.words[inner] in negated["determiners"] for inner in syntax.kids[kid]
            )
    if syntax.deps[verb] == "conj" and not own and not inherited:
        head = syntax.heads[verb]
        if syntax.kinds[head] == "v" and not syntax.children(verb, "nsubj", "nsubjpass"):
            _clause(syntax, head, flags, inherited=True)


def _told(syntax: Syntax, verb: int) -> bool:
    """Tell whether the clause of *verb* is what somebody said: there, "would" is the future seen from the past."""
    return syntax.deps[verb] == "ccomp" and syntax.lemmas[syntax.heads[verb]] in SPEECH


def _noun(syntax: Syntax, noun: int, flags: Flags) -> None:
    for kid in syntax.kids[noun]:
        word = syntax.words[kid]
        flags.negated |= word in flag_words("negated")["determiners"]
        flags.future |= word in flag_words("future")["modifiers"]
        flags.hypothetical |= word in flag_words("hypothetical")["modifiers"]


def _above(syntax: Syntax, index: int, flags: Flags) -> None:
    """Read the words that govern the clause: "plans to attack", "the threat of an attack", "refused to attack"."""
    at, prep = index, ""
    for _ in range(STEPS):
        head, dep = syntax.heads[at], syntax.deps[at]
        if head == at:
            return
        if dep == "conj":
            at = head
        elif dep in {"pobj", "pcomp"}:
            prep = syntax.words[head]
            if prep in flag_words("negated")["prepositions"]:
                flags.negated = True
                return
            at = head
        elif dep in CLAUSE or dep in NOMINAL:
            if not _governor(syntax, at, prep, flags):
                return
            at, prep = head, ""
        else:
            return


def _governor(syntax: Syntax, at: int, prep: str, flags: Flags) -> bool:
    """Read what the head of *at* says of it, through the preposition *prep* if any; tell whether to read on above."""
    head, dep = syntax.heads[at], syntax.deps[at]
    lemma, noun = syntax.lemmas[head], syntax.kinds[head] == "n"
    if prep and not noun:
        _by_preposition(f"{lemma} {prep}", flags)
        return False
    if prep and prep not in TOPICAL:
        return False
    infinitive = dep in {"xcomp", "acl"} or (dep == "ccomp" and _has_to(syntax, at))
    if dep == "ccomp" and not infinitive:
        _told_that(lemma, flags)
        return False
    for flag in ("negated", "future", "hypothetical"):
        if lemma in flag_words(flag)["nouns" if noun else "governors" if infinitive else "objects"]:
            setattr(flags, flag, True)
    if infinitive and not noun:
        flags.negated |= bool(syntax.children(head, "neg"))
        _clause(syntax, head, flags, inherited=True)
    return noun or infinitive


def _by_preposition(phrase: str, flags: Flags) -> None:
    for flag in ("negated", "future", "hypothetical"):
        if phrase in flag_words(flag)["phrases"]:
            setattr(flags, flag, True)


def _told_that(lemma: str, flags: Flags) -> None:
    for flag in ("negated", "future", "hypothetical"):
        if lemma in flag_words(flag)["that"]:
            setattr(flags, flag, True)


def _has_to(syntax: Syntax, verb: int) -> bool:
    return any(syntax.words[kid] == "to" and syntax.deps[kid] == "aux" for kid in syntax.kids[verb])


def verb_above(syntax: Syntax, index: int) -> int:
    """Return the verb of the clause that *index* stands in: itself, or the first above it."""
    while syntax.kinds[index] != "v" and syntax.heads[index] != index:
        index = syntax.heads[index]
    return index
