"""What training needs beyond spaCy: to start from the base model, or from the model of an earlier stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import spacy

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
    """Copy the weights of the pipeline *name*: all, where it has our components, else its recognizer's network."""

    def copy(nlp: Language) -> Language:
        source = spacy.load(name)
        if "newswire" in source.pipe_names:
            for pipe, component in nlp.pipeline:
                component.model.from_bytes(source.get_pipe(pipe).model.to_bytes())
        else:
            network = source.get_pipe("ner").model.get_ref("tok2vec").layers[0]
            nlp.get_pipe("newswire").model.from_bytes(network.to_bytes())
        return nlp

    return copy
