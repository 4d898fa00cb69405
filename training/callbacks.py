"""What training needs beyond spaCy: networks that start from those of the base model, or of a teacher."""

from __future__ import annotations

from typing import TYPE_CHECKING

import spacy
from corpus import BASE

if TYPE_CHECKING:
    from collections.abc import Callable

    from spacy.language import Language


@spacy.registry.callbacks("newswire.start_from_base.v1")
def start_from_base(name: str) -> Callable[[Language], Language]:
    """Copy a network of the base into the recognizer: its own recognizer's ("ner"), or its parser's ("tok2vec")."""

    def copy(nlp: Language) -> Language:
        source = spacy.load(BASE)
        network = source.get_pipe("ner").model.get_ref("tok2vec").layers[0] if name == "ner" else None
        network = network or source.get_pipe("tok2vec").model
        nlp.get_pipe("ner").model.get_ref("tok2vec").from_bytes(network.to_bytes())
        return nlp

    return copy


@spacy.registry.callbacks("newswire.start_from_teacher.v1")
def start_from_teacher(name: str) -> Callable[[Language], Language]:
    """Copy the network and the last layer of the teacher stored at *name*."""

    def copy(nlp: Language) -> Language:
        teacher = spacy.load(name).get_pipe("ner").model
        nlp.get_pipe("tok2vec").model.from_bytes(teacher.get_ref("tok2vec").to_bytes())
        nlp.get_pipe("ner").model.get_ref("output").from_bytes(teacher.get_ref("output").to_bytes())
        return nlp

    return copy
