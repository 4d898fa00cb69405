"""How many were killed, injured, arrested, displaced and the like, by the words of `counts.yaml`."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

from service.enrich import data_files
from service.enrich.data_files import DATA, CommaSeparatedSet, DataRow
from service.enrich.grammar import clauses, frames, numerals
from service.enrich.grammar.word_lists import word_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.enrich.grammar.frames import Frame
    from service.enrich.grammar.numerals import Number
    from service.enrich.grammar.parse import Parse

MAX_COUNT = 8_000_000_000
"""The people on Earth: a larger number is misread."""


class Affected(NamedTuple):
    """A number of people to whom something happened."""

    kind: str
    counted: int
    """The token that is counted."""
    number: Number
    denied: bool
    """Whether the text says that it did not happen: "did not arrest 300 protesters"."""


class CountWords(DataRow):
    """The words of one kind of count. `counts.yaml` documents the keys."""

    object: CommaSeparatedSet
    subject: CommaSeparatedSet
    adjectives: CommaSeparatedSet
    nouns: CommaSeparatedSet
    examples: tuple[tuple[str, int, str], ...]
    """Sentence, number, and what is counted: read by the tests."""

    @functools.cached_property
    def object_verbs(self) -> frozenset[str]:
        """Verbs whose object is counted."""
        return frozenset(verb for verb in self.object if " " not in verb)

    @functools.cached_property
    def verbs_with_word(self) -> frozenset[tuple[str, str]]:
        """Verbs that count only with a word beside them: "shoot" with "dead"."""
        pairs = (verb.partition(" ") for verb in self.object)
        return frozenset((verb, beside) for verb, _, beside in pairs if beside)

    @functools.cached_property
    def nouns_with_word(self) -> frozenset[tuple[str, str]]:
        """Nouns that count only with a word before them: "case" with "new"."""
        pairs = (noun.partition(" ") for noun in self.nouns)
        return frozenset((noun, beside) for noun, _, beside in pairs if beside)


@functools.cache
def kinds() -> dict[str, CountWords]:
    """Return the words of each kind of count, in the order of the file."""
    return data_files.read_mapping(DATA / "counts.yaml", CountWords)


@functools.cache
def _trigger_words() -> frozenset[str]:
    """Return the words of all kinds: a quick test that nearly every word of a text fails."""
    with_word = frozenset(
        word for words in kinds().values() for word, _ in words.verbs_with_word | words.nouns_with_word
    )
    return with_word.union(
        *(words.object_verbs | words.subject | words.adjectives | words.nouns for words in kinds().values())
    )


def find(parse: Parse) -> Iterator[Affected]:
    """Yield the numbers that verbs and nouns of the kinds count; of two kinds for one number, both."""
    trigger_words = _trigger_words()
    for index, (word, lemma) in enumerate(zip(parse.words, parse.lemmas, strict=True)):
        if word not in trigger_words and lemma not in trigger_words:
            continue
        frame = frames.build(parse, index)
        counted = _counted(parse, frame)
        denied = bool(counted) and clauses.read_flags(parse, frame).negated
        for kind, token in counted:
            if (number := _number(parse, token)) and number.value <= MAX_COUNT:
                yield Affected(kind, token, number, denied)


def _counted(parse: Parse, frame: Frame) -> list[tuple[str, int]]:
    """Return the kind and the token of everything that the word of *frame* says is counted."""
    index, lemma, pos = frame.trigger, frame.lemma, frame.pos
    counted: list[tuple[str, int]] = []
    for kind, words in kinds().items():
        if pos == "v" and (lemma in words.object_verbs or lemma in words.subject):
            tokens = frame.objects if lemma in words.object_verbs else frame.subjects
            counted += [(kind, other) for token in tokens for other in parse.coordinated(token)]
        elif pos in {"a", "v"} and (lemma in words.adjectives or parse.words[index] in words.adjectives):
            counted += [(kind, token) for token in _described(parse, index)]
        elif pos == "n" and (lemma in words.nouns or _has_word_before(parse, index, words)):
            counted += [(kind, token) for token in _toll(parse, index)]
        if pos == "v":
            counted += [(kind, token) for token in _with_word_beside(parse, frame, words)]
    return counted


def _with_word_beside(parse: Parse, frame: Frame, words: CountWords) -> list[int]:
    """Return whom a verb and the word beside it refer to: "shot dead 12 people", "took 20 people hostage"."""
    besides = {beside for verb, beside in words.verbs_with_word if verb == frame.lemma}
    tokens: list[int] = []
    for child in parse.children[frame.trigger]:
        if parse.words[child] in besides:
            tokens += [token for token in frame.objects if token != child]
            tokens += parse.children_with(child, "compound", "nsubj", "dobj")  # the parser often attaches them so
    return [other for token in tokens for other in parse.coordinated(token)]


def _has_word_before(parse: Parse, noun: int, words: CountWords) -> bool:
    """Return whether the *noun* has the word before it with which it counts: "new cases"."""
    words_before = {before for name, before in words.nouns_with_word if name == parse.lemmas[noun]}
    return any(parse.words[child] in words_before for child in parse.children[noun])


def _described(parse: Parse, index: int) -> list[int]:
    """Return what "dead" or "missing" describes: "three dead", "six fishermen are missing"."""
    head, dep = parse.heads[index], parse.deps[index]
    if any(parse.deps[child] == "nummod" for child in parse.children[index]):
        return [index]
    if dep == "acomp":
        return parse.children_with(head, "nsubj", "nsubjpass")
    if subjects := parse.children_with(index, "nsubj", "nsubjpass"):
        return subjects
    if dep in {"amod", "oprd"} and parse.pos[head] == "n":
        return [head]
    previous = index - 1
    return [previous] if previous >= 0 and parse.tags[previous] == "CD" else []


def _toll(parse: Parse, index: int) -> list[int]:
    """Return what a noun counts: the number of "a toll of 45" and "the toll rose to 45"; "45 deaths", "death of 10"."""
    is_toll = parse.lemmas[index] == "toll"
    prepositions = [
        child for child in parse.children[index] if parse.words[child] in ({"of", "at"} if is_toll else {"of"})
    ]
    head = parse.heads[index]
    if is_toll and parse.pos[head] == "v":
        prepositions += [child for child in parse.children[head] if parse.words[child] in {"to", "at"}]
    objects = [number for preposition in prepositions for number in parse.children_with(preposition, "pobj")]
    return [token for token in objects if parse.tags[token] == "CD"] if is_toll else [index, *objects]


def _number(parse: Parse, token: int) -> Number | None:
    """Return the number of *token*: itself, its modifier, or the number before "of"."""
    if parse.lemmas[token] in word_class("unit_noun"):
        return None
    heads = [token] if parse.tags[token] == "CD" else parse.children_with(token, "nummod")
    above = parse.heads[token]
    if not heads and parse.words[above] == "of" and parse.tags[parse.heads[above]] == "CD":
        heads = [parse.heads[above]]
    if not heads and parse.deps[token] == "compound":
        heads = parse.children_with(above, "nummod")
    for head in heads:
        is_count = parse.entity_types[head] not in numerals.NO_COUNT_TYPES
        if is_count and (number := numerals.number_around(parse, head)):
            return number
    return None
