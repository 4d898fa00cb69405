"""A spaCy component that finds entities: one linear layer over the token-to-vector network scores every token's tags.

The tags say begin, inside, last of a span, outside, one-token unit; `bilou.py` turns their scores into the best valid
sequence. Against spaCy's transition-based recognizer it scores all tokens at once instead of one after the other, and
it can tell how sure it is.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.pipeline import TrainablePipe
from spacy.scorer import Scorer
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.util import minibatch, registry
from spacy.vocab import Vocab
from thinc.api import Linear, Model, chain, with_array
from thinc.types import Floats2d

from service.enrich.model import span_decoding
from service.enrich.model.span_decoding import Floats, TokenSpan

FACTORY = "newswire_spans"


@registry.architectures("newswire.SpanTagger.v1")  # type: ignore[untyped-decorator]  # spaCy's registry has no types
def build_span_tagger(tok2vec: Model[list[Doc], list[Floats2d]], nO: int | None = None) -> Model[Any, Any]:  # noqa: N803
    """Build the network: *tok2vec*, then one linear layer; it starts from zero, so from equal odds."""
    width = tok2vec.get_dim("nO") if tok2vec.has_dim("nO") else None
    output: Model[Any, Any] = Linear(nO, width, init_W=_zeros)
    model: Model[Any, Any] = chain(tok2vec, with_array(output))
    model.set_ref("tok2vec", tok2vec)
    model.set_ref("output", output)
    return model


def _zeros(ops: Any, shape: tuple[int, ...]) -> Any:
    return ops.alloc(shape)


class SpanTagger(TrainablePipe):  # type: ignore[misc]  # compiled, without types
    """Sets `doc.ents`."""

    def __init__(self, vocab: Vocab, model: Model[Any, Any], name: str) -> None:
        self.vocab = vocab
        self.model = model
        self.name = name
        self.cfg: dict[str, Any] = {"labels": []}

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that spans can get."""
        return tuple(self.cfg["labels"])

    def add_label(self, label: str) -> int:
        """Add *label*; 1 if it is new. Only before the model is initialized."""
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
        """Collect the labels of the examples, unless *labels* are given, and shape the model."""
        if labels is None:
            labels = sorted({ent.label_ for example in get_examples() for ent in example.reference.ents})
        for label in labels:
            self.add_label(label)
        self.model.get_ref("output").set_dim("nO", 1 + 4 * len(self.labels))
        self.model.initialize(X=[example.predicted for example in islice(get_examples(), 10)])

    def predict(self, docs: Sequence[Doc]) -> list[list[TokenSpan]]:
        """Return for each doc its spans: first token, end token, index of the label."""
        if not any(len(doc) for doc in docs):
            return [[] for _ in docs]
        return [list(span_decoding.decode(scores)) for scores in self.model.predict(docs)]

    def set_annotations(self, docs: Sequence[Doc], found: Sequence[Sequence[TokenSpan]]) -> None:
        """Write the spans to the docs."""
        for doc, spans in zip(docs, found, strict=True):
            doc.ents = [Span(doc, start, end, label=self.labels[label]) for start, end, label in spans]

    def get_loss(self, examples: Sequence[Example], scores: Sequence[Floats]) -> tuple[float, list[Floats]]:
        """Return the negative log likelihood of the reference tags and its gradient; unknown tokens may be anything."""
        loss, gradients = 0.0, [np.zeros_like(array) for array in scores]
        parts = []
        for number, (example, array) in enumerate(zip(examples, scores, strict=True)):
            allowed = self._allowed(example)
            for start, end in span_decoding.pieces(example.predicted, allowed[:, 0] & (allowed.sum(axis=1) == 1)):
                permitted = np.where(allowed[start:end], array[start:end], span_decoding.IMPOSSIBLE_SCORE)
                parts.append((number, start, end, array[start:end], permitted))
        parts.sort(key=lambda part: part[2] - part[1])
        # The mean over tokens: batches of short and long documents weigh alike.
        tokens = sum(map(len, scores))
        for some in minibatch(parts, span_decoding.SEQUENCES_PER_BATCH):  # type: ignore[no-untyped-call]
            log_all, free = span_decoding.marginals(span_decoding.pad([part[3] for part in some]))
            log_gold, gold = span_decoding.marginals(span_decoding.pad([part[4] for part in some]))
            loss += float(np.sum(log_all - log_gold))
            for i, (number, start, end, *_) in enumerate(some):
                gradients[number][start:end] = (free[: end - start, i] - gold[: end - start, i]) / tokens
        return loss, gradients

    def score(self, examples: Iterable[Example], **_: Any) -> dict[str, Any]:
        """Return exact-span precision, recall and F1, by label too."""
        return Scorer.score_spans(examples, "ents", getter=lambda doc, _: doc.ents)

    def _allowed(self, example: Example) -> Floats:
        """Return which tag each token may have: one, or any where the reference does not know."""
        doc = example.reference
        if len(doc) != len(example.predicted):
            raise ValueError(f"the reference has {len(doc)} tokens, the text {len(example.predicted)}: make both alike")
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
def create_span_tagger(nlp: Language, name: str, model: Model[Any, Any]) -> SpanTagger:
    """Make the component."""
    return SpanTagger(nlp.vocab, model, name)
