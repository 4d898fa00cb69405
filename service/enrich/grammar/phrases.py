"""The phrase around a token, and the mention of a span of tokens."""

from __future__ import annotations

from bisect import bisect_right
from operator import itemgetter
from typing import TYPE_CHECKING

from service.contract.annotations import Mention
from service.enrich.grammar.word_lists import function_words

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from service.enrich.grammar.parse import Parse

TokenSpan = tuple[int, int]
"""Token indexes, `[start, end)`."""
START = itemgetter(0)

NAME_TYPES = frozenset({"PERSON", "ORG", "GPE", "NORP", "LOC", "FAC"})
"""Entity types of names that a phrase may be."""
LEFT_DEPS = frozenset({"compound", "amod", "nummod", "nmod", "poss", "quantmod", "case", "punct", "det"})
BARRIER_TAGS = frozenset({"PRP$", "WP$", "DT", "-LRB-"})
MAX_PHRASE_TOKENS = 6
"""Longer phrases are cut to their last words."""


def noun_phrase(parse: Parse, token: int, names: list[TokenSpan]) -> TokenSpan:
    """Return the name that *token* is in, or else its noun phrase without article and without what follows.

    *names* are the spans of entities in the order of the text; they are searched by bisection, because an article may
    have thousands. If the model draws an entity across the end of a sentence, only the part in the sentence of *token*
    counts.
    """
    number = bisect_right(names, token, key=START) - 1
    if number >= 0 and token < names[number][1]:
        first, last = parse.sentences[parse.sentence_of[token]]
        start, end = max(first, names[number][0]), min(last, names[number][1])
        return start + (parse.words[start] == "the" and end - start > 1), end
    start = token
    while start > 0 and token - start < MAX_PHRASE_TOKENS - 1 and _is_left_part(parse, start - 1, token):
        start -= 1
    while start < token and parse.words[start] in function_words().phrase_openers:
        start += 1
    return start, token + 1


def mention(doc: Doc, span: TokenSpan) -> Mention:
    """Return the mention of *span*, in code points of `doc.text`."""
    part = doc[span[0] : span[1]]
    return Mention(start=part.start_char, end=part.end_char, text=part.text)


def _is_left_part(parse: Parse, index: int, head: int) -> bool:
    """Return whether the token at *index* belongs to the phrase on the left of *head*."""
    if parse.words[index] in function_words().phrase_barriers or parse.tags[index] in BARRIER_TAGS:
        return False
    token = index
    while token != head:
        if parse.deps[token] not in LEFT_DEPS or parse.heads[token] == token:
            return False
        token = parse.heads[token]
    return True
