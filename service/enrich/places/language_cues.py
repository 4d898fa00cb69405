"""What the words around a name say about it in Romanian, Bulgarian, Hungarian and Slovak.

The word lists are data, `data/languages/*/places.yaml`. Words are compared without case and accents, because many
articles are written without them.
"""

from __future__ import annotations

import re
from functools import cache, cached_property
from importlib import resources
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator

from service.enrich import data_files
from service.enrich.gazetteer.folding import fold_place_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.enrich.places.toponyms import Toponym
    from service.enrich.places.words import Words

_WORD_BEFORE = re.compile(r"(\w+)[. ]*$")
_WORD_AFTER = re.compile(r" (\w+)")
_DATELINE = re.compile(
    r"^(?P<places>[^\W\d_]\w*+(?:[ -][^\W\d_]\w*+){0,2}),?(?: [^()/\n\u2013\u2014]{0,40})? ?"
    r"(?:\([A-Z\u0400-\u042f][A-Z\u0400-\u042f /-]{1,15}\)|/[A-Za-z\u0400-\u044f]{2,12}/)(?P<dash> ?[-\u2013\u2014])?",
    re.MULTILINE,
)
"""A place with a day or none, then an agency: `Bratislava 7. decembra (TASR)`, `BUCUREȘTI /Agerpres/ -`.

Without a day or a dash, what stands in brackets may be the short form of a name.
"""
_DATELINE_MAX_CODE_POINTS = 1_000
"""Length of the beginning of the body that may hold a dateline."""
_CODE_POINTS_BEFORE = 20
"""Length of the text before a name that is searched for a word."""


def datelines(text: str, body: int) -> list[tuple[int, int]]:
    """Return the spans `[start, end)` of the places in the datelines of *text*, whose body begins at *body*."""
    found = _DATELINE.finditer(text, body, body + _DATELINE_MAX_CODE_POINTS)
    return [
        match.span("places")
        for match in found
        if match["places"][0].isupper() and (match["dash"] or any(map(str.isdigit, match[0])))
    ]


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(fold_place_name, words))


FoldedWords = Annotated[frozenset[str], BeforeValidator(_folded)]


class WordLists(data_files.DataRow):
    """The lists of one language; the files say what each is for."""

    home: str
    locative: FoldedWords
    locative_endings: tuple[str, ...]
    division_before: FoldedWords
    division_after: FoldedWords
    kinds: FoldedWords
    street_before: FoldedWords
    street_after: FoldedWords
    language_before: FoldedWords
    language_before_end: FoldedWords
    language_after: FoldedWords
    not_peoples: FoldedWords
    conjunctions: FoldedWords

    @cached_property
    def kinds_of_divisions(self) -> frozenset[str]:
        """Words that say before or after a name that it is a county's or a province's."""
        return self.division_before | self.division_after


@cache
def of(language: str) -> WordLists:
    """Return the lists of *language*."""
    path = resources.files("service.enrich") / "data" / "languages" / language / "places.yaml"
    return data_files.read_document(path, WordLists)


def is_called_division(mention: Toponym, text: str, lists: WordLists) -> bool:
    """Report whether the text calls it a county or a province: `județul Cluj`, `Pest megye`."""
    before = _WORD_BEFORE.search(text[max(0, mention.start - _CODE_POINTS_BEFORE) : mention.start])
    after = _WORD_AFTER.match(text, mention.end)
    return (
        (before is not None and fold_place_name(before[1]) in lists.division_before)
        or (after is not None and fold_place_name(after[1]) in lists.division_after)
        or not lists.kinds_of_divisions.isdisjoint(fold_place_name(mention.text).split())
    )


def is_street(words: Words, first: int, last: int, lists: WordLists) -> bool:
    """Report whether a street or an institution has the name: `strada București`, `Bécsi út`."""
    before = _before(words, first)
    return before in lists.street_before or fold_place_name(words.after(last)) in lists.street_after


def is_language(words: Words, first: int, last: int, lists: WordLists) -> bool:
    """Report whether the adjective of a people stands for its language: `limba română`, `на български`."""
    before, after = _before(words, first), words.after(last)
    return (
        before in lists.language_before
        or fold_place_name(after) in lists.language_after
        or (before in lists.language_before_end and not after[:1].isalpha())
    )


def is_place_in_context(words: Words, first: int, last: int, lists: WordLists) -> bool:
    """Report whether the word before, or the ending, says that something is there: `în Valdai`, `Valdajban`."""
    if _before(words, first) in lists.locative:
        return True
    return bool(lists.locative_endings) and fold_place_name(words.text[last - 1]).endswith(lists.locative_endings)


def _before(words: Words, first: int) -> str:
    """Return the word before *first*, or the one before the full stop of an abbreviation (`str. Paris`)."""
    at = first - 2 if first > 1 and words.text[first - 1] == "." else first - 1
    return fold_place_name(words.text[at]) if at >= 0 else ""
