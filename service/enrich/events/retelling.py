"""Which events of an article are told again: in the headline and the lead, or later in the text.

Two are the same only if nothing tells them apart: their type, flags, word, date, places and participants. And something
must tie them: a participant or place with a name, "the" or "this" before the later one, or the first sentences.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from service.enrich.events.roles import Participants, Phrase
    from service.enrich.events.selection import EventDraft
    from service.enrich.grammar.parse import Parse
    from service.enrich.grammar.phrases import TokenSpan

MIN_COMMON_LETTERS = 5
"""Letters with which two words of one stem begin, such as "resign" and "resignation"; short words must be equal."""
DEFINITE_WORDS = frozenset({"the", "this", "that", "these", "those"})
OTHER_WORDS = frozenset({
    "a", "an", "another", "other", "some", "any", "no", "each", "every", "more", "new", "fresh", "separate", "first",
    "second", "third", "last", "next", "previous", "earlier", "latest", "current", "recent", "further", "similar",
})  # fmt: skip
"""Words before a noun that mean another than the one told before."""
LAST_SENTENCE_OF_OPENING = 2
"""The first sentence is mostly the headline, and the two after it tell the same."""
Who = int | str
"""An entity by its index, or the head of a phrase."""


@dataclass(frozen=True, slots=True)
class Telling:
    """An event as one sentence tells it, by tokens."""

    draft: EventDraft
    participants: Participants
    places: dict[TokenSpan, int]
    """Where, with the index of the location."""
    date: str | None


class _Facts(NamedTuple):
    """What an event is known by."""

    sentence: int
    kind: tuple[object, ...]
    """Type and flags: equal in both."""
    lemma: str
    tag: str
    determiners: frozenset[str]
    who: tuple[frozenset[Who], frozenset[Who]]
    """Actors and recipients."""
    counted: frozenset[str]
    """Numbers of the trigger: "five elections"."""
    numbers: frozenset[str]
    """Numbers of the recipients: twelve killed are not five."""
    places: frozenset[Who]
    date: str | None


def first_tellings(parse: Parse, tellings: Sequence[Telling], refers_to: Mapping[int, int]) -> list[int | None]:
    """Return, for each of *tellings*, the index of the first that tells the same, or None if there is none.

    If it may be either of two earlier ones, it is left open. *refers_to* has the entity that a token refers to.
    """
    facts: list[_Facts] = []
    firsts: list[int | None] = []
    by_kind: dict[tuple[object, ...], list[int]] = {}
    for number, telling in enumerate(tellings):
        of_event = _facts(parse, telling, refers_to)
        facts.append(of_event)
        earlier = by_kind.setdefault(of_event.kind, [])
        same = [other for other in earlier if _is_same(facts[other], of_event)]
        firsts.append(same[0] if len(same) == 1 else None)
        if not same:
            earlier.append(number)
    return firsts


def _facts(parse: Parse, telling: Telling, refers_to: Mapping[int, int]) -> _Facts:
    (actors, recipients), trigger = telling.participants, telling.draft.trigger
    return _Facts(
        parse.sentence_of[trigger],
        (telling.draft.decision.type, *telling.draft.flags),
        telling.draft.candidate.frame.lemma,
        parse.tags[trigger],
        frozenset(parse.words[child] for child in parse.children_with(trigger, "det", "amod")),
        (_who(parse, actors, refers_to), _who(parse, recipients, refers_to)),
        _numbers(parse, [trigger]),
        _numbers(parse, [phrase.head for phrase in recipients]),
        frozenset(telling.places.values()),
        telling.date,
    )


def _who(parse: Parse, phrases: Sequence[Phrase], refers_to: Mapping[int, int]) -> frozenset[Who]:
    """Return who *phrases* are; a pronoun that refers to nobody known is left out."""
    return frozenset(
        refers_to.get(phrase.head, parse.lemmas[phrase.head])
        for phrase in phrases
        if phrase.head in refers_to or not parse.tags[phrase.head].startswith("PRP")
    )


def _numbers(parse: Parse, heads: Sequence[int]) -> frozenset[str]:
    return frozenset(parse.words[child] for head in heads for child in parse.children_with(head, "nummod"))


def _is_same(first: _Facts, later: _Facts) -> bool:
    is_opening = first.sentence == 0 and later.sentence <= LAST_SENTENCE_OF_OPENING
    if not _is_related(first, later) or (later.determiners & OTHER_WORDS and not is_opening):
        return False
    shared: frozenset[Who] = frozenset()
    for one, other in (*zip(first.who, later.who, strict=True), (first.places, later.places)):
        if one and other and not one & other and not (is_opening and _is_named(one) != _is_named(other)):
            return False
        shared |= one & other
    if first.counted != later.counted or (first.numbers and later.numbers and first.numbers != later.numbers):
        return False
    if first.date and later.date and not (first.date.startswith(later.date) or later.date.startswith(first.date)):
        return False
    return (is_opening and bool(shared)) or _is_named(shared) or not later.determiners.isdisjoint(DEFINITE_WORDS)


def _is_named(who: frozenset[Who]) -> bool:
    return any(isinstance(one, int) for one in who)


def _is_related(first: _Facts, later: _Facts) -> bool:
    """Return whether the words of two events are of one stem, and both singular or both plural if they are nouns."""
    if {first.tag, later.tag} == {"NN", "NNS"}:
        return False
    length = min(len(first.lemma), len(later.lemma))
    common = first.lemma[:MIN_COMMON_LETTERS] == later.lemma[:MIN_COMMON_LETTERS]
    return first.lemma == later.lemma or (length >= MIN_COMMON_LETTERS and common)
