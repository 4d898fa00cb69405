"""How many were killed, injured, arrested, displaced and the like: number, what is counted, and the words."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from service.contract.records import Count, Mention
from service.enrich import data_files
from service.enrich.grammar import clauses, frames, numerals, roles
from service.enrich.grammar.parse import Parse

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from service.enrich.grammar.frames import Frame

NOT_PEOPLE = frozenset(
    {"percent", "year", "day", "month", "week", "hour", "minute", "dollar", "euro", "time", "point", "mile", "km"}
)
LARGEST = 8_000_000_000
"""More than there are people: a misread number."""


@dataclass(frozen=True, slots=True)
class Kind:
    """The words of one kind of count."""

    name: str
    object: frozenset[str]
    subject: frozenset[str]
    adjectives: frozenset[str]
    nouns: frozenset[str]
    phrases: frozenset[tuple[str, str]]
    """Verbs that say so with a word beside them: "shoot" with "dead"."""
    examples: tuple[tuple[str, int, str], ...]


@functools.cache
def kinds() -> tuple[Kind, ...]:
    """Return the kinds of counts, in the order of the file."""
    raw: dict[str, Any] = data_files.read(files("service.enrich") / "data" / "counts.yaml")

    def words(value: str) -> frozenset[str]:
        return frozenset(filter(None, (word.strip() for word in value.split(","))))

    return tuple(
        Kind(
            name,
            frozenset(verb for verb in words(row["object"]) if " " not in verb),
            words(row["subject"]),
            words(row["adjectives"]),
            words(row["nouns"]),
            frozenset(
                (verb, beside) for verb, _, beside in (verb.partition(" ") for verb in words(row["object"])) if beside
            ),
            tuple((sentence, number, of) for sentence, number, of in row["examples"]),
        )
        for name, row in raw.items()
    )


@functools.cache
def _telling() -> frozenset[str]:
    """Return the words of all kinds: nearly every word of a text is none of them."""
    phrases = frozenset(verb for kind in kinds() for verb, _ in kind.phrases)
    return phrases.union(*(kind.object | kind.subject | kind.adjectives | kind.nouns for kind in kinds()))


def find(doc: Doc) -> list[Count]:
    """Return the counts of *doc* in the order of the text; a mention is the number's words, in code points.

    Only numbers that the text gives: "dozens" and "hundreds" are none. "More than 20" counts as 20, and so does "20 to
    30"; whom the text says nothing was done to ("did not arrest 300 protesters") are not counted.
    """
    parse = Parse.of(doc)
    found: dict[tuple[int, int], Count] = {}
    telling = _telling()
    for index, (word, lemma) in enumerate(zip(parse.words, parse.lemmas, strict=True)):
        if word not in telling and lemma not in telling:
            continue
        frame = frames.build(parse, index)
        pairs = _counted(parse, frame)
        if pairs and clauses.read_flags(parse, frame, [], None).negated:
            continue
        for kind, counted in pairs:
            number = _number(parse, counted)
            if number is None:
                continue
            start, end, value = number
            if (start, end) not in found and 0 <= value <= LARGEST:
                found[start, end] = _count(doc, parse, kind, counted, number)
    return [found[key] for key in sorted(found)]


def _counted(parse: Parse, frame: Frame) -> list[tuple[str, int]]:
    """Return kind and token of what the word of *frame* says is counted."""
    index, lemma, part = frame.trigger, frame.lemma, frame.pos
    pairs: list[tuple[str, int]] = []
    for kind in kinds():
        if part == "v" and (lemma in kind.object or lemma in kind.subject):
            tokens = frame.objects if lemma in kind.object else frame.subjects
            pairs += [(kind.name, other) for token in tokens for other in parse.coordinated(token)]
        elif part in {"a", "v"} and (lemma in kind.adjectives or parse.words[index] in kind.adjectives):
            pairs += [(kind.name, token) for token in _described(parse, index)]
        elif part == "n" and lemma in kind.nouns:
            pairs += [(kind.name, token) for token in _toll(parse, index)]
        if part == "v":
            pairs += [(kind.name, token) for token in _beside(parse, frame, kind)]
    return pairs


def _beside(parse: Parse, frame: Frame, kind: Kind) -> list[int]:
    """Return whom a verb and the word beside it are said of: "shot dead 12 people", "took 20 people hostage"."""
    besides = {beside for verb, beside in kind.phrases if verb == frame.lemma}
    found: list[int] = []
    for child in parse.children[frame.trigger]:
        if parse.words[child] in besides:
            found += [token for token in frame.objects if token != child]
            found += parse.children_with(child, "compound", "nsubj", "dobj")  # as the parser often ties them
    return [other for token in found for other in parse.coordinated(token)]


def _described(parse: Parse, index: int) -> list[int]:
    """Return what "dead" or "missing" is said of: "three dead", "six fishermen are missing"."""
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
    """Return the number of "a death toll of 45" and "the toll rose to 45", or the noun of "45 deaths"."""
    if parse.lemmas[index] != "toll":
        return [index]
    preps = [child for child in parse.children[index] if parse.words[child] in {"of", "at"}]
    head = parse.heads[index]
    if parse.pos[head] == "v":
        preps += [child for child in parse.children[head] if parse.words[child] in {"to", "at"}]
    return [number for prep in preps for number in parse.children_with(prep, "pobj") if parse.tags[number] == "CD"]


def _number(parse: Parse, token: int) -> tuple[int, int, int] | None:
    """Return start, end and value of the number of *token*: itself, its modifier, or before "of"."""
    if parse.lemmas[token] in NOT_PEOPLE:
        return None
    heads = [token] if parse.tags[token] == "CD" else parse.children_with(token, "nummod")
    above = parse.heads[token]
    if not heads and parse.words[above] == "of" and parse.tags[parse.heads[above]] == "CD":
        heads = [parse.heads[above]]
    if not heads and parse.deps[token] == "compound":
        heads = parse.children_with(above, "nummod")
    for head in heads:
        if parse.entity_types[head] not in numerals.NOT_COUNTED and (number := numerals.around(parse, head)):
            return number
    return None


def _count(doc: Doc, parse: Parse, kind: str, counted: int, number: tuple[int, int, int]) -> Count:
    start, end, value = number
    span = doc[start:end]
    what = None
    if not start <= counted < end and parse.pos[counted] == "n":
        first, last = roles.phrase(parse, counted, [])
        first = max(first, end) if first < end <= last else first
        what = doc[first:last].text or None
    return Count(
        kind=kind,
        number=value,
        mention=Mention(start=span.start_char, end=span.end_char, text=span.text),
        of=what,
    )
