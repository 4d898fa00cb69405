"""Store a trained pipeline as the service loads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from thinc.api import Config

from service.enrich.model import dependency_parser, loading, span_tagger
from training import trainable_parser, trainable_span_tagger

if TYPE_CHECKING:
    from pathlib import Path

    from spacy.language import Language

SERVING_FACTORIES = {
    trainable_span_tagger.FACTORY: span_tagger.FACTORY,
    trainable_parser.FACTORY: dependency_parser.FACTORY,
}
"""The component with which the service runs the weights of a trainable one."""


def store(nlp: Language, folder: Path) -> None:
    """Write the components of *nlp* to *folder* for `loading.add_components`, their weights in half precision."""
    folder.mkdir(parents=True, exist_ok=True)
    components = {
        name: settings | {"factory": SERVING_FACTORIES.get(settings["factory"], settings["factory"])}
        for name, settings in nlp.config["components"].items()
    }
    Config({"nlp": {"pipeline": nlp.pipe_names}, "components": components}).to_disk(folder / "config.cfg")
    for name in nlp.pipe_names:
        component: Any = nlp.get_pipe(name)
        for node in component.model.walk():
            for parameter in node.param_names:
                node.set_param(parameter, node.get_param(parameter).astype(np.float16))
        component.to_disk(folder / name, exclude=["vocab"])
        loading.to_single_precision(component)
