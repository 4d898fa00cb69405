"""What the type model sees of a candidate: words, syntax, arguments, rules that hold, the article's other events."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from service.enrich.events.data import lemma_rows, lemma_vectors, word_classes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from service.enrich.events.frames import Frame
    from service.enrich.events.rules import Entry
    from service.enrich.events.syntax import Syntax

ARGUMENT_CLASSES = (
    "troops", "weapons", "police", "people", "official", "diplomat", "post", "money", "relief", "sanctions",
    "restriction", "ties", "talks", "agreement", "bills", "place", "territory", "property", "structure", "election",
    "crime", "demand", "proposal", "condolence", "worry", "hostile", "yielding", "meeting", "assisting", "cooperating",
    "price", "disaster",
)  # fmt: skip
PRONOUNS = frozenset({"PRP", "PRP$", "WP", "WDT", "DT", "EX"})


@functools.cache
def classes_of(lemma: str) -> tuple[str, ...]:
    """Return the word classes that *lemma* is in."""
    return tuple(name for name in ARGUMENT_CLASSES if lemma in word_classes()[name])


def sparse(syntax: Syntax, frame: Frame, entries: list[Entry], around: Iterable[str]) -> list[str]:
    """Return the names of what holds for *frame*: *entries* are its rules, *around* the other rules' types nearby."""
    at, lemma = frame.trigger, frame.lemma
    word = f"{lemma}/{frame.kind}"
    tag, dep, head = syntax.tags[at], syntax.deps[at], syntax.heads[at]
    above = syntax.lemmas[head] if head != at else "-"
    names = [
        "L=" + word,
        "T=" + tag,
        f"D={frame.kind}{dep}",
        f"LD={word}{dep}",
        f"H={frame.kind}{dep}/{above}",
        f"LH={word}/{above}",
    ]
    if entries:
        names += [
            "R=" + entries[0].rule.id,
            f"RN={min(entries[0].conditions, 6)}",
            "RL=" + entries[0].rule.id + "/" + lemma,
        ]
        names += sorted({"RT=" + entry.rule.type for entry in entries})
        names.append("R1=" + entries[0].rule.type)
    else:
        names.append("R=none")
    names += ["P=" + particle for particle in sorted(frame.particles)]
    names += [f"LP={word}+{particle}" for particle in sorted(frame.particles)]
    names += _argument(syntax, "S", word, frame.subjects)
    names += _argument(syntax, "O", word, frame.objects)
    names += _argument(syntax, "I", word, frame.datives)
    for prep, targets in sorted(frame.preps.items()):
        names += _argument(syntax, prep, word, targets)
    for token in frame.modifiers:
        names += [f"M={syntax.lemmas[token]}", f"LM={word}/{syntax.lemmas[token]}", f"ME={syntax.ents[token]}"]
    for token in frame.to:
        names += [f"TO={syntax.lemmas[token]}", f"LTO={word}>{syntax.kinds[token]}"]
    if frame.passive:
        names += ["passive", "LV=" + word]
    if frame.kind == "n":
        names.append(f"C={syntax.lemmas[frame.carrier]}" if frame.carrier >= 0 else "C=-")
    if frame.kind != "n" or frame.carrier >= 0:
        names += ["A=" + syntax.words[kid] for kid in syntax.children(frame.carrier, "aux", "auxpass", "neg", "mark")]
    if dep == "conj":
        names.append(f"CJ={above}")
    names += ["DET=" + syntax.words[kid] for kid in syntax.kids[at] if syntax.deps[kid] in {"det", "nummod"}]
    names += ["N-=" + syntax.lemmas[at - 1]] if at else []
    names += ["N+=" + syntax.lemmas[at + 1]] if at + 1 < syntax.size else []
    names += ["X=" + kind for kind in around]
    return names


def _argument(syntax: Syntax, role: str, word: str, tokens: list[int]) -> list[str]:
    if not tokens:
        return [f"{role}=0"] if role in "SO" else []
    names = []
    for token in tokens[:2]:
        lemma = syntax.lemmas[token]
        kinds = classes_of(lemma)
        if syntax.ents[token]:
            kinds = (*kinds, syntax.ents[token])
        elif syntax.tags[token] in PRONOUNS:
            kinds = (*kinds, "pronoun")
        names += [f"{role}={kind}" for kind in kinds] or [f"{role}=?"]
        names += [f"L{role}={word}/{kind}" for kind in kinds]
        names.append(f"{role}:{lemma}")
        names.append(f"L{role}:{word}/{lemma}")
    return names


def dense(syntax: Syntax, frame: Frame, topic: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the word vectors of trigger, subject, object, what stands above and beside, and the article's *topic*."""
    beside = [*frame.modifiers, *(token for tokens in frame.preps.values() for token in tokens), *frame.to]
    head = syntax.heads[frame.trigger]
    return np.concatenate(
        [
            vector(frame.lemma),
            mean([syntax.lemmas[token] for token in frame.subjects]),
            mean([syntax.lemmas[token] for token in frame.objects]),
            vector(syntax.lemmas[head]) if head != frame.trigger else np.zeros_like(topic),
            mean([syntax.lemmas[token] for token in beside]),
            topic,
        ]
    )


def vector(lemma: str) -> NDArray[np.float32]:
    """Return the vector of *lemma*, of length near one; zeros for a word without one."""
    row = lemma_rows().get(lemma)
    vectors = lemma_vectors()
    return vectors[row] if row is not None else np.zeros(vectors.shape[1], dtype=np.float32)


def mean(lemmas: list[str]) -> NDArray[np.float32]:
    """Return the mean vector of the known of *lemmas*."""
    rows = [row for lemma in lemmas if (row := lemma_rows().get(lemma)) is not None]
    vectors = lemma_vectors()
    if not rows:
        return np.zeros(vectors.shape[1], dtype=np.float32)
    if len(rows) == 1:
        return vectors[rows[0]]  # type: ignore[no-any-return]
    return vectors[rows].sum(axis=0) / np.float32(len(rows))  # type: ignore[no-any-return]
