"""Text → Doc, for texts of every length: time grows with the text, and no text is too long for the model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spacy.tokens import Doc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.language import Language

MAX_CODE_POINTS_PER_PASS = 25_000
"""Code points that the model reads at once: some 4,000 words, and one news article in 5,000 is longer.

The network holds 14 kB a token while it reads, so 70 MB for a part; a longer article is divided where a paragraph ends,
else a sentence.
"""

MAX_UNBROKEN_CODE_POINTS = 200
"""Longest run without white space that is taken apart into tokens.

The tokenizer peels punctuation off one character at a time and looks at all the rest each time: 20,000 brackets in a
row take it 42 s. A longer run (a ruled line, base64, a tracking link) is one token.
"""

TEXT_KEY = "text"
"""Under which name a doc keeps its text."""

_LONG_RUN = re.compile(rf"\S{{{MAX_UNBROKEN_CODE_POINTS + 1},}}")


def annotate(nlp: Language, text: str) -> Doc:
    """Return the Doc of *text* with all annotations of *nlp*; `doc.text` is *text*, code point for code point."""
    doc = _join([nlp(_tokens(nlp, part)) for part in _parts(text)])
    doc.user_data[TEXT_KEY] = text
    return doc


def text_of(doc: Doc) -> str:
    """Return the text of *doc*, kept with it: spaCy puts `doc.text` together from all tokens whenever it is asked."""
    text: str | None = doc.user_data.get(TEXT_KEY)
    if text is None:
        text = doc.user_data[TEXT_KEY] = doc.text
    return text


def _parts(text: str) -> Iterator[str]:
    """Divide *text* after a paragraph, else a line, a sentence or a word, so that no part is longer than `MAX_CODE_POINTS_PER_PASS`."""
    start = 0
    while len(text) - start > MAX_CODE_POINTS_PER_PASS:
        cut = end = start + MAX_CODE_POINTS_PER_PASS
        for mark in ("\n\n", "\n", ". ", " "):
            found = text.rfind(mark, start + MAX_CODE_POINTS_PER_PASS // 2, end)
            if found >= 0:
                cut = found + len(mark)
                break
        yield text[start:cut]
        start = cut
    yield text[start:]


def _tokens(nlp: Language, text: str) -> Doc:
    pieces: list[Doc] = []
    start = 0
    for match in _LONG_RUN.finditer(text):
        if match.start() > start:
            pieces.append(nlp.make_doc(text[start : match.start()]))
        start = match.end()
        spaced = text.startswith(" ", start)
        pieces.append(Doc(nlp.vocab, words=[match[0]], spaces=[spaced]))
        start += spaced
    if start < len(text) or not pieces:
        pieces.append(nlp.make_doc(text[start:]))
    return _join(pieces)


def _join(docs: list[Doc]) -> Doc:
    return docs[0] if len(docs) == 1 else Doc.from_docs(docs, ensure_whitespace=False)
