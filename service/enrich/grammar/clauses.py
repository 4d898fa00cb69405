"""Whether an event really took place, from the words: negated, future, hypothetical, historical.

What a clause says of itself (modals, negation, "if") and what the words above it say ("plans to", "fear of",
"refused to") are looked up in `data/event_flags.yaml`; `history.py` reads whether it is told as history.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.enrich.grammar import history
from service.enrich.grammar.word_lists import flag_words

if TYPE_CHECKING:
    from service.enrich.grammar.frames import Frame
    from service.enrich.grammar.parse import Syntax

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
    flags.negated = _clause(syntax, verb, flags)
    if frame.trigger != verb or frame.kind == "n":
        flags.negated |= _noun(syntax, frame.trigger, flags)
    flags.negated ^= _above(syntax, verb, flags)
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


def _clause(syntax: Syntax, verb: int, flags: Flags) -> bool:
    """Read the auxiliaries and the conjunction of the clause of *verb*; tell whether the clause is negated."""
    _modals(syntax, verb, flags)
    if _negated(syntax, verb, "nsubj", "nsubjpass", "dobj"):
        return True
    head = syntax.heads[verb]
    if syntax.deps[verb] != "conj" or syntax.kinds[head] != "v" or _has_own(syntax, verb):
        return False
    _modals(syntax, head, flags)
    return _negated(syntax, head) and all(syntax.words[kid] != "but" for kid in syntax.children(head, "cc"))


def _modals(syntax: Syntax, verb: int, flags: Flags) -> None:
    future, hypothetical = flag_words("future"), flag_words("hypothetical")
    for kid in syntax.kids[verb]:
        dep, word = syntax.deps[kid], syntax.words[kid]
        if dep == "aux" and syntax.tags[kid] == "MD":
            flags.future |= word in future["modals"]
            flags.hypothetical |= word in hypothetical["modals"] and not (word == "would" and _told(syntax, verb))
            flags.future |= word == "would" and _told(syntax, verb)
        elif dep == "mark":
            flags.hypothetical |= word in hypothetical["marks"]


def _negated(syntax: Syntax, verb: int, *arguments: str) -> bool:
    """Tell whether the clause of *verb* is negated: by "not" and the like, or by "no" in its *arguments*."""
    return any(
        _negates(syntax, kid)
        or (
            syntax.deps[kid] in arguments
            and (syntax.words[kid] in flag_words("negated")["subjects"] or _none(syntax, kid))
        )
        for kid in syntax.kids[verb]
    )


def _negates(syntax: Syntax, kid: int) -> bool:
    """Tell whether the word at *kid* negates the verb above it: "not", but not the one of "not only … but also"."""
    words, after = flag_words("negated"), syntax.words[kid + 1 : kid + 2]
    if syntax.deps[kid] == "neg":
        return words["added"].isdisjoint(after)
    phrase = " ".join(syntax.words[max(0, kid - 1) : kid + 1])
    return syntax.deps[kid] == "advmod" and (syntax.words[kid] in words["adverbs"] or phrase in words["adverbs"])


def _none(syntax: Syntax, noun: int) -> bool:
    """Tell whether there is none of the *noun*: "no attack"."""
    return any(syntax.words[kid] in flag_words("negated")["determiners"] for kid in syntax.kids[noun])


def _has_own(syntax: Syntax, verb: int) -> bool:
    """Tell whether the *verb* has a subject, a modal or a negation, and shares none with the one before its "and"."""
    return any(
        syntax.deps[kid] in {"nsubj", "nsubjpass"}
        or (syntax.deps[kid] == "aux" and syntax.tags[kid] == "MD")
        or _negates(syntax, kid)
        for kid in syntax.kids[verb]
    )


def _told(syntax: Syntax, verb: int) -> bool:
    """Tell whether the clause of *verb* is what somebody said: there, "would" is the future seen from the past."""
    return syntax.deps[verb] == "ccomp" and syntax.lemmas[syntax.heads[verb]] in SPEECH


def _noun(syntax: Syntax, noun: int, flags: Flags) -> bool:
    """Read the modifiers of an event *noun*; tell whether there was none."""
    for kid in syntax.kids[noun]:
        flags.future |= syntax.words[kid] in flag_words("future")["modifiers"]
        flags.hypothetical |= syntax.words[kid] in flag_words("hypothetical")["modifiers"]
    return _none(syntax, noun)


def _above(syntax: Syntax, index: int, flags: Flags) -> bool:
    """Read the words that govern the clause: "plans to attack", "the threat of an attack", "refused to attack".

    Tell whether they negate it: two of them do not, as in "failed to prevent an attack".
    """
    at, prep, negated = index, "", False
    for _ in range(STEPS):
        head, dep = syntax.heads[at], syntax.deps[at]
        if head == at:
            break
        if dep == "conj":
            at = head
        elif dep in {"pobj", "pcomp"}:
            prep = syntax.words[head]
            if prep in flag_words("negated")["prepositions"]:
                return not negated
            at = head
        elif dep in CLAUSE or dep in NOMINAL:
            negates, further = _governor(syntax, at, prep, flags)
            negated ^= negates
            if not further:
                break
            at, prep = head, ""
        else:
            break
    return negated


def _governor(syntax: Syntax, at: int, prep: str, flags: Flags) -> tuple[bool, bool]:
    """Read what the head of *at* says of it, through the preposition *prep* if any.

    Tell whether it negates it, and whether to read on above.
    """
    head, dep = syntax.heads[at], syntax.deps[at]
    lemma, noun = syntax.lemmas[head], syntax.kinds[head] == "n"
    infinitive = dep in {"xcomp", "acl"} or (dep == "ccomp" and _has_to(syntax, at))
    phrases = {lemma}
    if prep and not noun:
        kind, phrases = "phrases", {f"{lemma} {prep}"}
    elif prep and prep not in TOPICAL:
        return False, False
    elif dep == "ccomp" and not infinitive:
        kind = "that"
    elif noun:
        kind = "nouns"
    elif infinitive:
        kind = "governors"
        phrases |= {f"{lemma} {syntax.words[kid]}" for kid in syntax.children(head, "advmod")}
    else:
        kind = "objects"
    future, hypothetical, negates = (
        not phrases.isdisjoint(flag_words(flag)[kind]) for flag in ("future", "hypothetical", "negated")
    )
    flags.future |= future
    flags.hypothetical |= hypothetical
    if kind == "nouns":
        return negates ^ ((future or hypothetical or negates) and _none(syntax, head)), True
    if not negates and kind != "governors":
        return False, False
    if kind != "that":
        _modals(syntax, head, flags)
    return negates ^ _negated(syntax, head, "nsubj", "nsubjpass"), kind != "that"


def _has_to(syntax: Syntax, verb: int) -> bool:
    return any(syntax.words[kid] == "to" and syntax.deps[kid] == "aux" for kid in syntax.kids[verb])


def verb_above(syntax: Syntax, index: int) -> int:
    """Return the verb of the clause that *index* stands in: itself, or the first above it."""
    while syntax.kinds[index] != "v" and syntax.heads[index] != index:
        index = syntax.heads[index]
    return index
