"""spaCy callbacks that initialize a network with the weights of the base model or of a teacher."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import spacy
from spacy.util import registry

from training.corpus import BASE_MODEL

if TYPE_CHECKING:
    from collections.abc import Callable

    from spacy.language import Language


@registry.callbacks("newswire.start_from_base.v1")  # type: ignore[untyped-decorator]  # spaCy's registry has no types
def start_from_base(name: str) -> Callable[[Language], Language]:
    """Initialize the span tagger with a network of the base model.

    Args:
        name: "ner" for the network of the base's entity recognizer, "tok2vec" for that of its parser.
    """

    def copy(nlp: Language) -> Language:
        source: Any = spacy.load(BASE_MODEL)
        network = source.get_pipe("ner").model.get_ref("tok2vec").layers[0] if name == "ner" else None
        network = network or source.get_pipe("tok2vec").model
        ner: Any = nlp.get_pipe("ner")
        ner.model.get_ref("tok2vec").from_bytes(network.to_bytes())
        return nlp

    return copy


@registry.callbacks("newswire.start_from_teacher.v1")  # type: ignore[untyped-decorator]  # spaCy's registry has no types
def start_from_teacher(name: str) -> Callable[[Language], Language]:
    """Initialize the student with the network and the output layer of the teacher stored in the folder *name*."""

    def copy(nlp: Language) -> Language:
        teacher: Any = spacy.load(name).get_pipe("ner")
        tok2vec: Any = nlp.get_pipe("tok2vec")
        ner: Any = nlp.get_pipe("ner")
        tok2vec.model.from_bytes(teacher.model.get_ref("tok2vec").to_bytes())
        ner.model.get_ref("output").from_bytes(teacher.model.get_ref("output").to_bytes())
        return nlp

    return copy
