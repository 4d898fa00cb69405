"""Which numbers of a text are news, and which of these count people: a linear model over the words around a number.

A number is news if it tells how many: visitors, flights, tonnes. It is none if it is an age, a measure, a score, the
number of a law, or points back: "the two countries". `newsworthiness.tsv` has a weight for each feature that
`features` returns; `training/make_newsworthiness.py` fits them to labelled numbers.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, NamedTuple

from service.enrich.data_files import DATA
from service.enrich.grammar.word_lists import noun_classes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.enrich.grammar.numerals import Number
    from service.enrich.grammar.parse import Parse

BIAS = "bias"
"""The feature of every number."""
VALUES = (3, 10, 30, 100, 1000, 1_000_000)
"""Bounds of the groups of values: a small number seldom is news."""
FIRST_SENTENCES = 3
MODIFIER_DEPS = frozenset({"nummod", "compound", "quantmod", "amod", "nmod"})
DIGIT, YEAR = re.compile(r"\d"), re.compile(r"(?:19|20)\d\d")


class Weights(NamedTuple):
    """How much a feature speaks for news, and for people."""

    news: float
    people: float


@functools.cache
def weights() -> dict[str, Weights]:
    """Return the weights by feature."""
    rows = (DATA / "newsworthiness.tsv").read_text(encoding="utf-8").splitlines()
    fields = (row.split("\t") for row in rows if not row.startswith("#"))
    return {feature: Weights(float(news), float(people)) for feature, news, people in fields}


def kind(parse: Parse, number: Number) -> str | None:
    """Return `people` or `other` for a *number* that is news; else None."""
    known = weights()
    found = [known[feature] for feature in features(parse, number) if feature in known]
    if sum(weight.news for weight in found) <= 0:
        return None
    return "people" if sum(weight.people for weight in found) > 0 else "other"


def counted_noun(parse: Parse, number: Number) -> int | None:
    """Return the noun that *number* counts: "300 students", "10 of the plants"; None for none."""
    top = _top(parse, number)
    above: int = parse.heads[top]
    if parse.deps[top] in MODIFIER_DEPS and parse.pos[above] == "n":
        return above
    if number.end < parse.size and parse.pos[number.end] == "n" and parse.words[number.end - 1] != "-":
        return number.end
    for preposition in parse.children_with(top, "prep"):
        if parse.words[preposition] == "of" and (nouns := parse.children_with(preposition, "pobj")):
            return nouns[0]
    return None


def features(parse: Parse, number: Number) -> Iterator[str]:
    """Yield what is known of *number*, as features of the model."""
    top, noun = _top(parse, number), counted_noun(parse, number)
    size = sum(number.value >= bound for bound in VALUES)
    words, tags = parse.words, parse.tags
    before = words[number.start - 1].strip() if number.start else ""
    after = words[number.end].strip() if number.end < parse.size else ""
    yield BIAS
    yield f"size {size}"
    yield f"entity {parse.entity_types[number.start]}"
    yield f"dependency {parse.deps[top]}"
    yield f"before {before}"
    yield f"after {after}"
    if number.end < parse.size:
        yield f"tag after {tags[number.end]}"
    if number.start:
        yield f"tag before {tags[number.start - 1]}"
    if DIGIT.search(words[number.start]):
        yield "digits"
    if "," in words[number.start]:
        yield "thousands"
    elif YEAR.fullmatch(words[number.start]):
        yield "year"
    if number.upper is not None:
        yield "range"
    if parse.sentence_of[number.start] < FIRST_SENTENCES:
        yield "first sentences"
    if noun is None:
        yield "no noun"
        above: int = parse.heads[top]
        yield f"above number {parse.lemmas[above].strip()}"
        yield f"alone size {size}"
        return
    yield from _noun_features(parse, number, noun, size)


def _noun_features(parse: Parse, number: Number, noun: int, size: int) -> Iterator[str]:
    lemma, above = parse.lemmas[noun], parse.heads[noun]
    name = noun_classes().get(lemma, "name" if parse.tags[noun].startswith("NNP") else "unknown")
    yield f"noun {lemma}"
    yield f"class {name}"
    yield f"class {name} size {size}"
    yield f"noun tag {parse.tags[noun]}"
    yield f"noun dependency {parse.deps[noun]}"
    yield f"noun entity {parse.entity_types[noun]}"
    yield f"above {parse.lemmas[above].strip()}"
    if parse.pos[above] != "v" and parse.heads[above] != above:
        yield f"above that {parse.lemmas[parse.heads[above]].strip()}"
    if noun - number.end:
        yield "words between"
    for child in parse.children[noun]:
        if parse.deps[child] in {"det", "poss"}:
            yield f"determiner {parse.words[child]}" if parse.deps[child] == "det" else "possessor"
        elif parse.deps[child] in {"amod", "relcl", "acl", "prep"}:
            yield f"has {parse.deps[child]}"


def _top(parse: Parse, number: Number) -> int:
    """Return the token of *number* that depends on none of its others."""
    for index in range(number.start, number.end):
        if not number.start <= parse.heads[index] < number.end or parse.heads[index] == index:
            return index
    return number.end - 1
