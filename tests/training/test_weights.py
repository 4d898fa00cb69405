"""From a few training steps to weights that the service loads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import spacy
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from spacy.training.initialize import init_nlp
from spacy.util import load_config
from thinc.api import Adam

from service.enrich.model import loading
from training import corpus, weights

if TYPE_CHECKING:
    from spacy.language import Language

TRAINING = Path(__file__).parents[2] / "training"
TEXT = "Viktor Orban met Robert Fico in Sofia."
STEPS, LEARN_RATE = 60, 0.003


@pytest.fixture(scope="module")
def gold() -> Doc:
    """Return one labelled sentence."""
    return Doc(
        spacy.blank("en").vocab,
        words=["Viktor", "Orban", "met", "Robert", "Fico", "in", "Sofia", "."],
        spaces=[True, True, True, True, True, True, False, False],
        tags=["NNP", "NNP", "VBD", "NNP", "NNP", "IN", "NNP", "."],
        heads=[1, 2, 2, 4, 2, 2, 5, 2],
        deps=["compound", "nsubj", "ROOT", "compound", "dobj", "prep", "pobj", "punct"],
        ents=["B-PERSON", "I-PERSON", "O", "B-PERSON", "I-PERSON", "O", "B-GPE", "O"],
    )


@pytest.fixture(scope="module")
def student(gold: Doc, tmp_path_factory: pytest.TempPathFactory) -> Language:
    """Return the pipeline of `student.cfg`, trained for a few steps on one sentence, from random weights."""
    path = tmp_path_factory.mktemp("corpus") / "train.spacy"
    corpus.write(path, [gold])
    overrides = {"paths.train": str(path), "paths.dev": str(path), "initialize.after_init": None}
    nlp = init_nlp(load_config(TRAINING / "student.cfg", overrides=overrides, interpolate=False))
    optimizer = Adam(LEARN_RATE, grad_clip=1.0)
    for _ in range(STEPS):
        nlp.update([_example(nlp, gold)], sgd=optimizer)
    return nlp


def _example(nlp: Language, gold: Doc) -> Example:
    (reference,) = DocBin(attrs=corpus.ATTRIBUTES, docs=[gold]).get_docs(nlp.vocab)
    return Example(nlp.make_doc(TEXT), reference)


def test_a_few_steps_learn_one_sentence(student: Language, gold: Doc) -> None:
    """Names, tags, heads and relations of the sentence are then right: every loss has its gradient."""
    scores = student.evaluate([_example(student, gold)])

    assert scores["ents_f"] == scores["tag_acc"] == scores["dep_las"] == scores["sents_f"] == 1.0


def test_the_service_loads_what_was_trained(student: Language, tmp_path: Path) -> None:
    """Stored weights are run by the service's own components, with the same results."""
    weights.store(student, tmp_path)
    serving = spacy.blank("en")
    loading.add_components(serving, tmp_path)

    trained, served = student(TEXT), serving(TEXT)

    assert {type(component).__module__.partition(".")[0] for _, component in serving.pipeline} == {"spacy", "service"}
    assert served.to_json() == trained.to_json()
