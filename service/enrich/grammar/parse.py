"""The parse of a document as plain lists, which grammar reads a hundred times faster than spaCy's tokens."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from service.enrich.grammar.lemmas import lemma, part_of_speech

if TYPE_CHECKING:
    from spacy.tokens import Doc


MAX_COORDINATED = 30
"""Tokens joined to one: more are a list, and to read each from each of them would take their square."""


class Parse:
    """Words, tags, lemmas, heads and children of every token of a document, by token index.

    Attributes:
        words: Lower-case words.
        tags: Penn Treebank tags.
        pos: Parts of speech: `v`, `n`, `a`, or the empty string for all others.
        lemmas: Base forms of verbs, nouns and adjectives; the words of all others.
        deps: Labels of the dependency on the head, as in spaCy's English models (ClearNLP).
        heads: Token index of the head; of a root, its own index.
        children: Token indexes of the children, in the order of the text.
        entity_types: Entity type of each token, or the empty string.
        sentences: `[start, end)` of each sentence.
        sentence_of: Number of the sentence that each token is in.
        vocabulary: All lemmas of the document.
        size: Number of tokens.
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
        pos_of_tag = {tag: part_of_speech(tag) for tag in set(self.tags)}
        self.pos = [pos_of_tag[tag] for tag in self.tags]
        self.lemmas = [
            lemma(word, tag) if pos else word for word, tag, pos in zip(self.words, self.tags, self.pos, strict=True)
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
        """Return the parse of *doc*, created on the first call and kept with the document.

        Later changes to *doc*, such as new entities, are not seen.
        """
        kept: Parse | None = doc.user_data.get("parse")
        if kept is None:
            kept = doc.user_data["parse"] = cls(doc)
        return kept

    def children_with(self, index: int, *deps: str) -> list[int]:
        """Return the children of the token at *index* whose dependency label is one of *deps*."""
        return [child for child in self.children[index] if self.deps[child] in deps]

    def coordinated(self, index: int) -> list[int]:
        """Return *index* and the tokens joined to it by "and", "or" or a comma, the first `MAX_COORDINATED`."""
        tokens = [index]
        for token in tokens:  # grows while it is read; in a tree, every token comes once
            tokens += [child for child in self.children[token] if self.deps[child] == "conj" and child != token]
            if len(tokens) >= MAX_COORDINATED:
                break
        return tokens[:MAX_COORDINATED]

    def verb_of_clause(self, index: int) -> int:
        """Return the verb of the clause of the token at *index*: itself or the first above it; the root if none is."""
        while self.pos[index] != "v" and self.heads[index] != index:
            index = self.heads[index]
        return index
