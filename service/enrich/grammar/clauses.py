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
    from service.enrich.grammar.parse import Parse

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


def read_flags(parse: Parse, frame: Frame, dates: list[int], year: int | None) -> Flags:
    """Return the flags of the event of *frame*.

    *dates* are the cues of `history` in its sentence; *year* is that of publication, where known.
    """
    flags = Flags()
    verb = frame.carrier if frame.carrier >= 0 else frame.trigger
    flags.negated = _clause(parse, verb, flags)
    if frame.trigger != verb or frame.pos == "n":
        flags.negated |= _noun(parse, frame.trigger, flags)
    flags.negated ^= _above(parse, verb, flags)
    flags.historical = not (flags.future or flags.hypothetical) and history.is_history(
        parse, frame.trigger, verb_of_clause(parse, verb), dates, year
    )
    if frame.lemma in {"deny", "denial"}:
        flags.negated = True
    return flags


def looks_ahead(parse: Parse, index: int) -> bool:
    """Tell whether the clause of the word at *index* speaks of what is to come: "will", "could", "plans to"."""
    verb = verb_of_clause(parse, index)
    own, above = Flags(), Flags()
    _clause(parse, verb, own)
    _above(parse, verb, above)
    perfect = any(parse.lemmas[child] == "have" for child in parse.children_with(verb, "aux"))
    return own.future or above.future or (own.hypothetical and not perfect)


def _clause(parse: Parse, verb: int, flags: Flags) -> bool:
    """Read the auxiliaries and the conjunction of the clause of *verb*; tell whether the clause is negated."""
    _modals(parse, verb, flags)
    if _negated(parse, verb, "nsubj", "nsubjpass", "dobj"):
        return True
    head = parse.heads[verb]
    if parse.deps[verb] != "conj" or parse.pos[head] != "v" or _has_own(parse, verb):
        return False
    _modals(parse, head, flags)
    return _negated(parse, head) and all(parse.words[child] != "but" for child in parse.children_with(head, "cc"))


def _modals(parse: Parse, verb: int, flags: Flags) -> None:
    future, hypothetical = flag_words("future"), flag_words("hypothetical")
    for child in parse.children[verb]:
        dep, word = parse.deps[child], parse.words[child]
        if dep == "aux" and parse.tags[child] == "MD":
            flags.future |= word in future["modals"]
            flags.hypothetical |= word in hypothetical["modals"] and not (word == "would" and _told(parse, verb))
            flags.future |= word == "would" and _told(parse, verb)
        elif dep == "mark":
            flags.hypothetical |= word in hypothetical["marks"]


def _negated(parse: Parse, verb: int, *arguments: str) -> bool:
    """Tell whether the clause of *verb* is negated: by "not" and the like, or by "no" in its *arguments*."""
    return any(
        _negates(parse, child)
        or (
            parse.deps[child] in arguments
            and (parse.words[child] in flag_words("negated")["subjects"] or _none(parse, child))
        )
        for child in parse.children[verb]
    )


def _negates(parse: Parse, child: int) -> bool:
    """Tell whether the word at *child* negates the verb above it: "not", but not the one of "not only … but also"."""
    words, after = flag_words("negated"), parse.words[child + 1 : child + 2]
    if parse.deps[child] == "neg":
        return words["added"].isdisjoint(after)
    phrase = " ".join(parse.words[max(0, child - 1) : child + 1])
    return parse.deps[child] == "advmod" and (parse.words[child] in words["adverbs"] or phrase in words["adverbs"])


def _none(parse: Parse, noun: int) -> bool:
    """Tell whether there is none of the *noun*: "no attack"."""
    return any(parse.words[child] in flag_words("negated")["determiners"] for child in parse.children[noun])


def _has_own(parse: Parse, verb: int) -> bool:
    """Tell whether the *verb* has a subject, a modal or a negation, and shares none with the one before its "and"."""
    return any(
        parse.deps[child] in {"nsubj", "nsubjpass"}
        or (parse.deps[child] == "aux" and parse.tags[child] == "MD")
        or _negates(parse, child)
        for child in parse.children[verb]
    )


def _told(parse: Parse, verb: int) -> bool:
    """Tell whether the clause of *verb* is what somebody said: there, "would" is the future seen from the past."""
    return parse.deps[verb] == "ccomp" and parse.lemmas[parse.heads[verb]] in SPEECH


def _noun(parse: Parse, noun: int, flags: Flags) -> bool:
    """Read the modifiers of an event *noun*; tell whether there was none."""
    for child in parse.children[noun]:
        flags.future |= parse.words[child] in flag_words("future")["modifiers"]
        flags.hypothetical |= parse.words[child] in flag_words("hypothetical")["modifiers"]
    return _none(parse, noun)


def _above(parse: Parse, index: int, flags: Flags) -> bool:
    """Read the words that govern the clause: "plans to attack", "the threat of an attack", "refused to attack".

    Tell whether they negate it: two of them do not, as in "failed to prevent an attack".
    """
    at, prep, negated = index, "", False
    for _ in range(STEPS):
        head, dep = parse.heads[at], parse.deps[at]
        if head == at:
            break
        if dep == "conj":
            at = head
        elif dep in {"pobj", "pcomp"}:
            prep = parse.words[head]
            if prep in flag_words("negated")["prepositions"]:
                return not negated
            at = head
        elif dep in CLAUSE or dep in NOMINAL:
            negates, further = _governor(parse, at, prep, flags)
            negated ^= negates
            if not further:
                break
            at, prep = head, ""
        else:
            break
    return negated


def _governor(parse: Parse, at: int, prep: str, flags: Flags) -> tuple[bool, bool]:
    """Read what the head of *at* says of it, through the preposition *prep* if any.

    Tell whether it negates it, and whether to read on above.
    """
    head, dep = parse.heads[at], parse.deps[at]
    lemma, noun = parse.lemmas[head], parse.pos[head] == "n"
    infinitive = dep in {"xcomp", "acl"} or (dep == "ccomp" and _has_to(parse, at))
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
        phrases |= {f"{lemma} {parse.words[child]}" for child in parse.children_with(head, "advmod")}
    else:
        kind = "objects"
    future, hypothetical, negates = (
        not phrases.isdisjoint(flag_words(flag)[kind]) for flag in ("future", "hypothetical", "negated")
    )
    flags.future |= future
    flags.hypothetical |= hypothetical
    if kind == "nouns":
        return negates ^ ((future or hypothetical or negates) and _none(parse, head)), True
    if not negates and kind != "governors":
        return False, False
    if kind != "that":
        _modals(parse, head, flags)
    return negates ^ _negated(parse, head, "nsubj", "nsubjpass"), kind != "that"


def _has_to(parse: Parse, verb: int) -> bool:
    return any(parse.words[child] == "to" and parse.deps[child] == "aux" for child in parse.children[verb])


def verb_of_clause(parse: Parse, index: int) -> int:
    """Return the verb of the clause that *index* stands in: itself, or the first above it."""
    while parse.pos[index] != "v" and parse.heads[index] != index:
        index = parse.heads[index]
    return index
