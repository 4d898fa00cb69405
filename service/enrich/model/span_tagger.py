"""A spaCy component that finds named entities: one linear layer scores the BILOU tags of every token.

`span_decoding.py` turns the scores into the best valid sequence of spans. All tokens are scored at once; spaCy's
transition-based recognizer reads them one after the other, at less than half the speed (see the model card).

This class predicts. `training/trainable_span_tagger.py` adds what learning needs.
"""

from collections.abc import Sequence
from typing import Any

from spacy.language import Language
from spacy.pipeline import TrainablePipe
from spacy.tokens import Doc, Span
from spacy.util import registry
from spacy.vocab import Vocab
from thinc.api import Linear, Model, chain, with_array
from thinc.types import Floats2d

from service.enrich.model import span_decoding
from service.enrich.model.span_decoding import TokenSpan

FACTORY = "newswire_spans"


@registry.architectures("newswire.SpanTagger.v1")  # type: ignore[untyped-decorator]  # spaCy's registry has no types
def build_span_tagger(tok2vec: Model[list[Doc], list[Floats2d]], nO: int | None = None) -> Model[Any, Any]:  # noqa: N803 - thinc's name
    """Build the network: *tok2vec*, then one linear layer.

    The layer's weights start at zero, so that all tags start equally likely.
    """
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
        """The labels that a span can have."""
        return tuple(self.cfg["labels"])

    def predict(self, docs: Sequence[Doc]) -> list[list[TokenSpan]]:
        """Return the spans of each of *docs*."""
        if not any(len(doc) for doc in docs):
            return [[] for _ in docs]
        return [list(span_decoding.decode(scores)) for scores in self.model.predict(docs)]

    def set_annotations(self, docs: Sequence[Doc], predictions: Sequence[Sequence[TokenSpan]]) -> None:
        """Write the predicted spans to *docs*."""
        for doc, spans in zip(docs, predictions, strict=True):
            doc.ents = [Span(doc, start, end, label=self.labels[label]) for start, end, label in spans]


@Language.factory(FACTORY, assigns=["doc.ents"])
def create_span_tagger(nlp: Language, name: str, model: Model[Any, Any]) -> SpanTagger:
    """Create the component."""
    return SpanTagger(nlp.vocab, model, name)
