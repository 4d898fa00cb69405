"""The parse of a document as plain lists: what the event rules read, a hundred times faster than through tokens."""

from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING

from service.enrich.grammar.word_lists import irregular_forms, known_lemmas

if TYPE_CHECKING:
    from spacy.tokens import Doc

VOWELS = frozenset("aeiou")


class Parse:
    """Words, tags, lemmas, heads and children of every token of a document, by token index.

    Lemmas are made from the word and its Penn tag (see `lemma`), so the pipeline needs no lemmatizer.
    """

    __slots__ = (
        "children",
        "deps",
        "entity_types",
        "heads",
        "lemmas",
        "pos",
        "sentence_of",
        "sentences",
        "size",
        "tags",
        "vocabulary",
        "words",
    )

    def __init__(self, doc: Doc) -> None:
        strings = doc.vocab.strings
        self.size = len(doc)
        attributes = doc.to_array(["TAG", "DEP", "ENT_TYPE", "LOWER", "HEAD", "SENT_START"])
        columns = attributes[:, :4].T.tolist()
        heads, starts = attributes[:, 4:].astype("int64").T.tolist()
        names = {number: strings[number] for column in columns for number in set(column)}
        self.words: list[str] = [names[number] for number in columns[3]]
        self.tags = [names[number] for number in columns[0]]
        self.deps = [names[number] for number in columns[1]]
        self.heads = [index + offset for index, offset in enumerate(heads)]
        self.entity_types = [names[number] for number in columns[2]]
        kinds = {tag: _kind(tag) for tag in set(self.tags)}
        self.pos = [kinds[tag] for tag in self.tags]
        self.lemmas = [
            lemma(word, tag) if kind else word for word, tag, kind in zip(self.words, self.tags, self.pos, strict=True)
        ]
        self.vocabulary = frozenset(self.lemmas)
        self.children: list[list[int]] = [[] for _ in range(self.size)]
        for index, head in enumerate(self.heads):
            if head != index:
                self.children[head].append(index)
        firsts = [index for index, flag in enumerate(starts) if flag == 1 or index == 0]
        self.sentences = list(itertools.pairwise([*firsts, self.size]))
        self.sentence_of = [number for number, (start, end) in enumerate(self.sentences) for _ in range(start, end)]

    @classmethod
    def of(cls, doc: Doc) -> Parse:
        """Return the lists of *doc*, made once and kept with it."""
        kept: Parse | None = doc.user_data.get("parse")
        if kept is None:
            kept = doc.user_data["parse"] = cls(doc)
        return kept

    def children_with(self, index: int, *deps: str) -> list[int]:
        """Return the children of the token at *index* with one of *deps*."""
        return [child for child in self.children[index] if self.deps[child] in deps]

    def coordinated(self, index: int) -> list[int]:
        """Return *index* and what is joined to it by "and", "or" or a comma."""
        found = [index]
        for token in found:  # grows as it is read: a tree, so each comes once
            found += [child for child in self.children[token] if self.deps[child] == "conj" and child != token]
        return found


def _kind(tag: str) -> str:
    return {"VB": "v", "NN": "n", "JJ": "a"}.get(tag[:2], "")


@functools.lru_cache(maxsize=8192)
def lemma(word: str, tag: str) -> str:
    """Return the base form of the lower-case *word* under the Penn *tag*.

    Irregular forms come from a table; regular ones by the spelling rules of English, checked against the words we know.
    """
    kind = _kind(tag)
    if not kind or tag in {"VB", "VBP", "NN", "NNP", "JJ"}:
        return irregular_forms().get((word, kind), word)
    irregular = irregular_forms().get((word, kind))
    if irregular:
        return irregular
    candidates = _bases(word, tag)
    known = known_lemmas()
    return next((base for base in candidates if base in known), candidates[0] if candidates else word)


def _bases(word: str, tag: str) -> list[str]:
    """Return what *word* may be the inflected form of, likeliest first."""
    if tag in {"NNS", "NNPS", "VBZ"} and word.endswith("s") and not word.endswith("ss"):
        if word.endswith("ies"):
            return [word[:-3] + "y", word[:-1]]
        if word.endswith(("ches", "shes", "sses", "xes", "zes", "oes")):
            return [word[:-2], word[:-1]]
        return [word[:-1], word[:-2]] if word.endswith("es") else [word[:-1]]
    for tags, suffix in (({"VBD", "VBN"}, "ed"), ({"VBG"}, "ing"), ({"JJR"}, "er"), ({"JJS"}, "est")):
        if tag in tags and word.endswith(suffix) and len(word) > len(suffix) + 2:
            return _stems(word[: -len(suffix)])
    return []


def _stems(stem: str) -> list[str]:
    if stem.endswith("i"):
        return [stem[:-1] + "y", stem + "e"]
    last, *before = reversed(stem)
    if before and last == before[0] and last not in VOWELS:
        return [stem, stem[:-1]] if last in "ls" else [stem[:-1], stem]
    short = [letter in VOWELS for letter in before[:2]] == [True, False] and last not in VOWELS
    return [stem + "e", stem] if short or last in "cvsuz" else [stem, stem + "e"]
