"""The parser with what learning needs: labels, loss and scores. The service loads `DependencyParser` instead."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from spacy.attrs import DEP, HEAD, TAG
from spacy.language import Language
from spacy.scorer import Scorer

from service.enrich.model import tree_decoding
from service.enrich.model.dependency_parser import BLANK_RELATION, DependencyParser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from spacy.tokens import Doc
    from spacy.training import Example
    from thinc.api import Model

    from service.enrich.model.arrays import Floats, Ints

FACTORY = "newswire_trainable_parser"
GRAMMAR_GRADIENT_WEIGHT = 0.25
"""Weight of the grammar's gradient against that of the names.

Both shape one network, and late in training the grammar's loss is .42 nats per token, that of the names .02.
"""


class TrainableParser(DependencyParser):
    """Learns tags, sentence starts, heads and relations by maximum likelihood."""

    def initialize(self, get_examples: Callable[[], Iterable[Example]], *, nlp: Language | None = None) -> None:  # noqa: ARG002 - spaCy passes it
        """Collect the tags and relations of the examples, and set the sizes of the model's layers."""
        docs = [example.reference for example in get_examples()]
        self.cfg["tags"] = sorted({token.tag_ for doc in docs for token in doc if token.tag_})
        self.cfg["labels"] = sorted({token.dep_ for doc in docs for token in doc if token.dep_})
        self._add_names()
        self.model.get_ref("output").set_dim("nO", tree_decoding.columns(len(self.tags))[-1].stop)
        self.model.get_ref("relations").set_dim("nO", len(self.labels))
        self.model.get_ref("tokens").initialize(X=[example.predicted for example in islice(get_examples(), 10)])
        self.model.get_ref("relations").initialize()

    def get_loss(self, examples: Sequence[Example], vectors: Sequence[Floats]) -> tuple[float, list[Floats]]:
        """Return the negative log likelihood of tags, sentence starts, heads and relations, and its gradient.

        The gradient of the relations' own layer is added to that layer here. Texts without heads do not count.
        """
        loss, gradients = 0.0, [np.zeros_like(rows) for rows in vectors]
        tokens = sum(map(len, vectors))
        for example, rows, gradient in zip(examples, vectors, gradients, strict=True):
            if example.reference.has_annotation("DEP"):
                loss += self._learn(example.reference, rows, gradient, tokens)
        return loss, gradients

    def _learn(self, doc: Doc, rows: Floats, gradient: Floats, tokens: int) -> float:
        """Return the loss of *doc*, write its gradient to *gradient*, and update the layer of the relations."""
        at = tree_decoding.columns(len(self.tags))
        values = doc.to_array([TAG, DEP, "SENT_START", HEAD])
        tag_of = {self.vocab.strings[name]: number for number, name in enumerate(self.tags)}
        label_of = {self.vocab.strings[name]: number for number, name in enumerate(self.labels)}
        heads = np.arange(len(doc)) + values[:, 3].astype(np.int64)
        opens = values[:, 2] == 1
        opens[0] = True
        gold_tags = np.array([tag_of[tag] for tag in values[:, 0].tolist()])
        loss, gradient[:, at.tags] = cross_entropy(rows[:, at.tags], gold_tags)
        start_probability = 1 / (1 + np.exp(-rows[:, at.sentence_start][:, 0]))
        gradient[:, at.sentence_start] = (start_probability - opens)[:, None]
        loss -= float(np.log(np.where(opens, start_probability, 1 - start_probability) + 1e-9).sum())
        starts = np.flatnonzero(opens).tolist()
        for start, end in zip(starts, [*starts[1:], len(doc)], strict=True):
            if end - start <= tree_decoding.MAX_TOKENS_PER_SENTENCE:
                loss += _learn_heads(rows[start:end], heads[start:end] - start, gradient[start:end], at)
        hidden = tree_decoding.relation_input(rows[:, at.relation_dependent], rows[:, at.relation_head], heads)
        logits, backprop = self.model.get_ref("relations").begin_update(hidden)
        gold_labels = np.array([label_of[label] for label in values[:, 1].tolist()])
        relation_loss, logits_gradient = cross_entropy(logits, gold_labels)
        loss += relation_loss
        hidden_gradient = backprop(logits_gradient * GRAMMAR_GRADIENT_WEIGHT / tokens)[
            :, : tree_decoding.RELATION_WIDTH
        ] * (hidden[:, : tree_decoding.RELATION_WIDTH] > 0)
        gradient *= GRAMMAR_GRADIENT_WEIGHT / tokens
        gradient[:, at.relation_dependent] = hidden_gradient
        np.add.at(gradient[:, at.relation_head], heads, hidden_gradient)
        return loss

    def score(self, examples: Iterable[Example], **_: Any) -> dict[str, Any]:
        """Return the scores of `grammar_scores`."""
        return grammar_scores(list(examples))


