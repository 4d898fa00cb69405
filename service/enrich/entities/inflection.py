"""The forms of one name in a language with case endings or articles: "Orbán", "Orbánnak", "Orbánnal".

An ending is cut and the ending of the nominative put in its place. Several nominatives may fit a form; which is right
shows in the article: the one that it has, otherwise one that two forms of it share.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from itertools import product
from typing import TYPE_CHECKING

from service.enrich import data_files
from service.enrich.cedillas import WITH_COMMA
from service.enrich.data_files import DATA, CommaSeparatedList, CommaSeparatedSet, DataRow
from service.enrich.entities.name_forms import QUOTES, fold_name

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

NAME_PART = re.compile(r"[^\s,]+")
AROUND_WORD = "'.()-" + QUOTES
MIN_STEM_LETTERS = 3
"""Letters before an ending. Shorter stems are too often another word."""
MAX_RESTORED_WORDS = 2
"""Words of a name each of which may have an ending: with more there are too many names to look up."""
MIN_LETTERS_BEFORE_HYPHEN = 2
ABSENT = 1_000
"""Rank of a form of which the nominative is not among its own: greater than the number of endings of any language."""


def name_parts(surface: str) -> list[str]:
    """Return the words of a name in lower case, with their accents: endings differ by them."""
    parts = [part.strip(AROUND_WORD) for part in NAME_PART.findall(surface.lower())]
    return [part for part in parts if part] or [surface.lower()]


@functools.lru_cache(maxsize=4096)
def word_key(word: str) -> str:
    """Return the form of *word*, in lower case, that is compared: without accents, but for that of the last letter.

    There an accent tells a paradigm: "Nováková", a woman, and "Novákova", a possessive of Novák.
    """
    return fold_name(word[:-1]) + word[-1:].translate(WITH_COMMA)


class NameWords(DataRow):
    """The content of `languages/LANG/names.yaml`, which says what each list is for."""

    persons: dict[str, CommaSeparatedList]
    things: dict[str, CommaSeparatedList]
    peoples: dict[str, CommaSeparatedList]
    titles: CommaSeparatedSet
    heads: CommaSeparatedSet
    aliases: tuple[CommaSeparatedList, ...]
    surname_first: bool = False
    places_change: bool = True
    feminine_surname: str = ""


@functools.cache
def name_words(language: str) -> NameWords:
    """Return the endings and word lists of *language*, a primary subtag."""
    return data_files.read_document(DATA / "languages" / language / "names.yaml", NameWords)


@functools.cache
def endings(language: str, kind: str) -> Endings:
    """Return the endings of a *kind* of name in *language*: "persons", "things" or "peoples"."""
    return Endings(getattr(name_words(language), kind))


class Endings:
    """The endings of one kind of name in one language."""

    def __init__(self, paradigms: dict[str, CommaSeparatedList]) -> None:
        by_ending: dict[str, list[tuple[str, int]]] = defaultdict(list)
        rank = 0
        for nominative, forms in paradigms.items():
            for ending in forms:
                rank += 1
                by_ending[ending].append((nominative, rank))
        self._by_ending = dict(by_ending)
        self._longest = max(map(len, by_ending), default=0)

    def without_hyphen(self, surface: str) -> str:
        """Return *surface* without an ending behind a hyphen: "NATO" for "NATO-ban", but not for "NATO-csúcs"."""
        stem, hyphen, ending = surface.rpartition("-")
        return stem if stem and hyphen + ending in self._by_ending else surface

    def restored(self, surface: str) -> Iterator[str]:
        """Yield the names that *surface*, of one or two words, may be a form of, the longest endings cut first."""
        words = surface.split(" ")
        if len(words) > MAX_RESTORED_WORDS:
            words = [surface]
        for name in product(*([*self._restored_word(word), word] for word in words)):
            yield " ".join(name)

    def _restored_word(self, word: str) -> Iterator[str]:
        for length in range(min(self._longest, len(word) - MIN_STEM_LETTERS), 0, -1):
            for nominative, _ in self._by_ending.get(word[-length:], ()):
                yield word[:-length] + nominative

    def nominatives(self, word: str) -> dict[str, int]:
        """Return the keys of the words that *word*, in lower case, may be a form of, each with the rank of the ending.

        The word itself is one of them, with rank 0. Ranks are in the order of the data.
        """
        found = {word_key(word): 0}
        for length in range(1, min(self._longest, len(word) - MIN_LETTERS_BEFORE_HYPHEN) + 1):
            ending = word[-length:]
            if len(word) - length < MIN_STEM_LETTERS and not ending.startswith("-"):
                continue
            for nominative, rank in self._by_ending.get(ending, ()):
                found.setdefault(word_key(word[:-length] + nominative), rank)
        return found


class WordForms:
    """The words of the names of one article, those together that are forms of one word."""

    def __init__(self, known: Iterable[str]) -> None:
        """Start with *known*, keys of nominatives that need not be in the article."""
        self._known = frozenset(known)
        self._nominatives: dict[str, dict[str, int]] = {}
        self._parents: dict[str, str] = {}
        self._targets: dict[str, str] = {}
        self._shown: set[str] = set()

    def add(self, word: str, forms: Endings) -> None:
        """Add a word of a name, in lower case, with the endings that it may have."""
        nominatives = self._nominatives.setdefault(word, {})
        for nominative, rank in forms.nominatives(word).items():
            nominatives.setdefault(nominative, rank)

    def join(self) -> None:
        """Join the words that were added: call it once, after the last of them."""
        present = {word_key(word) for word in self._nominatives} | self._known
        first_with: dict[str, str] = {}
        for word, nominatives in self._nominatives.items():
            own = word_key(word)
            there = [nominative for nominative in nominatives if nominative in present and nominative != own]
            for nominative in there:
                self._unite(own, nominative)
            if not there:
                for nominative in nominatives:
                    self._unite(first_with.setdefault(nominative, own), own)
        self._choose_nominatives(present)

    def _choose_nominatives(self, present: Container[str]) -> None:
        """Choose the nominative of each word: the one that fits most forms, then one of the article, then by rank."""
        ranks: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for nominatives in self._nominatives.values():
            root = self._find(next(iter(nominatives)))
            for nominative, rank in nominatives.items():
                ranks[root][nominative].append(rank)
        for root, of_root in ranks.items():
            target = max(of_root, key=lambda name: (len(of_root[name]), name in present, -sum(of_root[name]), name))
            self._targets[root] = target
            if len(of_root[target]) > 1:
                self._shown.add(target)

    def root(self, word: str) -> str:
        """Return what stands for all forms of *word*; its own key if it has no others here."""
        return self._find(word_key(word))

    def rank(self, word: str) -> int:
        """Return how far *word* is from the nominative: 0 for the nominative itself."""
        target = self._targets.get(self.root(word))
        return self._nominatives.get(word, {}).get(target, ABSENT) if target is not None else 0

    def shows(self, word: str) -> bool:
        """Report whether another form in the article shows that *word* is a nominative."""
        return word_key(word) in self._shown

    def _find(self, key: str) -> str:
        parents = self._parents
        while (parent := parents.get(key, key)) != key:
            parents[key] = parents.get(parent, parent)  # path halving keeps later calls short
            key = parent
        return key

    def _unite(self, one: str, other: str) -> None:
        mine, theirs = self._find(one), self._find(other)
        if mine != theirs:
            self._parents[mine] = theirs
