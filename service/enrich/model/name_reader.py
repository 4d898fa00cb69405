"""The spaCy component that marks the names of a document in another language than English."""

from __future__ import annotations

from importlib.resources import as_file
from typing import TYPE_CHECKING

import numpy as np
from spacy.language import Language
from spacy.tokens import Span

from service.enrich.data_files import DATA
from service.enrich.model import span_decoding
from service.enrich.model.name_network import NameNetwork
from service.enrich.model.network_reading import headline_tokens

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

FACTORY = "newswire_name_reader"
WEIGHTS = DATA / "model" / "names.npz"


class NameReader:
    """Sets the names of a document."""

    def __init__(self, vocab: Vocab) -> None:
        with as_file(WEIGHTS) as path:
            self._network = NameNetwork(path)
        for label in self._network.labels:
            vocab.strings.add(label)

    def __call__(self, doc: Doc) -> Doc:
        """Set `doc.ents`."""
        headline = headline_tokens(doc.text, doc.to_array("IDX").astype(np.int64))
        scores = self._network.read([token.text for token in doc], headline)
        doc.ents = [
            Span(doc, start, end, label=self._network.labels[label])
            for start, end, label in span_decoding.decode(scores)
            if not (doc[start].is_space or doc[end - 1].is_space)
        ]
        return doc


@Language.factory(FACTORY, assigns=["doc.ents"])
def create_name_reader(nlp: Language, name: str) -> NameReader:  # noqa: ARG001 - spaCy's signature
    """Create the component."""
    return NameReader(nlp.vocab)