def grammar_scores(examples: Sequence[Example]) -> dict[str, Any]:
    """Return the share of correct tags, of correct heads, of correct heads with relations, and F1 of sentences."""
    return {
        **Scorer.score_token_attr(examples, "tag"),
        **Scorer.score_spans(examples, "sents"),
        **Scorer.score_deps(examples, "dep", ignore_labels=("p", "punct", BLANK_RELATION)),
    }


def _learn_heads(rows: Floats, heads: Ints, gradient: Floats, at: tree_decoding.Columns) -> float:
    """Return the loss of the *heads* of one sentence, and write its gradient to *gradient*."""
    classes = tree_decoding.distance_classes(len(rows))
    dependent, head = rows[:, at.dependent], rows[:, at.head]
    scores = tree_decoding.head_scores(
        dependent, head, rows[:, at.head_distance], rows[:, at.dependent_distance], classes
    )
    loss, scores_gradient = cross_entropy(scores, heads)
    (
        gradient[:, at.dependent],
        gradient[:, at.head],
        gradient[:, at.head_distance],
        gradient[:, at.dependent_distance],
    ) = head_scores_backward(scores_gradient, dependent, head, classes)
    return loss


def head_scores_backward(
    gradient: Floats, dependent: Floats, head: Floats, classes: Ints
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the gradients of the first four arguments of `tree_decoding.head_scores`, given that of its result."""
    size = len(gradient)
    cells = (classes + np.arange(size)[:, None] * tree_decoding.DISTANCE_CLASSES).ravel()

    def sum_by_class(values: Floats) -> Floats:
        summed = np.bincount(cells, weights=values.ravel(), minlength=size * tree_decoding.DISTANCE_CLASSES)
        return summed.reshape(size, tree_decoding.DISTANCE_CLASSES).astype(np.float32)

    return (
        gradient @ head,
        gradient.T @ dependent,
        sum_by_class(gradient),
        sum_by_class(np.ascontiguousarray(gradient.T)),
    )


def cross_entropy(logits: Floats, gold: Ints) -> tuple[float, Floats]:
    """Return the summed negative log likelihood of the columns *gold*, one per row of *logits*, and its gradient."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    odds = np.exp(shifted)
    total = odds.sum(axis=1, keepdims=True)
    rows = np.arange(len(gold))
    gradient: Floats = odds / total
    loss = float((np.log(total[:, 0]) - shifted[rows, gold]).sum())
    gradient[rows, gold] -= 1.0
    return loss, gradient


@Language.factory(
    FACTORY,
    assigns=["token.tag", "token.dep", "token.head", "token.is_sent_start", "doc.sents"],
    default_score_weights={"dep_las": 0.5, "tag_acc": 0.25, "sents_f": 0.25},
)
def create_trainable_parser(nlp: Language, name: str, model: Model[Any, Any]) -> TrainableParser:
    """Create the component."""
    return TrainableParser(nlp.vocab, model, name)
