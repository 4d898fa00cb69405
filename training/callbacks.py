"""What training needs beyond spaCy: to start from the base model, or from the model of an earlier stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import spacy

from service.enrich.spans import SpanTagger

if TYPE_CHECKING:
    from collections.abc import Callable

    from spacy.language import Language


@spacy.registry.callbacks("newswire.vocab_of.v1")
def vocab_of(name: str) -> Callable[[Language], Language]:
    """Take the vocabulary of the pipeline *name*: its norms are a feature, so training and use must share them."""

    def copy(nlp: Language) -> Language:
        nlp.vocab.from_bytes(spacy.load(name, enable=["ner"]).vocab.to_bytes(exclude=["vectors"]), exclude=["vectors"])
        return nlp

    return copy


@spacy.registry.callbacks("newswire.start_from.v1")
def start_from(name: str) -> Callable[[Language], Language]:
    """Copy the weights of the pipeline *name*: of the same component, if it is one of ours.

    From the base come networks without the last layer: its recognizer's for entities, its parser's for triggers, since
    what happens is told by verbs and their nouns, which a recognizer need not tell apart.
    """

    def copy(nlp: Language) -> Language:
        source = spacy.load(name)
        for pipe, component in nlp.pipeline:
            if source.has_pipe(pipe) and isinstance(source.get_pipe(pipe), SpanTagger):
                component.model.from_bytes(source.get_pipe(pipe).model.to_bytes())
                continue
            model = source.get_pipe("ner").model.get_ref("tok2vec").layers[0] if pipe == "ner" else None
            model = model or source.get_pipe("tok2vec").model
            component.model.get_ref("tok2vec").from_bytes(model.to_bytes())
        return nlp

    return copy
