"""The words of a sentence that may take part in its events: names, nouns and pronouns."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from service.enrich.grammar.phrases import START, TokenSpan
from service.enrich.grammar.word_lists import word_class

if TYPE_CHECKING:
    from service.enrich.grammar.parse import Parse

PRONOUN_TAGS = frozenset({"PRP", "PRP$"})
STAND_IN_TAGS = frozenset({"CD", "DT", "JJ", "JJR", "JJS", "VBN"})
"""Tags of words that may stand for a noun: "three were killed", "those who fled", "the poor"."""
STAND_IN_DEPS = frozenset({"nsubj", "nsubjpass", "dobj", "pobj", "dative", "conj"})
TITLE_TAGS = frozenset({"NN", "NNP"})
"""Tags of a noun that stands before the name of a person as a title, even if the parser does not see it."""
FIGURE_TYPES = frozenset({"DATE", "TIME", "MONEY", "PERCENT", "ORDINAL"})
"""Entity types of what never takes part in an event."""


class Candidate(NamedTuple):
    """A phrase that may take part in an event, by token indexes."""

    head: int
    """The word that says who or what it is: "migrants" in "thousands of migrants"."""
    top: int
    """The word through which the phrase depends on others: "thousands" there."""


def find(parse: Parse, sentence: TokenSpan, names: list[TokenSpan]) -> list[Candidate]:
    """Return the candidates of *sentence*; *names* are the spans of all names of the document, in order."""
    start, end = sentence
    tops: dict[int, int] = {}
    named: set[int] = set()
    titles: dict[int, int] = {}
    for first, last in names[bisect_left(names, start, key=START) : bisect_left(names, end, key=START)]:
        inside = range(first, min(last, end))
        named.update(inside)
        head = next((token for token in inside if parse.heads[token] not in inside), inside[-1])
        tops[head] = head
        if parse.entity_types[head] == "PERSON" and parse.tags[first - 1] in TITLE_TAGS:
            titles[first - 1] = head
    nouns = [token for token in range(start, end) if token not in named and _may_take_part(parse, token)]
    tops.update(zip(nouns, nouns, strict=True))
    for title, head in titles.items():
        if title in tops and title not in named:
            del tops[title]
            tops[head] = title if parse.heads[head] == title else head
    for token in sorted(tops):
        if token in tops:
            _merge(parse, token, tops, named)
    return [Candidate(head, top) for head, top in sorted(tops.items())]


def _may_take_part(parse: Parse, token: int) -> bool:
    """Return whether the word at *token*, which is in no name, may take part in an event."""
    dep = parse.deps[token]
    if parse.entity_types[token] in FIGURE_TYPES or dep == "compound":
        return False
    tag = parse.tags[token]
    return parse.pos[token] == "n" or tag in PRONOUN_TAGS or (dep in STAND_IN_DEPS and tag in STAND_IN_TAGS)


def _merge(parse: Parse, token: int, tops: dict[int, int], named: set[int]) -> None:
    """Leave one of two candidates that are the same: "the minister, Ann Lee", "Ann Lee, the minister", "many of"."""
    above = parse.heads[token]
    if parse.deps[token] == "appos" and above in tops:
        if token in named and above not in named:
            tops[token] = tops.pop(above)
        elif token not in named and above in named:
            del tops[token]
    elif token not in named and parse.lemmas[token] in word_class("quantity"):
        for preposition in parse.children_with(token, "prep"):
            if parse.words[preposition] == "of":
                for counted in parse.children_with(preposition, "pobj"):
                    if counted in tops and token in tops and counted not in named:
                        tops[counted] = tops.pop(token)
