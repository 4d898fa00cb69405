"""Label raw news with a trained pipeline, and keep of it what the pipeline is sure of (self-training).

One article tells more than one sentence: a name gets the type that its mentions in the article add up to. Where the
pipeline hesitates, or a name that it knows elsewhere in the article stands unlabelled, the tokens count as unknown:
the span tagger learns nothing there, instead of something wrong (Tsuboi et al. 2008, on partial annotations).
"""

from __future__ import annotations

import hashlib
import json
import lzma
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from corpus import UNKNOWN, Article, Label
from spacy.util import minibatch

from service.enrich.spans import Found, SpanTagger, decode, probabilities, with_probabilities

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import numpy as np
    from spacy.language import Language
    from spacy.tokens import Doc

LONGEST = 1_800
"""Code points of an article that are kept: the names of a report come early."""
SURE = 0.75
"""Probability from which a span counts."""
AGREED = 0.8
"""Share of a name's mentions in the article, weighted by probability, that must have one type."""
SURE_OUTSIDE = 0.85
"""Probability from which a token counts as outside of any name."""


def read(path: Path, known: frozenset[str], words: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Yield id and text of raw articles that are not *known*, from each source as many words as *words* says.

    A source is what an id starts with, up to the first hyphen.
    """
    left = dict(words)
    rows = []
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["id"] not in known:
                rows.append((hashlib.sha256(row["id"].encode()).hexdigest(), row))
    for _, row in sorted(rows, key=lambda pair: pair[0]):
        source = row["id"].partition("-")[0]
        headline = "" if row["headline"].isupper() else row["headline"]
        text = "\n\n".join(part for part in (headline, row["body"]) if part)
        if len(text) > LONGEST:
            text = text[: max(text.rfind("\n", 0, LONGEST), text.rfind(". ", 0, LONGEST) + 1)] or text[:LONGEST]
        if left.get(source, 0) > 0 and text.strip():
            left[source] -= len(text.split())
            yield row["id"], text


def label(articles: Iterable[tuple[str, str]], nlp: Language) -> Iterator[Article]:
    """Yield *articles* with the entities that *nlp* is sure of, and UNKNOWN where it is not."""
    ner: SpanTagger = nlp.get_pipe("ner")
    for batch in minibatch(articles, 32):
        docs = [nlp.make_doc(text) for _, text in batch]
        scores = ner.model.predict(docs)
        found = [list(decode(doc, array)) for doc, array in zip(docs, scores, strict=True)]
        tables = probabilities(docs, scores, found)
        certain = with_probabilities(found, tables)
        for i, (article_id, text) in enumerate(batch):
            labels = tuple(_entities(docs[i], ner.labels, certain[i], tables[i][:, 0]))
            yield Article(id=article_id, text=text, entities=labels, sentences=tuple(_sentences(text)))


def _entities(doc: Doc, labels: tuple[str, ...], found: list[Found], outside: np.ndarray) -> Iterator[Label]:
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for start, end, place, sure in found:
        votes[doc[start:end].text][labels[place]] += sure
    inside = set()
    for start, end, place, sure in found:
        types = votes[doc[start:end].text]
        best, weight = types.most_common(1)[0]
        certain = weight > AGREED * types.total() and (sure >= SURE if best == labels[place] else weight >= 2 * SURE)
        inside.update(range(start, end))
        yield _label(doc, start, end, best if certain else UNKNOWN)
    named = {text.split()[-1] for text, types in votes.items() if types.total() >= SURE}
    for token in doc:
        if token.i not in inside and (outside[token.i] < SURE_OUTSIDE or (token.is_title and token.text in named)):
            yield _label(doc, token.i, token.i + 1, UNKNOWN)


def _label(doc: Doc, start: int, end: int, name: str) -> Label:
    span = doc[start:end]
    return Label(span.start_char, span.end_char, name)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Cut at line ends: close enough for copies of single sentences."""
    position = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            lead = len(line) - len(line.lstrip())
            yield position + lead, position + len(line.rstrip())
        position += len(line)
