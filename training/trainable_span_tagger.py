"""The span tagger with what learning needs: labels, loss and scores. The service loads `SpanTagger` instead."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.scorer import Scorer
from spacy.training import Example
from spacy.util import minibatch
from thinc.api import Model

from service.enrich.model.arrays import Booleans, Floats
from service.enrich.model.span_decoding import IMPOSSIBLE_SCORE, SEQUENCES_PER_BATCH, pad
from service.enrich.model.span_tagger import SpanTagger
from training.tag_probabilities import marginals, split_after_sentences

FACTORY = "newswire_trainable_spans"


class TrainableSpanTagger(SpanTagger):
    """Learns the spans of `doc.ents` by maximum likelihood."""

    def add_label(self, label: str) -> int:
        """Add *label*, before the model is initialized. Return 1 if it is new, else 0, as spaCy's components do."""
        if label in self.labels:
            return 0
        self.cfg["labels"].append(label)
        self.vocab.strings.add(label)
        return 1

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,  # noqa: ARG002 - spaCy passes it
        labels: Sequence[str] | None = None,
    ) -> None:
        """Collect the labels of the examples, unless *labels* are given, and set the sizes of the model's layers."""
        if labels is None:
            labels = sorted({ent.label_ for example in get_examples() for ent in example.reference.ents})
        for label in labels:
            self.add_label(label)
        self.model.get_ref("output").set_dim("nO", 1 + 4 * len(self.labels))
        self.model.initialize(X=[example.predicted for example in islice(get_examples(), 10)])

    def get_loss(self, examples: Sequence[Example], scores: Sequence[Floats]) -> tuple[float, list[Floats]]:
        """Return the negative log likelihood of the reference tags, and its gradient per example.

        A token whose tag the reference does not know may have any tag: the likelihood sums over them (Tsuboi et al.
        2008, on partial annotations).
        """
        loss, gradients = 0.0, [np.zeros_like(table) for table in scores]
        pieces = []
        for number, (example, table) in enumerate(zip(examples, scores, strict=True)):
            allowed = self._allowed(example)
            surely_outside = allowed[:, 0] & (allowed.sum(axis=1) == 1)
            for start, end in split_after_sentences(example.predicted, surely_outside):
                permitted = np.where(allowed[start:end], table[start:end], IMPOSSIBLE_SCORE)
                pieces.append((number, start, end, table[start:end], permitted))
        pieces.sort(key=lambda piece: piece[2] - piece[1])
        # The mean over tokens, so that batches of short and long documents weigh alike.
        tokens = sum(map(len, scores))
        for batch in minibatch(pieces, SEQUENCES_PER_BATCH):  # type: ignore[no-untyped-call]  # spaCy gives no types here
            log_all, free = marginals(pad([piece[3] for piece in batch]))
            log_gold, gold = marginals(pad([piece[4] for piece in batch]))
            loss += float(np.sum(log_all - log_gold))
            for column, (number, start, end, *_) in enumerate(batch):
                gradients[number][start:end] = (free[: end - start, column] - gold[: end - start, column]) / tokens
        return loss, gradients

    def score(self, examples: Iterable[Example], **_: Any) -> dict[str, Any]:
        """Return precision, recall and F1 of exact spans, also by label."""
        return Scorer.score_spans(examples, "ents", getter=lambda doc, _: doc.ents)

    def _allowed(self, example: Example) -> Booleans:
        """Return which tags each token may have, (token, tag): one, or any if the reference does not know it.

        Raises:
            ValueError: Reference and text are tokenized differently.
        """
        doc = example.reference
        if len(doc) != len(example.predicted):
            raise ValueError(f"reference and text must have the same tokens: {len(doc)} and {len(example.predicted)}")
        count = len(self.labels)
        allowed = np.zeros((len(doc), 1 + 4 * count), dtype=bool)
        allowed[:, 0] = True
        allowed[doc.to_array("ENT_IOB") == 0] = True
        for ent in doc.ents:
            column = 1 + self.labels.index(ent.label_)
            allowed[ent.start : ent.end] = False
            if len(ent) == 1:
                allowed[ent.start, column + 3 * count] = True
                continue
            allowed[ent.start, column] = True
            allowed[ent.start + 1 : ent.end - 1, column + count] = True
            allowed[ent.end - 1, column + 2 * count] = True
        return allowed


@Language.factory(FACTORY, assigns=["doc.ents"], default_score_weights={"ents_f": 1.0})
def create_trainable_span_tagger(nlp: Language, name: str, model: Model[Any, Any]) -> TrainableSpanTagger:
    """Create the component."""
    return TrainableSpanTagger(nlp.vocab, model, name)
