"""Whether what a clause says took place: negated, future or hypothetical.

A clause shows that by its own words (modals, negation, "if") and by the words that govern it ("plans to", "fear of",
"refused to"), which are looked up in `data/clause_flags.yaml`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.enrich.grammar.word_lists import flag_words, function_words, word_class

if TYPE_CHECKING:
    from service.enrich.grammar.frames import Frame
    from service.enrich.grammar.parse import Parse

MAX_GOVERNORS = 4
"""Governing words that are read above a clause."""
CLAUSE_DEPS = frozenset({"xcomp", "ccomp", "pcomp", "acl"})
NOUN_DEPS = frozenset({"dobj", "pobj", "prep", "nsubjpass", "compound", "attr"})


@dataclass(slots=True)
class Flags:
    """What the words of a clause say of it."""

    negated: bool = False
    future: bool = False
    hypothetical: bool = False


def read_flags(parse: Parse, frame: Frame) -> Flags:
    """Return the flags of what *frame* says."""
    flags = Flags()
    verb = frame.carrier if frame.carrier >= 0 else frame.trigger
    flags.negated = _read_clause(parse, verb, flags)
    if frame.trigger != verb or frame.pos == "n":
        flags.negated |= _read_noun(parse, frame.trigger, flags)
    flags.negated ^= _read_governors(parse, verb, flags)
    if frame.lemma in {"deny", "denial"}:
        flags.negated = True
    return flags


def looks_ahead(parse: Parse, index: int) -> bool:
    """Return whether the clause of the token at *index* is about what is to come: "will", "could", "plans to"."""
    verb = parse.verb_of_clause(index)
    own, governing = Flags(), Flags()
    _read_clause(parse, verb, own)
    _read_governors(parse, verb, governing)
    is_perfect = any(parse.lemmas[child] == "have" for child in parse.children_with(verb, "aux"))
    return own.future or governing.future or (own.hypothetical and not is_perfect)


def is_reported(parse: Parse, verb: int) -> bool:
    """Return whether the clause of *verb* is what somebody said."""
    return parse.deps[verb] == "ccomp" and parse.lemmas[parse.heads[verb]] in word_class("reporting_verb")


def _read_clause(parse: Parse, verb: int, flags: Flags) -> bool:
    """Read the auxiliaries and the conjunction of the clause of *verb*. Return whether the clause is negated."""
    _read_modals(parse, verb, flags)
    if _is_negated(parse, verb, "nsubj", "nsubjpass", "dobj"):
        return True
    head = parse.heads[verb]
    if parse.deps[verb] != "conj" or parse.pos[head] != "v" or _stands_alone(parse, verb):
        return False
    _read_modals(parse, head, flags)
    return _is_negated(parse, head) and all(parse.words[child] != "but" for child in parse.children_with(head, "cc"))


def _read_modals(parse: Parse, verb: int, flags: Flags) -> None:
    """Set the flags of the modals and conjunctions of *verb*. In reported speech, "would" is a future seen earlier."""
    future, hypothetical = flag_words("future"), flag_words("hypothetical")
    for child in parse.children[verb]:
        dep, word = parse.deps[child], parse.words[child]
        if dep == "aux" and parse.tags[child] == "MD":
            flags.future |= word in future.modals
            flags.hypothetical |= word in hypothetical.modals and not (word == "would" and is_reported(parse, verb))
            flags.future |= word == "would" and is_reported(parse, verb)
        elif dep == "mark":
            flags.hypothetical |= word in hypothetical.marks


def _is_negated(parse: Parse, verb: int, *argument_deps: str) -> bool:
    """Return whether *verb* is negated: by "not" and the like, or by "no" in its arguments of *argument_deps*."""
    return any(
        _negates(parse, child)
        or (
            parse.deps[child] in argument_deps
            and (parse.words[child] in flag_words("negated").subjects or _has_no(parse, child))
        )
        for child in parse.children[verb]
    )


def _negates(parse: Parse, child: int) -> bool:
    """Return whether the word at *child* negates the verb above it: "not", but not that of "not only … but also"."""
    words, next_word = flag_words("negated"), parse.words[child + 1 : child + 2]
    if parse.deps[child] == "neg":
        return words.after_not.isdisjoint(next_word)
    phrase = " ".join(parse.words[max(0, child - 1) : child + 1])
    return parse.deps[child] == "advmod" and (parse.words[child] in words.adverbs or phrase in words.adverbs)


def _has_no(parse: Parse, noun: int) -> bool:
    """Return whether the determiner of *noun* denies it: "no attack"."""
    return any(parse.words[child] in flag_words("negated").determiners for child in parse.children[noun])


def _stands_alone(parse: Parse, verb: int) -> bool:
    """Return whether *verb* has a subject, modal or negation of its own, and shares none with the verb before "and"."""
    return any(
        parse.deps[child] in {"nsubj", "nsubjpass"}
        or (parse.deps[child] == "aux" and parse.tags[child] == "MD")
        or _negates(parse, child)
        for child in parse.children[verb]
    )


def _read_noun(parse: Parse, noun: int, flags: Flags) -> bool:
    """Read the modifiers of an event *noun*. Return whether it is denied."""
    for child in parse.children[noun]:
        flags.future |= parse.words[child] in flag_words("future").modifiers
        flags.hypothetical |= parse.words[child] in flag_words("hypothetical").modifiers
    return _has_no(parse, noun)


def _read_governors(parse: Parse, index: int, flags: Flags) -> bool:
    """Read the words that govern the clause: "plans to attack", "the threat of an attack", "refused to attack".

    Return whether they negate it. Two negations cancel each other, as in "failed to prevent an attack".
    """
    token, preposition, negated = index, "", False
    for _ in range(MAX_GOVERNORS):
        head, dep = parse.heads[token], parse.deps[token]
        if head == token:
            break
        if dep == "conj":
            token = head
        elif dep in {"pobj", "pcomp"}:
            preposition = parse.words[head]
            if preposition in flag_words("negated").prepositions:
                return not negated
            token = head
        elif dep in CLAUSE_DEPS or dep in NOUN_DEPS:
            negates, goes_on = _read_governor(parse, token, preposition, flags)
            negated ^= negates
            if not goes_on:
                break
            token, preposition = head, ""
        else:
            break
    return negated


def _read_governor(parse: Parse, token: int, preposition: str, flags: Flags) -> tuple[bool, bool]:
    """Read what the head of *token* says of it, through the *preposition* if there is one.

    Return whether the head negates it, and whether to go on with the words above the head.
    """
    head, dep = parse.heads[token], parse.deps[token]
    lemma, is_noun = parse.lemmas[head], parse.pos[head] == "n"
    is_infinitive = dep in {"xcomp", "acl"} or (dep == "ccomp" and _has_to(parse, token))
    phrases = {lemma}
    if preposition and not is_noun:
        relation, phrases = "phrases", {f"{lemma} {preposition}"}
    elif preposition and preposition not in function_words().topic_prepositions:
        return False, False
    elif dep == "ccomp" and not is_infinitive:
        relation = "that"
    elif is_noun:
        relation = "nouns"
    elif is_infinitive:
        relation = "governors"
        phrases |= {f"{lemma} {parse.words[child]}" for child in parse.children_with(head, "advmod")}
    else:
        relation = "objects"
    future, hypothetical, negates = (
        not phrases.isdisjoint(getattr(flag_words(flag), relation)) for flag in ("future", "hypothetical", "negated")
    )
    flags.future |= future
    flags.hypothetical |= hypothetical
    if relation == "nouns":
        return negates ^ ((future or hypothetical or negates) and _has_no(parse, head)), True
    if not negates and relation != "governors":
        return False, False
    if relation != "that":
        _read_modals(parse, head, flags)
    return negates ^ _is_negated(parse, head, "nsubj", "nsubjpass"), relation != "that"


def _has_to(parse: Parse, verb: int) -> bool:
    return any(parse.words[child] == "to" and parse.deps[child] == "aux" for child in parse.children[verb])
