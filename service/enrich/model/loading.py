"""The language model: one network that reads every token once, under entities and grammar."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import spacy
from spacy.language import Language
from spacy.util import load_config
from thinc.api import Config, NumpyOps, set_current_ops

from service.enrich.model import dependency_parser, span_tagger  # noqa: F401 - registers the components' factories

if TYPE_CHECKING:
    from spacy.tokens import Doc

NAME = "newswire"
"""Name of the shipped pipeline; any other names an installed one."""
VERSION = "2.0"
"""Raised with every change of the shipped weights."""
WEIGHTS = Path(__file__).parents[1] / "data" / "model"


def load(name: str = NAME) -> Language:
    """Load the shipped pipeline, or the installed one called *name*.

    Raises OSError where no pipeline of that name is installed.
    """
    # OpenBLAS is four times as fast as BLIS' generic kernels on today's processors, for the same entities.
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
    """Begin a sentence after every blank line: a headline has no full stop, and its words are not the body's."""
    for token in doc[:-1]:
        if token.is_space and token.text.count("\n") > 1:
            token.nbor().is_sent_start = True
    return doc


def add_components(nlp: Language, weights: Path) -> None:
    """Add the components stored at *weights* to *nlp*."""
    config = load_config(weights / "config.cfg", interpolate=True)
    for pipe in config["nlp"]["pipeline"]:
        settings: dict[str, Any] = dict(config["components"][pipe])
        component: Any = nlp.add_pipe(settings.pop("factory"), pipe, config=settings)
        component.from_disk(weights / pipe, exclude=["vocab"])
        to_single_precision(component)


def to_single_precision(component: Any) -> None:
    """Bring weights that are stored as half-precision floats back to single precision."""
    for node in component.model.walk():
        for parameter in node.param_names:
            node.set_param(parameter, node.get_param(parameter).astype(np.float32))


def store(nlp: Language, weights: Path) -> None:
    """Store the components of *nlp* at *weights* for `add_components`, their weights as half-precision floats."""
    weights.mkdir(parents=True, exist_ok=True)
    config = Config({"nlp": {"pipeline": nlp.pipe_names}, "components": nlp.config["components"]})
    config.to_disk(weights / "config.cfg")
    for pipe in nlp.pipe_names:
        component: Any = nlp.get_pipe(pipe)
        for node in component.model.walk():
            for parameter in node.param_names:
                node.set_param(parameter, node.get_param(parameter).astype(np.float16))
        component.to_disk(weights / pipe, exclude=["vocab"])
        to_single_precision(component)
