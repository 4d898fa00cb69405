"""What is known of a word as a participant of an event: how the grammar ties it to the trigger, and what it is.

A feature has a group and a value: in the group `trigger` the lemma of the trigger, in the group `type*path=ASSAULT` the
path from the trigger of an assault. A word is described by the rows of its features in the weights of `role_model`.
The words of a sentence are read together, feature by feature, which takes half the time of word by word.
"""

from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING, NamedTuple, Protocol

from service.enrich.events.trigger_candidates import MAX_TOKENS_PER_SENTENCE
from service.enrich.grammar.word_lists import word_class

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.enrich.events.role_candidates import Candidate
    from service.enrich.grammar.frames import Frame
    from service.enrich.grammar.parse import Parse
    from service.enrich.grammar.phrases import TokenSpan

SINGLE, ALL = 16, 27
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
    """What the candidates of a sentence are by themselves, whatever the event. Each list has an item per candidate."""

    columns: list[list[int]]
    """Rows of their features, feature by feature."""
    relations: list[str]
    kinds: list[str]
    by_path: list[Group]
    by_slot: list[Group]


def of_candidates(parse: Parse, sentence: TokenSpan, candidates: Sequence[Candidate], rows: Rows) -> Known:
    """Return what the *candidates* of a *sentence* are by themselves."""
    start, end = sentence
    none: dict[str, int] = {}
    people, actors = word_class("people"), word_class("actor")
    words = [parse.lemmas[head] for head, _ in candidates]
    relations = [parse.deps[top] for _, top in candidates]
    natures = [parse.entity_types[head] or parse.tags[head] for head, _ in candidates]
    kinds = [f"{what} {word in people:d}{word in actors:d}" for what, word in zip(natures, words, strict=True)]
    values = {
        "word": words,
        "what": natures,
        "kind": kinds,
        "own": relations,
        "previous": [parse.words[top - 1] if top > start else "" for _, top in candidates],
        "next": [parse.words[head + 1] if head + 1 < end else "" for head, _ in candidates],
        "number": [str(min(number, MAX_COUNT)) for number in range(len(candidates))],
    }
    return Known(
        [_column(rows.get(name, none), of_feature) for name, of_feature in values.items()],
        relations,
        kinds,
        [rows.get(f"what*path={what}", none) for what in natures],
        [rows.get(f"kind*slot={kind}", none) for kind in kinds],
    )


def of_event(
    parse: Parse, frame: Frame, event_type: str, candidates: Sequence[Candidate], known: Known, *, rows: Rows
) -> list[list[int]]:
    """Return the rows of *candidates* as participants of the event of *frame*, feature by feature.

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
    governor = f"{parse.deps[trigger]} {parse.lemmas[parse.heads[trigger]]}"
    filled = f"{parse.tags[trigger]}{bool(frame.subjects):d}{bool(frame.objects):d}{frame.passive:d}"
    of_trigger = [
        [rows.get(name, none).get(value, UNKNOWN)] * len(candidates)
        for name, value in (
            ("trigger", lemma), ("type", event_type), ("voice", voice), ("relation", parse.deps[trigger]),
        )
    ]  # fmt: skip
    paths_to, slots_of = _paths(parse, trigger), _slots(parse, frame)
    paths = [paths_to.get(top, FAR) for _, top in candidates]
    slots = [slots_of.get(head) or slots_of.get(top, "") for head, top in candidates]
    before = sum(head < trigger for head, _ in candidates)
    sides = [BEFORE] * before + [AFTER] * (len(candidates) - before)
    between = [abs(number - before + (number < before)) for number in range(len(candidates))]
    values = (
        (
            "distance",
            [side[abs(head - trigger).bit_length()] for side, (head, _) in zip(sides, candidates, strict=True)],
        ),
        ("between", [side[min(number, MAX_COUNT)] for side, number in zip(sides, between, strict=True)]),
        ("first", [*map(_first_steps, paths)]),
        ("last", [*map(_last_steps, paths)]),
        ("slot", slots),
    )
    values_of_two = (
        (f"trigger*own={lemma}", [side[-1] + own for side, own in zip(sides, known.relations, strict=True)]),
        (f"type*path={event_type}", paths),
        (f"trigger*path={lemma}", paths),
        (f"voice*path={voice}", paths),
        (f"governor*path={governor}", paths),
        (f"type*slot={event_type}", slots),
        (f"trigger*slot={lemma}", slots),
        (f"filled*slot={filled}", slots),
        (f"type*kind={event_type}", known.kinds),
    )
    return [
        *of_trigger,
        *known.columns,
        *(_column(rows.get(name, none), of_feature) for name, of_feature in values),
        [group.get(path, UNKNOWN) for group, path in zip(known.by_path, paths, strict=True)],
        [group.get(slot, UNKNOWN) for group, slot in zip(known.by_slot, slots, strict=True)],
        *(_column(rows.get(name, none), of_feature) for name, of_feature in values_of_two),
    ]


def _column(group: Group, values: list[str]) -> list[int]:
    """Return the rows of *values*; `map` takes half the time of a loop."""
    return [*map(group.get, values, itertools.repeat(UNKNOWN))]


@functools.lru_cache(maxsize=4096)
def _first_steps(path: str) -> str:
    return " ".join(path.split(" ", 2)[:2])


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
