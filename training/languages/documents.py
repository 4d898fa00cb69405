"""Texts as the student of names reads them: words, and the tags that the teacher gives them and labels allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from service.enrich.model.name_network import as_read
from service.enrich.model.network_reading import headline_tokens
from training import examples
from training.label import most_likely, softmax
from training.languages import teacher, words
from training.languages.targets import TAGS, allowed_tags

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from numpy.typing import NDArray
    from spacy.language import Language

    from training.languages.gold import Text
    from training.student.samples import Numbering
    from training.student.word_vectors import WordVectors
    from training.teacher.encoder import Encoder

TEXTS_PER_CHUNK = 1_000
"""Texts of which all scores are held in memory at once."""


class Document(NamedTuple):
    """A text as the teacher reads it."""

    words: list[str]
    headline_tokens: int
    """Tokens of the first line, if it stands apart as a headline."""
    tags: NDArray[np.uint8]
    """The most likely tags: (token, `label.KEPT`)."""
    shares: NDArray[np.float16]
    """Their probabilities: (token, `label.KEPT`)."""


@dataclass(slots=True)
class Sample:
    """A text to learn from."""

    forms: NDArray[np.int32]
    """Number of each token among all distinct ones: (token,)."""
    headline_tokens: int
    """Tokens of the first line, if it stands apart as a headline."""
    tags: NDArray[np.uint8]
    """The most likely tags: (token, `label.KEPT`)."""
    shares: NDArray[np.float16]
    """Their probabilities: (token, `label.KEPT`)."""


def read(
    texts: Sequence[Text], weights: Any, source: Encoder, vectors: WordVectors | None, *, labelled: bool
) -> list[Document]:
    """Return *texts* as the teacher reads them.

    Args:
        texts: Texts.
        weights: Those of the teacher.
        source: Its encoder.
        vectors: Gets the teacher's vectors of all words, if there is one.
        labelled: Whether the texts have labels. Where these say what a word may be, nothing else is likely.
    """
    splitter = words.splitter()
    results = []
    for begin in range(0, len(texts), TEXTS_PER_CHUNK):
        chunk = texts[begin : begin + TEXTS_PER_CHUNK]
        windows = [
            window
            for number, text in enumerate(chunk)
            for window in examples.split(text.text, (), number, source.tokenizer, splitter)
        ]
        answers: list[list[tuple[tuple[int, int], NDArray[np.float32]]]] = [[] for _ in chunk]
        for window, (scores, hidden) in zip(windows, teacher.read(weights, source, windows), strict=True):
            text = chunk[window.article].text
            if vectors is not None:
                vectors.add([as_read(text[start:end]) for start, end in window.words], hidden)
            answers[window.article] += zip(window.words, softmax(scores), strict=True)
        results += [
            _document(text, found, splitter, labelled=labelled) for text, found in zip(chunk, answers, strict=True)
        ]
    return results


def _document(
    text: Text, answers: Sequence[tuple[tuple[int, int], NDArray[np.float32]]], splitter: Language, *, labelled: bool
) -> Document:
    doc = splitter.make_doc(text.text)
    starts = {token.idx: token.i for token in doc}
    shares = np.zeros((len(doc), TAGS), np.float32)
    shares[:, 0] = 1
    rows = [starts[start] for (start, _), _ in answers]
    if rows:
        found = np.stack([row for _, row in answers])
        if labelled:
            found = found * allowed_tags(text, [word for word, _ in answers])
        shares[rows] = found / np.maximum(found.sum(1, keepdims=True), 1e-9)
    tags, kept = most_likely(shares)
    headline = headline_tokens(text.text, np.array([token.idx for token in doc], np.int64))
    return Document([as_read(token.text) for token in doc], headline, tags, kept)


def with_words_of(document: Document, text: Text, splitter: Language) -> Document | None:
    """Return *document* with the words of *text*, a copy with other names; None if it has not as many words."""
    words = [as_read(token.text) for token in splitter.make_doc(text.text)]
    return document._replace(words=words) if len(words) == len(document.words) else None


def to_sample(document: Document, numbering: Numbering) -> Sample:
    """Return *document* as a sample."""
    return Sample(numbering.of(document.words), document.headline_tokens, document.tags, document.shares)
