"""What the type model sees of a candidate: its word, grammar, classes of arguments, rules that hold, word vectors.

The names of features are part of the trained model: after a change, train again.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.enrich.events.coding_words import coding_words
from service.enrich.grammar.word_lists import word_class

if TYPE_CHECKING:
    from service.enrich.events.rules import RuleEntry
    from service.enrich.grammar.frames import Frame
    from service.enrich.grammar.parse import Parse

PRONOUN_TAGS = frozenset({"PRP", "PRP$", "WP", "WDT", "DT", "EX"})
MAX_TOKENS_PER_ARGUMENT = 2
MAX_CONDITIONS = 6
"""Rules with more conditions look the same to the model."""


@dataclass(frozen=True, slots=True)
class Features:
    """Names of the features that hold for a candidate, and lemmas whose vectors describe it.

    There is one list of lemmas per slot; the model sees the mean of their vectors.
    """

    names: list[str]
    lemmas: tuple[list[str], ...]


@functools.lru_cache(maxsize=4096)
def classes_of(lemma: str) -> tuple[str, ...]:
    """Return the argument classes that *lemma* is in."""
    return tuple(name for name in coding_words().argument_classes if lemma in word_class(name))


def describe(parse: Parse, frame: Frame, entries: list[RuleEntry]) -> Features:
    """Return the features of *frame*; *entries* are the rules that hold for it."""
    names = [*_word(parse, frame), *rule_features(frame, entries), *_arguments(parse, frame), *_clause(parse, frame)]
    return Features(names, _lemmas(parse, frame))


def _word(parse: Parse, frame: Frame) -> list[str]:
    """Return the word, its tag and dependency, the word above it, and its neighbours."""
    trigger, word = frame.trigger, f"{frame.lemma}/{frame.pos}"
    dep, head = parse.deps[trigger], parse.heads[trigger]
    above = parse.lemmas[head] if head != trigger else "-"
    names = [
        "L=" + word,
        "T=" + parse.tags[trigger],
        f"D={frame.pos}{dep}",
        f"LD={word}{dep}",
        f"H={frame.pos}{dep}/{above}",
    ]
    if dep == "conj":
        names.append("CJ=" + above)
    if trigger:
        names.append("N-=" + parse.lemmas[trigger - 1])
    if trigger + 1 < parse.size:
        names.append("N+=" + parse.lemmas[trigger + 1])
    return names


def rule_features(frame: Frame, entries: list[RuleEntry]) -> list[str]:
    """Return the rule with most conditions, and the types of all rules that hold."""
    if not entries:
        return ["R=none"]
    rule = entries[0].rule
    names = ["R=" + rule.id, f"RL={rule.id}/{frame.lemma}", "R1=" + rule.type]
    names.append(f"RN={min(entries[0].conditions, MAX_CONDITIONS)}")
    return names + sorted({"RT=" + entry.rule.type for entry in entries})


def _arguments(parse: Parse, frame: Frame) -> list[str]:
    """Return the particles, arguments, modifiers and complements of the word."""
    word = f"{frame.lemma}/{frame.pos}"
    names = [name for particle in sorted(frame.particles) for name in (f"P={particle}", f"LP={word}+{particle}")]
    names += _argument(parse, "S", word, frame.subjects) or ["S=0"]
    names += _argument(parse, "O", word, frame.objects) or ["O=0"]
    names += _argument(parse, "I", word, frame.datives)
    for prep, targets in frame.preps.items():
        names += _argument(parse, prep, word, targets)
    for token in frame.modifiers:
        names += [f"M={parse.lemmas[token]}", f"LM={word}/{parse.lemmas[token]}", f"ME={parse.entity_types[token]}"]
    names += ["TO=" + parse.lemmas[token] for token in frame.complements]
    return names


def _argument(parse: Parse, role: str, word: str, tokens: list[int]) -> list[str]:
    """Return the classes and entity types of *tokens* in *role*, by themselves and together with the *word*."""
    names = []
    for token in tokens[:MAX_TOKENS_PER_ARGUMENT]:
        classes = classes_of(parse.lemmas[token])
        if parse.entity_types[token]:
            classes = (*classes, parse.entity_types[token])
        elif parse.tags[token] in PRONOUN_TAGS:
            classes = (*classes, "pronoun")
        names += [f"{role}={name}" for name in classes] or [role + "=?"]
        names += [f"L{role}={word}/{name}" for name in classes]
    return names


def _clause(parse: Parse, frame: Frame) -> list[str]:
    """Return the voice, the verb that carries a noun, and the auxiliaries, negations, conjunctions and determiners."""
    names = ["passive", f"LV={frame.lemma}/{frame.pos}"] if frame.passive else []
    if frame.pos == "n":
        names.append("C=" + (parse.lemmas[frame.carrier] if frame.carrier >= 0 else "-"))
    if frame.carrier >= 0:
        names += [
            "A=" + parse.words[child] for child in parse.children_with(frame.carrier, "aux", "auxpass", "neg", "mark")
        ]
    names += ["DET=" + parse.words[child] for child in parse.children_with(frame.trigger, "det", "nummod")]
    return names


def _lemmas(parse: Parse, frame: Frame) -> tuple[list[str], ...]:
    """Return the words in each slot: the trigger, its subjects, its objects, its head, and its other dependents."""
    head = parse.heads[frame.trigger]
    others = [*frame.modifiers, *(token for tokens in frame.preps.values() for token in tokens), *frame.complements]
    lemmas = parse.lemmas
    return (
        [frame.lemma],
        [lemmas[token] for token in frame.subjects],
        [lemmas[token] for token in frame.objects],
        [lemmas[head]] if head != frame.trigger else [],
        [lemmas[token] for token in others],
    )
