"""Load the language model: the pipeline of the network, or another one with the network beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import spacy
from spacy.language import Language
from spacy.util import compile_prefix_regex, compile_suffix_regex
from thinc.api import NumpyOps, set_current_ops

from service.enrich.model import name_reader, reader
from service.enrich.model.name_network import DOUBLE_PRIME

if TYPE_CHECKING:
    from spacy.tokens import Doc

NAME = "newswire"
"""Name of the shipped pipeline. Any other name is that of an installed one."""
VERSION = "3.0"
"""Version of the shipped weights: raised with every change of them."""
VERSION_OF_NAMES = "1.0"
"""Version of the weights for names in other languages."""


def load(name: str = NAME) -> Language:
    """Load the shipped pipeline, or the installed spaCy pipeline called *name*.

    An installed pipeline gives names and grammar; events and topics are always the network's.

    Raises:
        OSError: No pipeline of that name is installed.
    """
    if name != NAME:
        # OpenBLAS is four times as fast as BLIS' generic kernels on current processors, and finds the same entities.
        set_current_ops(NumpyOps(use_blis=False))
        nlp = spacy.load(name)
        nlp.add_pipe("newswire_paragraphs", "paragraphs", first=True)
        nlp.add_pipe(reader.FACTORY, "reader", config={"annotates": False})
        return nlp
    nlp = spacy.blank("en")
    nlp.add_pipe("newswire_paragraphs", "paragraphs")
    nlp.add_pipe(reader.FACTORY, "reader")
    nlp.meta.update(name=NAME, version=VERSION)
    return nlp


def load_names() -> Language:
    """Load the pipeline for names in `data_files.LANGUAGES`. It sets names and sentences, and no grammar."""
    nlp = spacy.blank("xx")
    tokenizer: Any = nlp.tokenizer
    tokenizer.prefix_search = compile_prefix_regex([*(nlp.Defaults.prefixes or ()), DOUBLE_PRIME]).search
    tokenizer.suffix_search = compile_suffix_regex([*(nlp.Defaults.suffixes or ()), DOUBLE_PRIME]).search
    nlp.add_pipe("newswire_paragraphs", "paragraphs")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe(name_reader.FACTORY, "name_reader")
    nlp.meta.update(name=f"{NAME}_names", version=VERSION_OF_NAMES)
    return nlp


@Language.component("newswire_paragraphs")
def mark_paragraphs(doc: Doc) -> Doc:
    """Start a sentence after every blank line.

    A headline has no full stop, and without this its words would join the first sentence of the body.
    """
    for token in doc[:-1]:
        if token.is_space and token.text.count("\n") > 1:
            token.nbor().is_sent_start = True
    return doc
