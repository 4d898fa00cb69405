"""Texts whose names are marked as the model would mark them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc


def read(nlp: Language, marked: str) -> Doc:
    """Return the doc of *marked*, in which `[GPE Paris]` is a name that the model marked."""
    text, spans = "", []
    for part in re.split(r"(\[[A-Z_]+ [^\]]+\])", marked):
        name = re.fullmatch(r"\[([A-Z_]+) ([^\]]+)\]", part)
        if name:
            spans.append((len(text), len(text) + len(name[2]), name[1]))
        text += name[2] if name else part
    doc = nlp(text)
    ents = [doc.char_span(start, end, label, alignment_mode="expand") for start, end, label in spans]
    doc.ents = tuple(ent for ent in ents if ent is not None)
    return doc
