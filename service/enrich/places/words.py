"""The words of an article and the model's names over them, as plain lists: many times faster than spaCy's objects."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc

NAME_LABELS = frozenset(
    {"PERSON", "NORP", "FAC", "ORG", "GPE", "LOC", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW", "LANGUAGE", "WORK"}
)
"""Labels of names. Dates and amounts are left out, because a span of theirs may hold a place (`April 7 - Brazil`)."""
TRAILING_TOKENS = frozenset(["'s", "\u2019s", "\u2018s", "'", "\u2019", ",", "-", ".", "("])
"""Tokens that models include at the end of a name by mistake, as they do figures (`Holland 2,444,260`)."""
_JOINTS = frozenset("-/\u2013\u2014")
_PIECES = re.compile(r"[-/\u2013\u2014]|[^-/\u2013\u2014]+")


@dataclass(frozen=True, slots=True)
class ModelName:
    """A name that the model marked: words `[first, last)` with its label."""

    first: int
    last: int
    label: str


@dataclass(slots=True)
class Words:
    """The words of a text, `text[i]` at `[start[i], end[i])` in code points, and the model's names over them."""

    document: str
    text: list[str] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    owner: list[int] = field(default_factory=list)
    """Index of the name that the word is part of, -1 for none."""
    names: list[ModelName] = field(default_factory=list)
    lower_case: set[str] = field(default_factory=set)
    """The words that the article writes in lower case."""
    capitalised: list[int] = field(default_factory=list)
    """Indexes of the words that begin with a capital."""

    def __len__(self) -> int:
        """Return the number of words."""
        return len(self.text)

    def slice(self, first: int, last: int) -> str:
        """Return the text of words `[first, last)`."""
        return self.document[self.start[first] : self.end[last - 1]]

    def before(self, first: int) -> str:
        """Return the word before *first* in lower case, or ""."""
        return self.text[first - 1].lower() if first else ""

    def after(self, last: int) -> str:
        """Return the word at *last*, the first one after a name that ends there, or ""."""
        return self.text[last] if last < len(self.text) else ""

    def count(self, name: str) -> int:
        """Return the number of words that *name* has here, where hyphens and slashes are words."""
        return sum(len(_PIECES.findall(word)) for word in name.split())

    def label_of(self, first: int, last: int) -> str | None:
        """Return the label of the name that is exactly words `[first, last)`; "" for no name, None for part of one."""
        owners = set(self.owner[first:last])
        if owners == {-1}:
            return ""
        name = self.names[max(owners)]
        return name.label if (name.first, name.last) == (first, last) else None


def read_words(document: str, doc: Doc) -> Words:
    """Return the words of *doc*, with hyphens and slashes as words of their own, and its names.

    *document* is the text of *doc*. It is passed because spaCy joins `doc.text` from the tokens on every access.
    """
    words = Words(document)
    for start, length in doc.to_array(["IDX", "LENGTH"]).tolist():
        text = document[start : start + length]
        if text.isspace():
            continue
        if length == 1 or text.isalpha() or _JOINTS.isdisjoint(text):
            words.text.append(text)
            words.start.append(start)
            words.end.append(start + length)
            continue
        for match in _PIECES.finditer(text):
            words.text.append(match.group())
            words.start.append(start + match.start())
            words.end.append(start + match.end())
    words.owner = [-1] * len(words)
    words.lower_case = {word for word in words.text if word.islower()}
    words.capitalised = [index for index, word in enumerate(words.text) if word[0].isupper()]
    for ent in doc.ents:
        first, last = bisect_left(words.start, ent.start_char), bisect_left(words.end, ent.end_char) + 1
        whole = words.start[first : first + 1] == [ent.start_char] and words.end[last - 1 : last] == [ent.end_char]
        if not whole or ent.label_ not in NAME_LABELS:
            continue
        while first < last - 1 and words.text[first].lower() in {"the", "a", "an"}:
            first += 1
        while first < last - 1 and (words.text[last - 1] in TRAILING_TOKENS or words.text[last - 1][0].isdigit()):
            last -= 1
        words.owner[first:last] = [len(words.names)] * (last - first)
        words.names.append(ModelName(first, last, ent.label_))
    return words
