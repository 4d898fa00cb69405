"""How many were killed, injured, arrested, displaced and the like: number, what is counted, and the words."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from service.enrich import data_files
from service.enrich.events import frames, roles
from service.enrich.events.syntax import Syntax
from service.records import Count, Mention

if TYPE_CHECKING:
    from spacy.tokens import Doc

UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
SCALES = {"dozen": 12, "hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
NEVER_COUNTED = frozenset({"DATE", "TIME", "MONEY", "PERCENT", "ORDINAL"})
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
            words(row["object"]),
            words(row["subject"]),
            words(row["adjectives"]),
            words(row["nouns"]),
            tuple((sentence, number, of) for sentence, number, of in row["examples"]),
        )
        for name, row in raw.items()
    )


@functools.cache
def _telling() -> frozenset[str]:
    """Return the words of all kinds: nearly every word of a text is none of them."""
    return frozenset().union(*(kind.object | kind.subject | kind.adjectives | kind.nouns for kind in kinds()))


def find(doc: Doc) -> list[Count]:
    """Return the counts of *doc* in the order of the text; a mention is the number's words, in code points.

    Only numbers that the text gives: "dozens" and "hundreds" are none. "More than 20" counts as 20.
    """
    syntax = Syntax.of(doc)
    found: dict[tuple[int, int], Count] = {}
    telling = _telling()
    for index, (word, lemma) in enumerate(zip(syntax.words, syntax.lemmas, strict=True)):
        if word not in telling and lemma not in telling:
            continue
        for kind, counted in _counted(syntax, index):
            number = _number(syntax, counted)
            if number is None:
                continue
            start, end, value = number
            if (start, end) not in found and 0 <= value <= LARGEST:
                found[start, end] = _count(doc, syntax, kind, counted, number)
    return [found[key] for key in sorted(found)]


def _counted(syntax: Syntax, index: int) -> list[tuple[str, int]]:
    """Return kind and token of what the word at *index* says is counted."""
    lemma, part = syntax.lemmas[index], syntax.kinds[index]
    pairs: list[tuple[str, int]] = []
    for kind in kinds():
        if part == "v" and (lemma in kind.object or lemma in kind.subject):
            frame = frames.build(syntax, index)
            tokens = frame.objects if lemma in kind.object else frame.subjects
            pairs += [(kind.name, other) for token in tokens for other in syntax.coordinated(token)]
        elif part in {"a", "v"} and (lemma in kind.adjectives or syntax.words[index] in kind.adjectives):
            pairs += [(kind.name, token) for token in _described(syntax, index)]
        elif part == "n" and lemma in kind.nouns:
            pairs += [(kind.name, token) for token in _toll(syntax, index)]
    return pairs


def _described(syntax: Syntax, index: int) -> list[int]:
    """Return what "dead" or "missing" is said of: "three dead", "six fishermen are missing"."""
    head, dep = syntax.heads[index], syntax.deps[index]
    if any(syntax.deps[kid] == "nummod" for kid in syntax.kids[index]):
        return [index]
    if dep == "acomp":
        return syntax.children(head, "nsubj", "nsubjpass")
    if subjects := syntax.children(index, "nsubj", "nsubjpass"):
        return subjects
    if dep in {"amod", "oprd"} and syntax.kinds[head] == "n":
        return [head]
    previous = index - 1
    return [previous] if previous >= 0 and syntax.tags[previous] == "CD" else []


def _toll(syntax: Syntax, index: int) -> list[int]:
    """Return the number of "a death toll of 45" and "the toll rose to 45", or the noun of "45 deaths"."""
    if syntax.lemmas[index] != "toll":
        return [index]
    preps = [kid for kid in syntax.kids[index] if syntax.words[kid] in {"of", "at"}]
    head = syntax.heads[index]
    if syntax.kinds[head] == "v":
        preps += [kid for kid in syntax.kids[head] if syntax.words[kid] in {"to", "at"}]
    return [number for prep in preps for number in syntax.children(prep, "pobj") if syntax.tags[number] == "CD"]


def _number(syntax: Syntax, token: int) -> tuple[int, int, int] | None:
    """Return start, end and value of the number of *token*: itself, its modifier, or before "of"."""
    if syntax.lemmas[token] in NOT_PEOPLE:
        return None
    heads = [token] if syntax.tags[token] == "CD" else syntax.children(token, "nummod")
    above = syntax.heads[token]
    if not heads and syntax.words[above] == "of" and syntax.tags[syntax.heads[above]] == "CD":
        heads = [syntax.heads[above]]
    for head in heads:
        if syntax.ents[head] in NEVER_COUNTED:
            continue
        start, end = head, head + 1
        while start > 0 and (syntax.tags[start - 1] == "CD" or _joined(syntax, start - 1)):
            start -= 1
        while end < syntax.size and (syntax.tags[end] == "CD" or syntax.words[end] in SCALES or _joined(syntax, end)):
            end += 1
        value = parse(syntax.words[start:end])
        if value is not None:
            return start, end, value
    return None


def _joined(syntax: Syntax, at: int) -> bool:
    return syntax.words[at] == "-" and 0 < at < syntax.size - 1 and syntax.tags[at - 1] == syntax.tags[at + 1] == "CD"


def parse(words: list[str]) -> int | None:
    """Return the whole number that *words* say: "1,200", "twenty - five", "two dozen", "2.5 million"; else None."""
    total, current, seen = 0.0, 0.0, False
    for word in words:
        if word in {"-", "and", "a"}:
            continue
        parts = word.split("-")
        for part in parts:
            if DIGITS.fullmatch(part):
                current += float(part.replace(",", ""))
            elif part in UNITS:
                current += UNITS[part]
            elif part in SCALES:
                current = (current or 1) * SCALES[part]
                if SCALES[part] >= SCALES["thousand"]:
                    total, current = total + current, 0.0
            else:
                return None
            seen = True
    value = total + current
    return int(value) if seen and value == int(value) else None


def _count(doc: Doc, syntax: Syntax, kind: str, counted: int, number: tuple[int, int, int]) -> Count:
    start, end, value = number
    span = doc[start:end]
    what = None
    if not start <= counted < end and syntax.kinds[counted] == "n":
        first, last = roles.phrase(syntax, counted, [])
        first = max(first, end) if first < end <= last else first
        what = doc[first:last].text or None
    return Count(
        kind=kind,
        number=value,
        mention=Mention(start=span.start_char, end=span.end_char, text=span.text),
        of=what,
    )
