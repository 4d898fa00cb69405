"""What the type model sees of a candidate: word, syntax, classes of its arguments, rules that hold, word vectors."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.enrich.grammar.word_lists import word_classes

if TYPE_CHECKING:
    from service.enrich.events.rules import Entry
    from service.enrich.grammar.frames import Frame
    from service.enrich.grammar.parse import Syntax

ARGUMENT_CLASSES = (
    "troops", "weapons", "police", "people", "official", "diplomat", "post", "money", "relief", "sanctions",
    "restriction", "ties", "talks", "agreement", "bills", "place", "territory", "property", "structure", "election",
    "crime", "demand", "proposal", "condolence", "worry", "hostile", "yielding", "meeting", "assisting", "cooperating",
    "price", "disaster",
)  # fmt: skip
PRONOUNS = frozenset({"PRP", "PRP$", "WP", "WDT", "DT", "EX"})
MOST_OF_ARGUMENT = 2
"""So many words of one argument are looked at."""
MOST_CONDITIONS = 6


@dataclass(frozen=True, slots=True)
class Features:
    """What holds for a candidate, and the lemmas whose vectors stand for it: a list a slot, and its mean counts."""

    names: list[str]
    lemmas: tuple[list[str], ...]


@functools.lru_cache(maxsize=4096)
def classes_of(lemma: str) -> tuple[str, ...]:
    """Return the word classes that *lemma* is in."""
    return tuple(name for name in ARGUMENT_CLASSES if lemma in word_classes()[name])


def describe(syntax: Syntax, frame: Frame, entries: list[Entry]) -> Features:
    """Return the features of *frame*; *entries* are the phrases of rules that hold for it."""
    names = [*_word(syntax, frame), *rule_features(frame, entries), *_arguments(syntax, frame), *_clause(syntax, frame)]
    return Features(names, _lemmas(syntax, frame))


def _word(syntax: Syntax, frame: Frame) -> list[str]:
    at, word = frame.trigger, f"{frame.lemma}/{frame.kind}"
    dep, head = syntax.deps[at], syntax.heads[at]
    above = syntax.lemmas[head] if head != at else "-"
    names = [
        "L=" + word,
        "T=" + syntax.tags[at],
        f"D={frame.kind}{dep}",
        f"LD={word}{dep}",
        f"H={frame.kind}{dep}/{above}",
    ]
    if dep == "conj":
        names.append("CJ=" + above)
    if at:
        names.append("N-=" + syntax.lemmas[at - 1])
    if at + 1 < syntax.size:
        names.append("N+=" + syntax.lemmas[at + 1])
    return names


def rule_features(frame: Frame, entries: list[Entry]) -> list[str]:
    """Return which rules hold for *frame*, and which types they name."""
    if not entries:
        return ["R=none"]
    rule = entries[0].rule
    names = ["R=" + rule.id, f"RL={rule.id}/{frame.lemma}", "R1=" + rule.type]
    names.append(f"RN={min(entries[0].conditions, MOST_CONDITIONS)}")
    return names + sorted({"RT=" + entry.rule.type for entry in entries})


def _arguments(syntax: Syntax, frame: Frame) -> list[str]:
    word = f"{frame.lemma}/{frame.kind}"
    names = [name for particle in sorted(frame.particles) for name in (f"P={particle}", f"LP={word}+{particle}")]
    names += _argument(syntax, "S", word, frame.subjects) or ["S=0"]
    names += _argument(syntax, "O", word, frame.objects) or ["O=0"]
    names += _argument(syntax, "I", word, frame.datives)
    for prep, targets in frame.preps.items():
        names += _argument(syntax, prep, word, targets)
    for token in frame.modifiers:
        names += [f"M={syntax.lemmas[token]}", f"LM={word}/{syntax.lemmas[token]}", f"ME={syntax.ents[token]}"]
    names += ["TO=" + syntax.lemmas[token] for token in frame.to]
    return names


def _argument(syntax: Syntax, role: str, word: str, tokens: list[int]) -> list[str]:
    names = []
    for token in tokens[:MOST_OF_ARGUMENT]:
        kinds = classes_of(syntax.lemmas[token])
        if syntax.ents[token]:
            kinds = (*kinds, syntax.ents[token])
        elif syntax.tags[token] in PRONOUNS:
            kinds = (*kinds, "pronoun")
        names += [f"{role}={kind}" for kind in kinds] or [role + "=?"]
        names += [f"L{role}={word}/{kind}" for kind in kinds]
    return names


def _clause(syntax: Syntax, frame: Frame) -> list[str]:
    """Return the voice, the verb that carries a noun, and the small words of the clause and of the noun."""
    names = ["passive", f"LV={frame.lemma}/{frame.kind}"] if frame.passive else []
    if frame.kind == "n":
        names.append("C=" + (syntax.lemmas[frame.carrier] if frame.carrier >= 0 else "-"))
    if frame.carrier >= 0:
        names += ["A=" + syntax.words[kid] for kid in syntax.children(frame.carrier, "aux", "auxpass", "neg", "mark")]
    names += ["DET=" + syntax.words[kid] for kid in syntax.children(frame.trigger, "det", "nummod")]
    return names


def _lemmas(syntax: Syntax, frame: Frame) -> tuple[list[str], ...]:
    """Return the words in each slot: the trigger, subjects, objects, what stands above, and what stands beside."""
    head = syntax.heads[frame.trigger]
    beside = [*frame.modifiers, *(token for tokens in frame.preps.values() for token in tokens), *frame.to]
    lemmas = syntax.lemmas
    return (
        [frame.lemma],
        [lemmas[token] for token in frame.subjects],
        [lemmas[token] for token in frame.objects],
        [lemmas[head]] if head != frame.trigger else [],
        [lemmas[token] for token in beside],
    )
