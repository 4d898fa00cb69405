"""What `role_model` knows of a word as a participant of an event: how the grammar ties it to the trigger, and what it is.

A feature is a string, `template=value`. Those of two things at once, such as type and path, have `*` in their template.
`training/roles.py` fits the weights of the features that occur often enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.enrich.grammar.word_lists import word_class

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.enrich.events.role_candidates import Candidate
    from service.enrich.grammar.frames import Frame
    from service.enrich.grammar.parse import Parse

MAX_STEPS = 7
"""Steps of the longest path that is told from others."""
MAX_COUNT = 4
"""Numbers of words and candidates from here on are one feature."""
FAR = "far"
SINGLE = 17
"""Features of one thing, which come first; the others are those of two things at once."""


def describe(parse: Parse, frame: Frame, event_type: str, candidates: Sequence[Candidate]) -> Iterator[list[str]]:
    """Yield the features of each of *candidates* as a participant of the event of *frame*."""
    trigger = frame.trigger
    start, end = parse.sentences[parse.sentence_of[trigger]]
    lemma, part = parse.lemmas[trigger], parse.pos[trigger]
    voice = _voice(parse, trigger)
    of_trigger = [f"trigger={lemma}", f"type={event_type}", f"voice={voice}", f"relation={parse.deps[trigger]}"]
    paths, slots = _paths(parse, trigger), _slots(parse, frame)
    filled = f"{parse.tags[trigger]}{bool(frame.subjects):d}{bool(frame.objects):d}{frame.passive:d}"
    before = sum(candidate.head < trigger for candidate in candidates)
    for number, (head, top) in enumerate(candidates):
        relation, what = parse.deps[top], parse.entity_types[head] or parse.tags[head]
        word = parse.lemmas[head]
        kind = f"{what} {word in word_class('people'):d}{word in word_class('actor'):d}"
        path, slot = paths.get(top, FAR), slots.get(head) or slots.get(top, "")
        is_after = head > trigger
        between = number - before if is_after else before - 1 - number
        side = "after" if is_after else "before"
        yield [
            *of_trigger,
            f"word={word}",
            f"what={what}",
            f"kind={kind}",
            f"own={relation}",
            f"previous={parse.words[top - 1] if top > start else ''}",
            f"next={parse.words[head + 1] if head + 1 < end else ''}",
            f"at={min(top - start, MAX_COUNT)}",
            f"number={min(number, MAX_COUNT)}",
            f"distance={side}{abs(head - trigger).bit_length()}",
            f"between={side}{min(between, MAX_COUNT)}",
            f"steps={path.count(' ')}",
            f"last={' '.join(path.split(' ')[-3:])}",
            f"slot={slot}",
            f"part*path={part} {path}",
            f"type*path={event_type} {path}",
            f"trigger*path={lemma} {path}",
            f"voice*path={voice} {path}",
            f"what*path={what} {path}",
            f"trigger*own={lemma} {relation} {side}",
            f"type*slot={event_type} {slot}",
            f"trigger*slot={lemma} {slot}",
            f"kind*slot={kind} {slot}",
            f"filled*slot={filled} {slot}",
        ]


def _voice(parse: Parse, trigger: int) -> str:
    """Return the form of the trigger and which arguments it has."""
    deps = [parse.deps[child] for child in parse.children[trigger]]
    marks = [name for name in ("auxpass", "nsubjpass", "nsubj", "dobj", "agent") if name in deps]
    return " ".join([parse.tags[trigger], *marks])


def _paths(parse: Parse, trigger: int) -> dict[int, str]:
    """Return the path through the tree from the trigger to each token near it.

    A step up has the label of the token that is left, a step down that of the token that is reached or its preposition.
    What is joined by "and" has the path of the first, and a sign.
    """
    first, last = parse.sentences[parse.sentence_of[trigger]]
    paths = {trigger: ""}
    steps = {trigger: 0}
    queue = [trigger]
    for token in queue:  # grows while it is read; in a tree, every token comes once
        path, step = paths[token], steps[token] + 1
        if step > MAX_STEPS:
            continue
        head = parse.heads[token]
        if head not in paths and first <= head < last:
            paths[head], steps[head] = f"{path}^{parse.deps[token]} ", step
            queue.append(head)
        for child in parse.children[token]:
            if child in paths:
                continue
            dep = parse.deps[child]
            steps[child] = step
            if dep == "conj" and token != trigger and parse.pos[token] == parse.pos[child] == "n":
                paths[child], steps[child] = path if path.endswith("& ") else f"{path}& ", step - 1
            else:
                paths[child] = f"{path}{parse.words[child] if dep in {'prep', 'agent'} else dep} "
            queue.append(child)
    return paths


def _slots(parse: Parse, frame: Frame) -> dict[int, str]:
    """Return the place in the *frame* of each token that is in it, with what "and" joins to it."""
    slots = {token: preposition for preposition, tokens in frame.preps.items() for token in tokens}
    for name, tokens in (
        ("complement", frame.complements),
        ("modifier", frame.modifiers),
        ("dative", frame.datives),
        ("object", frame.objects),
        ("subject", frame.subjects),
    ):
        slots.update(dict.fromkeys(tokens, name))
    for token, name in list(slots.items()):
        for joined in parse.coordinated(token)[1:]:
            slots.setdefault(joined, name)
    return slots
