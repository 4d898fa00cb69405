"""Texts as the student reads them: tokens with the base model's grammar, stored as arrays.

The tokenizer is the service's. The grammar is that of the base model's tagger and parser, which the student keeps.
"""

from __future__ import annotations

import hashlib
import json
import lzma
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from service.enrich.model.reader import BLANK_RELATION, BLANK_TAG

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from spacy.language import Language
    from spacy.tokens import Doc

MAX_CODE_POINTS_PER_ARTICLE = 4_000
"""Length to which an article is cut: a report says early what it is about."""
DOCUMENTS_PER_BATCH = 64
Text = tuple[str, str, "Sequence[tuple[int, int]]"]
"""Id, text, and the sentences as far as they are known, `[start, end)` in code points."""


@dataclass(slots=True)
class Document:
    """One text: its tokens, `[start, end)` in code points, and their grammar."""

    id: str
    text: str
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    spaces: NDArray[np.bool_]
    """Tokens of white space."""
    tags: list[str]
    relations: list[str]
    heads: NDArray[np.int16]
    """Index of each token's head; a root is its own."""
    opens: NDArray[np.bool_]
    """Tokens that start a sentence."""

    @property
    def words(self) -> list[str]:
        """The tokens' texts."""
        return [self.text[start:end] for start, end in zip(self.starts.tolist(), self.ends.tolist(), strict=True)]

    @property
    def sentences(self) -> list[tuple[int, int]]:
        """The sentences, `[start, end)` in code points."""
        starts = self.starts[self.opens].tolist()
        return list(zip(starts, [*starts[1:], len(self.text)], strict=True))


def read_grammar(texts: Iterable[Text], reader: Language) -> Iterator[Document]:
    """Yield the documents of *texts*, parsed by *reader*."""
    texts = list(texts)
    for (article_id, _, _), doc in zip(texts, parse(texts, reader), strict=True):
        yield to_document(doc, article_id)


def parse(texts: Iterable[Text], reader: Language) -> Iterator[Doc]:
    """Yield the docs of *texts*, parsed by *reader*. Known sentences are kept: no tree crosses their borders."""
    return reader.pipe((_doc(text, sentences, reader) for _, text, sentences in texts), batch_size=DOCUMENTS_PER_BATCH)


def _doc(text: str, sentences: Sequence[tuple[int, int]], reader: Language) -> Doc:
    doc = reader.make_doc(text)
    if sentences:
        begins = {start for start, _ in sentences}
        for token in doc:
            token.is_sent_start = token.i == 0 or token.idx in begins
    return doc


def to_document(doc: Doc, article_id: str) -> Document:
    """Return *doc* as arrays."""
    spaces = np.array([token.is_space for token in doc], dtype=bool)
    return Document(
        article_id,
        doc.text,
        np.array([token.idx for token in doc], dtype=np.int32),
        np.array([token.idx + len(token) for token in doc], dtype=np.int32),
        spaces,
        [BLANK_TAG if token.is_space else token.tag_ for token in doc],
        [BLANK_RELATION if token.is_space else token.dep_ for token in doc],
        np.array([token.head.i for token in doc], dtype=np.int16),
        np.array([bool(token.is_sent_start) for token in doc], dtype=bool),
    )


def read_raw(path: Path, known: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield id and text of the raw articles that are not *known*, in an order given by a hash of the id.

    A headline in capitals is kept as it is in every second article, and left out of the others: most of a wire's
    headlines are not in capitals.
    """
    rows = []
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["id"] not in known:
                rows.append((hashlib.sha256(row["id"].encode()).hexdigest(), row))
    for digest, row in sorted(rows, key=lambda pair: pair[0]):
        headline = row["headline"] or ""
        if headline.isupper() and int(digest[:2], 16) % 2:
            headline = ""
        text = "\n\n".join(part for part in (headline, row["body"]) if part)
        if len(text) > MAX_CODE_POINTS_PER_ARTICLE:
            text = text[:MAX_CODE_POINTS_PER_ARTICLE]
            cut = max(text.rfind("\n"), text.rfind(". ") + 1)
            text = text[:cut] if cut > 0 else text
        if text.strip():
            yield row["id"], text
