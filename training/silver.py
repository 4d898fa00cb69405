"""Label raw news with trained pipelines, and keep the labels of which they are certain (self-training).

An article says more than a sentence: a name gets the type to which all its mentions in the article add up. Tokens count
as unknown if the pipelines are in doubt, or if a name that they recognize elsewhere in the article is unlabelled. The
span tagger then learns nothing there, instead of something wrong (Tsuboi et al. 2008, on partial annotations).
"""

from __future__ import annotations

import hashlib
import json
import lzma
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
from spacy.util import minibatch

from service.enrich.model.span_decoding import decode
from training.corpus import UNKNOWN, Article, Label
from training.tag_probabilities import span_probability, tag_probabilities

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from spacy.language import Language
    from spacy.tokens import Doc

    from service.enrich.model.arrays import Floats
    from service.enrich.model.span_decoding import TokenSpan

MAX_CODE_POINTS_PER_ARTICLE = 4_000
"""Length to which an article is cut: a report gives its names early."""
MIN_SPAN_PROBABILITY = 0.75
"""Smallest probability with which a span is kept."""
MIN_TYPE_SHARE = 0.8
"""Share of a name's mentions in the article, weighted by probability, that must agree on one type."""
MIN_OUTSIDE_PROBABILITY = 0.85
"""Smallest probability with which a token counts as outside of any name."""


def read(path: Path, known: frozenset[str], words: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Yield id and text of raw articles, up to a number of words per source, in an order given by a hash of the id.

    Args:
        path: xz-compressed JSON lines (see README.md).
        known: Ids to skip.
        words: Most words by source. The source of an article is its id up to the first hyphen.
    """
    words_left = dict(words)
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
        if len(text) > MAX_CODE_POINTS_PER_ARTICLE:
            text = (
                text[
                    : max(
                        text.rfind("\n", 0, MAX_CODE_POINTS_PER_ARTICLE),
                        text.rfind(". ", 0, MAX_CODE_POINTS_PER_ARTICLE) + 1,
                    )
                ]
                or text[:MAX_CODE_POINTS_PER_ARTICLE]
            )
        if words_left.get(source, 0) > 0 and text.strip():
            words_left[source] -= len(text.split())
            yield row["id"], text


def label(articles: Iterable[tuple[str, str]], teachers: Sequence[Language]) -> Iterator[Article]:
    """Yield *articles* with the entities of which the *teachers* are certain, and `UNKNOWN` in case of doubt.

    The scores of the teachers are averaged, which multiplies their probabilities (Hinton 2002, products of experts).
    """
    nlp = teachers[0]
    taggers: list[Any] = [teacher.get_pipe("ner") for teacher in teachers]
    labels = taggers[0].labels
    for batch in minibatch(articles, 32):  # type: ignore[no-untyped-call]  # spaCy gives no types here
        docs = [nlp.make_doc(text) for _, text in batch]
        by_teacher = [tagger.model.predict(docs) for tagger in taggers]
        scores = [np.mean(tables, axis=0) for tables in zip(*by_teacher, strict=True)]
        predictions = [list(decode(table)) for table in scores]
        probabilities = tag_probabilities(docs, scores, predictions)
        for i, (article_id, text) in enumerate(batch):
            entities = tuple(_entities(docs[i], labels, predictions[i], probabilities[i]))
            yield Article(id=article_id, text=text, entities=entities)


def _entities(doc: Doc, labels: Sequence[str], spans: list[TokenSpan], probabilities: Floats) -> Iterator[Label]:
    span_probabilities = [span_probability(probabilities, span) for span in spans]
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for (start, end, label_index), probability in zip(spans, span_probabilities, strict=True):
        votes[doc[start:end].text][labels[label_index]] += probability  # type: ignore[assignment]  # a Counter adds floats too
    inside: set[int] = set()
    for (start, end, label_index), probability in zip(spans, span_probabilities, strict=True):
        types = votes[doc[start:end].text]
        best, weight = types.most_common(1)[0]
        certain = weight > MIN_TYPE_SHARE * types.total() and (
            probability >= MIN_SPAN_PROBABILITY if best == labels[label_index] else weight >= 2 * MIN_SPAN_PROBABILITY
        )
        inside.update(range(start, end))
        yield _label(doc, start, end, best if certain else UNKNOWN)
    last_words = {text.split()[-1] for text, types in votes.items() if types.total() >= MIN_SPAN_PROBABILITY}
    for token in doc:
        outside = probabilities[token.i, 0]
        if token.i not in inside and (
            outside < MIN_OUTSIDE_PROBABILITY or (token.is_title and token.text in last_words)
        ):
            yield _label(doc, token.i, token.i + 1, UNKNOWN)


def _label(doc: Doc, start: int, end: int, name: str) -> Label:
    span = doc[start:end]
    return Label(span.start_char, span.end_char, name)
