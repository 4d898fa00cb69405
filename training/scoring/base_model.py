"""The base model on the same articles: its names, how far our grammar agrees with its own, and the speed of both.

The base model names, tags and parses; the network finds events and topics in the same time.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from spacy.scorer import Scorer
from spacy.training import Example

from service.enrich.model import loading, tokenizing
from service.enrich.model.reader import BLANK_RELATION
from training import base_model, documents, records
from training.scoring.counting import Row, decimal
from training.scoring.names import doc_spans, labelled_spans, span_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from spacy.language import Language
    from spacy.tokens import Doc, Token

    from training.labelled import LabelledArticle

AGREEMENT = {"tags": "tag_acc", "sentences, F1": "sents_f", "heads": "dep_uas", "heads and relations": "dep_las"}
"""What is compared, and what spaCy calls its score."""
PUNCTUATION_RELATIONS = ("p", "punct")
UNTIMED_SHARE = 0.25
"""Share of the texts that are read first and not timed. The network keeps the vectors of the words that it has read."""


class Speed(NamedTuple):
    """CPU seconds for texts of so many tokens."""

    tokens: int
    network: float
    base: float


def base_rows(sets: Mapping[str, Sequence[LabelledArticle]]) -> Iterator[Row]:
    """Yield the rows of the labelled articles of *sets*."""
    base, grammar, ours = base_model.pipeline(), base_model.grammar(), loading.load()
    for name, articles in sets.items():
        spans = [(labelled_spans(article), doc_spans(base(article.text))) for article in articles]
        yield from span_rows("names of the base model", name, spans, others=name == "wire")
        texts = [(article.id, article.text, article.sentences) for article in articles]
        references = documents.parse(texts, grammar)
        yield from agreement_rows(name, [(tokenizing.annotate(ours, doc.text), doc) for doc in references])
    yield speed_row(measure_speed([article.text for articles in sets.values() for article in articles]))


def agreement_rows(name: str, pairs: Sequence[tuple[Doc, Doc]]) -> Iterator[Row]:
    """Yield how far the grammar of the set called *name* agrees, given as docs of ours and of the base model.

    Heads of punctuation and of white space do not count.
    """
    compared = [Example(ours, reference) for ours, reference in pairs]
    ignored = (*PUNCTUATION_RELATIONS, BLANK_RELATION)
    scores = {
        **Scorer.score_token_attr(compared, "tag"),
        **Scorer.score_spans(compared, "sents"),
        **Scorer.score_deps(compared, "dep", getter=_name_of, ignore_labels=ignored),
    }
    tokens = sum(len(reference) for _, reference in pairs)
    for what, key in AGREEMENT.items():
        yield Row(f"agreement with the base model: {what}", name, decimal(scores[key] or 0.0), f"{tokens:,} tokens")


def _name_of(token: Token, attribute: str) -> str:
    """Return a relation by its name: spaCy's own getter gives numbers, and no label would be ignored."""
    name: str = getattr(token, f"{attribute}_")
    return name


def measure_speed(texts: Sequence[str]) -> Speed:
    """Return the CPU time that the network and the base model need for *texts*, in a process with one thread."""
    with records.processes(1) as pool:
        return pool.submit(_speed, texts).result()


def _speed(texts: Sequence[str]) -> Speed:
    base, ours = base_model.pipeline(), loading.load()
    untimed = int(UNTIMED_SHARE * len(texts))
    for text in texts[:untimed]:
        ours(text)
        base(text)
    timed = texts[untimed:]
    return Speed(sum(len(ours.make_doc(text)) for text in timed), _seconds(ours, timed), _seconds(base, timed))


def _seconds(nlp: Language, texts: Iterable[str]) -> float:
    started = time.process_time()
    for text in texts:
        nlp(text)
    return time.process_time() - started


def speed_row(speed: Speed) -> Row:
    """Return the row of *speed*."""
    network, base = speed.tokens / speed.network, speed.tokens / speed.base
    figure = f"{network:,.0f}, base model {base:,.0f}: {network / base:.2f} times as many"
    return Row("tokens per CPU second", "world and wire", figure, f"{speed.tokens:,} tokens")
