"""Annotate a text of any length: the time grows linearly with the text, and no text is too long for the model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spacy.tokens import Doc

from service.enrich.model import network_reading
from service.enrich.model.network_reading import READING_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.language import Language

MAX_CODE_POINTS_PER_PASS = 25_000
"""Code points that the model reads at once: about 4,000 words. One news article in 5,000 is longer.

While it reads, the network holds 14 kB per token, so about 70 MB per pass. A longer article is split at the end of a
paragraph, or at the end of a sentence if a paragraph is longer still.
"""

MAX_UNBROKEN_CODE_POINTS = 200
"""Longest run without white space that is split into tokens. A longer run is one token.

Such runs are ruled lines, base64 and tracking links. The tokenizer strips punctuation one character at a time and
rescans the rest each time: 20,000 brackets in a row take it 42 s.
"""

TEXT_KEY = "text"
"""Key of the text in a doc's `user_data`."""

_LONG_RUN = re.compile(rf"\S{{{MAX_UNBROKEN_CODE_POINTS + 1},}}")


def annotate(nlp: Language, text: str) -> Doc:
    """Return the Doc of *text* with all annotations of *nlp*. `doc.text` equals *text*, code point for code point."""
    parts = [nlp(_tokenize(nlp, part)) for part in _parts(text)]
    # spaCy cannot join these. A model of names alone has none.
    readings = [part.user_data.pop(READING_KEY) for part in parts if READING_KEY in part.user_data]
    doc = _join(parts)
    doc.user_data[TEXT_KEY] = text
    if readings:
        doc.user_data[READING_KEY] = network_reading.joined(readings)
    return doc


def text_of(doc: Doc) -> str:
    """Return the text of *doc* from its cache: spaCy rebuilds `doc.text` from all tokens on every access."""
    text: str | None = doc.user_data.get(TEXT_KEY)
    if text is None:
        text = doc.user_data[TEXT_KEY] = doc.text
    return text


def _parts(text: str) -> Iterator[str]:
    """Split *text* into parts of at most `MAX_CODE_POINTS_PER_PASS` code points.

    Each part ends after a paragraph if it can, else after a line, a sentence or a word.
    """
    start = 0
    while len(text) - start > MAX_CODE_POINTS_PER_PASS:
        cut = end = start + MAX_CODE_POINTS_PER_PASS
        for separator in ("\n\n", "\n", ". ", " "):
            position = text.rfind(separator, start + MAX_CODE_POINTS_PER_PASS // 2, end)
            if position >= 0:
                cut = position + len(separator)
                break
        yield text[start:cut]
        start = cut
    yield text[start:]


def _tokenize(nlp: Language, text: str) -> Doc:
    pieces: list[Doc] = []
    start = 0
    for run in _LONG_RUN.finditer(text):
        if run.start() > start:
            pieces.append(nlp.make_doc(text[start : run.start()]))
        start = run.end()
        followed_by_space = text.startswith(" ", start)
        pieces.append(Doc(nlp.vocab, words=[run[0]], spaces=[followed_by_space]))
        start += followed_by_space
    if start < len(text) or not pieces:
        pieces.append(nlp.make_doc(text[start:]))
    return _join(pieces)


def _join(docs: list[Doc]) -> Doc:
    return docs[0] if len(docs) == 1 else Doc.from_docs(docs, ensure_whitespace=False)
