"""What the type model sees of a candidate: word, parse, classes of its arguments, rules that hold, word vectors."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.enrich.grammar.word_lists import word_classes

if TYPE_CHECKING:
    from service.enrich.events.rules import RuleEntry
    from service.enrich.grammar.frames import Frame
    from service.enrich.grammar.parse import Parse

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


def describe(parse: Parse, frame: Frame, entries: list[RuleEntry]) -> Features:
    """Return the features of *frame*; *entries* are the phrases of rules that hold for it."""
    names = [*_word(parse, frame), *_rules(frame, entries), *_arguments(parse, frame), *_clause(parse, frame)]
    return Features(names, _lemmas(parse, frame))


def of_word(frame: Frame, entries: list[RuleEntry]) -> Features:
    """Return the features of a word by itself, outside of any text: what a lexicon says of it."""
    return Features([f"L={frame.lemma}/{frame.pos}", *_rules(frame, entries)], ([frame.lemma], [], [], [], []))


def _word(parse: Parse, frame: Frame) -> list[str]:
    at, word = frame.trigger, f"{frame.lemma}/{frame.pos}"
    dep, head = parse.deps[at], parse.heads[at]
    above = parse.lemmas[head] if head != at else "-"
    names = [
        "L=" + word,
        "T=" + parse.tags[at],
        f"D={frame.pos}{dep}",
        f"LD={word}{dep}",
        f"H={frame.pos}{dep}/{above}",
    ]
    if dep == "conj":
        names.append("CJ=" + above)
    if at:
        names.append("N-=" + parse.lemmas[at - 1])
    if at + 1 < parse.size:
        names.append("N+=" + parse.lemmas[at + 1])
    return names


def _rules(frame: Frame, entries: list[RuleEntry]) -> list[str]:
    if not entries:
        return ["R=none"]
    rule = entries[0].rule
    names = ["R=" + rule.id, f"RL={rule.id}/{frame.lemma}", "R1=" + rule.type]
    names.append(f"RN={min(entries[0].conditions, MOST_CONDITIONS)}")
    return names + sorted({"RT=" + entry.rule.type for entry in entries})


def _arguments(parse: Parse, frame: Frame) -> list[str]:
    word = f"{frame.lemma}/{frame.pos}"
    names = [name for particle in sorted(frame.particles) for name in (f"P={particle}", f"LP={word}+{particle}")]
    names += _argument(parse, "S", word, frame.subjects) or ["S=0"]
    names += _argument(parse, "O", word, frame.objects) or ["O=0"]
    names += _argument(parse, "I", word, frame.datives)
    for prep, targets in frame.preps.items():
        names += _argument(parse, prep, word, targets)
    for token in frame.modifiers:
        names += [f"M={parse.lemmas[token]}", f"LM={word}/{parse.lemmas[token]}", f"ME={parse.entity_types[token]}"]
    names += ["TO=" + parse.lemmas[token] for token in frame.to]
    return names


def _argument(parse: Parse, role: str, word: str, tokens: list[int]) -> list[str]:
    names = []
    for token in tokens[:MOST_OF_ARGUMENT]:
        kinds = classes_of(parse.lemmas[token])
        if parse.entity_types[token]:
            kinds = (*kinds, parse.entity_types[token])
        elif parse.tags[token] in PRONOUNS:
            kinds = (*kinds, "pronoun")
        names += [f"{role}={kind}" for kind in kinds] or [role + "=?"]
        names += [f"L{role}={word}/{kind}" for kind in kinds]
    return names


def _clause(parse: Parse, frame: Frame) -> list[str]:
    """Return the voice, the verb that carries a noun, and the small words of the clause and of the noun."""
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
    """Return the words in each slot: the trigger, subjects, objects, what stands above, and what stands beside."""
    head = parse.heads[frame.trigger]
    beside = [*frame.modifiers, *(token for tokens in frame.preps.values() for token in tokens), *frame.to]
    lemmas = parse.lemmas
    return (
        [frame.lemma],
        [lemmas[token] for token in frame.subjects],
        [lemmas[token] for token in frame.objects],
        [lemmas[head]] if head != frame.trigger else [],
        [lemmas[token] for token in beside],
    )
