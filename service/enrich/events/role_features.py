"""What is known of a word as a participant of an event: how the grammar ties it to the trigger, and what it is.

A feature has a group and a value: in the group `trigger` the lemma of the trigger, in the group `type*path=ASSAULT` the
path from the trigger of an assault. A word is described by the rows of its features in the weights of `role_model`.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple, Protocol

from service.enrich.events.trigger_candidates import MAX_TOKENS_PER_SENTENCE
from service.enrich.grammar.word_lists import word_class

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.enrich.events.role_candidates import Candidate
    from service.enrich.grammar.frames import Frame
    from service.enrich.grammar.parse import Parse
    from service.enrich.grammar.phrases import TokenSpan

SINGLE, ALL = 15, 24
"""Numbers of features of a word: of one thing, which come first, and with those of two things at once."""
MAX_STEPS = 7
"""Steps of the longest path that is told from others."""
MAX_COUNT = 4
"""Numbers of words and candidates from here on are one feature."""
UNKNOWN = 0
"""Row of every feature that the weights do not have."""
FAR = "far"
BEFORE, AFTER = (
    (*(f"{side}{number}" for number in range(MAX_TOKENS_PER_SENTENCE.bit_length() + 1)), side) for side in "<>"
)
"""Names of distances before and after the trigger, each with the name of the side at its end."""


class Group(Protocol):
    """The rows of the features of one group."""

    def get(self, value: str, default: int, /) -> int:
        """Return the row of *value*."""


class Rows(Protocol):
    """The rows of all features."""

    def get(self, group: str, default: Group, /) -> Group:
        """Return the features of *group*."""


class Known(NamedTuple):
    """What a candidate is by itself, whatever the event."""

    rows: list[int]
    relation: str
    by_path: Group
    by_slot: Group


def of_candidates(parse: Parse, sentence: TokenSpan, candidates: Sequence[Candidate], rows: Rows) -> list[Known]:
    """Return what each of the *candidates* of a *sentence* is by itself."""
    start, end = sentence
    none: dict[str, int] = {}
    by_word, by_what, by_kind, by_own, by_previous, by_next, by_number = (
        rows.get(name, none) for name in ("word", "what", "kind", "own", "previous", "next", "number")
    )
    people, actors = word_class("people"), word_class("actor")
    known = []
    for number, (head, top) in enumerate(candidates):
        word, relation = parse.lemmas[head], parse.deps[top]
        what = parse.entity_types[head] or parse.tags[head]
        kind = f"{what} {word in people:d}{word in actors:d}"
        single = [
            by_word.get(word, UNKNOWN),
            by_what.get(what, UNKNOWN),
            by_kind.get(kind, UNKNOWN),
            by_own.get(relation, UNKNOWN),
            by_previous.get(parse.words[top - 1] if top > start else "", UNKNOWN),
            by_next.get(parse.words[head + 1] if head + 1 < end else "", UNKNOWN),
            by_number.get(str(min(number, MAX_COUNT)), UNKNOWN),
        ]
        known.append(Known(single, relation, rows.get(f"what*path={what}", none), rows.get(f"kind*slot={kind}", none)))
    return known


def of_event(
    parse: Parse, frame: Frame, event_type: str, candidates: Sequence[Candidate], known: Sequence[Known], *, rows: Rows
) -> Iterator[list[int]]:
    """Yield the rows of each of *candidates* as a participant of the event of *frame*.

    Args:
        parse: The parse of the document.
        frame: The frame of the trigger.
        event_type: Type of the event.
        candidates: Those of the sentence.
        known: What `of_candidates` says of them.
        rows: The rows of all features.
    """
    trigger, none = frame.trigger, dict[str, int]()
    lemma, voice = parse.lemmas[trigger], _voice(parse, trigger)
    filled = f"{parse.tags[trigger]}{bool(frame.subjects):d}{bool(frame.objects):d}{frame.passive:d}"
    of_trigger = [
        rows.get(name, none).get(value, UNKNOWN)
        for name, value in (
            ("trigger", lemma), ("type", event_type), ("voice", voice), ("relation", parse.deps[trigger]),
        )
    ]  # fmt: skip
    (
        by_distance, by_between, by_last, by_slot, by_own,
        by_path_of_type, by_path_of_trigger, by_path_of_voice, by_slot_of_type, by_slot_of_trigger, by_slot_of_filled,
    ) = (
        rows.get(name, none)
        for name in (
            "distance", "between", "last", "slot", f"trigger*own={lemma}",
            f"type*path={event_type}", f"trigger*path={lemma}", f"voice*path={voice}",
            f"type*slot={event_type}", f"trigger*slot={lemma}", f"filled*slot={filled}",
        )
    )  # fmt: skip
    paths, slots = _paths(parse, trigger), _slots(parse, frame)
    before = sum(candidate.head < trigger for candidate in candidates)
    for number, ((head, top), own) in enumerate(zip(candidates, known, strict=True)):
        path, slot = paths.get(top, FAR), slots.get(head) or slots.get(top, "")
        side, between = (AFTER, number - before) if head > trigger else (BEFORE, before - 1 - number)
        yield [
            *of_trigger,
            *own.rows,
            by_distance.get(side[abs(head - trigger).bit_length()], UNKNOWN),
            by_between.get(side[min(between, MAX_COUNT)], UNKNOWN),
            by_last.get(_last_steps(path), UNKNOWN),
            by_slot.get(slot, UNKNOWN),
            own.by_path.get(path, UNKNOWN),
            own.by_slot.get(slot, UNKNOWN),
            by_own.get(side[-1] + own.relation, UNKNOWN),
            by_path_of_type.get(path, UNKNOWN),
            by_path_of_trigger.get(path, UNKNOWN),
            by_path_of_voice.get(path, UNKNOWN),
            by_slot_of_type.get(slot, UNKNOWN),
            by_slot_of_trigger.get(slot, UNKNOWN),
            by_slot_of_filled.get(slot, UNKNOWN),
        ]


@functools.lru_cache(maxsize=4096)
def _last_steps(path: str) -> str:
    return " ".join(path.rsplit(" ", 3)[-3:])


def _voice(parse: Parse, trigger: int) -> str:
    """Return the form of the trigger and which arguments it has."""
    deps = [parse.deps[child] for child in parse.children[trigger]]
    marks = [name for name in ("auxpass", "nsubjpass", "nsubj", "dobj", "agent") if name in deps]
    return "+".join([parse.tags[trigger], *marks])


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
