"""Load the language model: one network that reads every token once, and the entity and grammar components on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import spacy
from spacy.language import Language
from spacy.util import load_config
from thinc.api import NumpyOps, set_current_ops

from service.enrich.model import dependency_parser, span_tagger  # noqa: F401 - registers the components' factories

if TYPE_CHECKING:
    from spacy.tokens import Doc

NAME = "newswire"
"""Name of the shipped pipeline. Any other name is that of an installed one."""
VERSION = "2.0"
"""Version of the shipped weights: raised with every change of them."""
WEIGHTS = Path(__file__).parents[1] / "data" / "model"


def load(name: str = NAME) -> Language:
    """Load the shipped pipeline, or the installed spaCy pipeline called *name*.

    Raises:
        OSError: No pipeline of that name is installed.
    """
    # OpenBLAS is four times as fast as BLIS' generic kernels on current processors, and finds the same entities.
    set_current_ops(NumpyOps(use_blis=False))
    if name != NAME:
        nlp = spacy.load(name)
        nlp.add_pipe("newswire_paragraphs", "paragraphs", first=True)
        return nlp
    nlp = spacy.blank("en")
    nlp.add_pipe("newswire_paragraphs", "paragraphs")
    add_components(nlp, WEIGHTS)
    nlp.meta.update(name=NAME, version=VERSION)
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


def add_components(nlp: Language, weights: Path) -> None:
    """Add the components stored in the folder *weights* to *nlp*."""
    config = load_config(weights / "config.cfg", interpolate=True)
    for pipe in config["nlp"]["pipeline"]:
        settings: dict[str, Any] = dict(config["components"][pipe])
        component: Any = nlp.add_pipe(settings.pop("factory"), pipe, config=settings)
        component.from_disk(weights / pipe, exclude=["vocab"])
        to_single_precision(component)


def to_single_precision(component: Any) -> None:
    """Convert the weights of *component* from half precision, as they are stored, to single precision."""
    for node in component.model.walk():
        for parameter in node.param_names:
            node.set_param(parameter, node.get_param(parameter).astype(np.float32))
