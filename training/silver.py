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
"""Code points of an article that are kept: the names of a report come early."""
MIN_SPAN_PROBABILITY = 0.75
"""Probability from which a span counts."""
MIN_TYPE_SHARE = 0.8
"""Share of a name's mentions in the article, weighted by probability, that must have one type."""
MIN_OUTSIDE_PROBABILITY = 0.85
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
        if left.get(source, 0) > 0 and text.strip():
            left[source] -= len(text.split())
            yield row["id"], text


def label(articles: Iterable[tuple[str, str]], teachers: Sequence[Language]) -> Iterator[Article]:
    """Yield *articles* with the entities that the *teachers* together are sure of, and UNKNOWN where they are not.

    Their scores are added: the product of what each holds likely (Hinton 2002, products of experts).
    """
    nlp = teachers[0]
    taggers: list[Any] = [teacher.get_pipe("ner") for teacher in teachers]
    labels = taggers[0].labels
    for batch in minibatch(articles, 32):  # type: ignore[no-untyped-call]  # spaCy gives no types here
        docs = [nlp.make_doc(text) for _, text in batch]
        each = [tagger.model.predict(docs) for tagger in taggers]
        scores = [np.mean(arrays, axis=0) for arrays in zip(*each, strict=True)]
        found = [list(decode(array)) for array in scores]
        tables = tag_probabilities(docs, scores, found)
        for i, (article_id, text) in enumerate(batch):
            entities = tuple(_entities(docs[i], labels, found[i], tables[i]))
            yield Article(id=article_id, text=text, entities=entities)


def _entities(doc: Doc, labels: Sequence[str], found: list[TokenSpan], table: Floats) -> Iterator[Label]:
    sure = [span_probability(table, span) for span in found]
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for (start, end, place), probable in zip(found, sure, strict=True):
        votes[doc[start:end].text][labels[place]] += probable  # type: ignore[assignment]  # a Counter adds floats too
    inside: set[int] = set()
    for (start, end, place), probable in zip(found, sure, strict=True):
        types = votes[doc[start:end].text]
        best, weight = types.most_common(1)[0]
        certain = weight > MIN_TYPE_SHARE * types.total() and (
            probable >= MIN_SPAN_PROBABILITY if best == labels[place] else weight >= 2 * MIN_SPAN_PROBABILITY
        )
        inside.update(range(start, end))
        yield _label(doc, start, end, best if certain else UNKNOWN)
    named = {text.split()[-1] for text, types in votes.items() if types.total() >= MIN_SPAN_PROBABILITY}
    for token in doc:
        outside = table[token.i, 0]
        if token.i not in inside and (outside < MIN_OUTSIDE_PROBABILITY or (token.is_title and token.text in named)):
            yield _label(doc, token.i, token.i + 1, UNKNOWN)


def _label(doc: Doc, start: int, end: int, name: str) -> Label:
    span = doc[start:end]
    return Label(span.start_char, span.end_char, name)
