"""The figures beside those of the base model, on documents made by hand."""

from __future__ import annotations

import pytest
import spacy
from spacy.tokens import Doc, Span

from training.scoring.base_model import Speed, agreement_rows, speed_row
from training.scoring.counting import Row
from training.scoring.names import doc_spans

VOCAB = spacy.blank("en").vocab
WORDS = ["Talks", "began", ".", "Envoys", "met", "."]
TAGS = ["NNS", "VBD", ".", "NNS", "VBD", "."]
HEADS = [1, 1, 1, 4, 4, 4]
RELATIONS = ["nsubj", "ROOT", "punct", "nsubj", "ROOT", "punct"]


def _doc(**changed: list[str] | list[int]) -> Doc:
    annotations = {"tags": TAGS, "heads": HEADS, "deps": RELATIONS} | changed
    return Doc(VOCAB, words=WORDS, **annotations)  # type: ignore[arg-type]


def _figures(ours: Doc) -> dict[str, str]:
    rows = agreement_rows("wire", [(ours, _doc())])
    return {row.what.removeprefix("agreement with the base model: "): row.figure for row in rows}


def test_equal_trees_agree() -> None:
    """Each figure is one."""
    assert set(_figures(_doc()).values()) == {"1.000"}
    assert next(agreement_rows("wire", [(_doc(), _doc())])).of_how_many == "6 tokens"


@pytest.mark.parametrize(
    ("changed", "figures"),
    [
        ({"tags": ["NN", *TAGS[1:]]}, {"tags": ".833"}),
        ({"deps": ["dobj", *RELATIONS[1:]]}, {"heads and relations": ".750"}),
        ({"heads": [1, 1, 0, 4, 4, 4]}, {}),
    ],
    ids=["tag", "relation", "head of a full stop"],
)
def test_a_difference_lowers_its_figure_alone(changed: dict[str, list[str]], figures: dict[str, str]) -> None:
    """One of six tags, or one of four relations; the heads of punctuation do not count."""
    expected = dict.fromkeys(("tags", "sentences, F1", "heads", "heads and relations"), "1.000") | figures
    assert _figures(_doc(**changed)) == expected


def test_another_tree_lowers_sentences_and_heads() -> None:
    """Two sentences that are read as one are both wrong."""
    joined = _doc(heads=[1, 1, 1, 1, 1, 1], deps=["nsubj", "ROOT", "punct", "nsubj", "conj", "punct"])
    assert _figures(joined) == {
        "tags": "1.000",
        "sentences, F1": ".000",
        "heads": ".500",
        "heads and relations": ".500",
    }


def test_names_of_a_document_have_the_types_of_the_labels() -> None:
    """Places are of one type, since not all labels tell GPE from LOC."""
    doc = Doc(VOCAB, words=["Near", "Mostar"])
    doc.ents = [Span(doc, 1, 2, label="GPE")]
    assert doc_spans(doc) == {(5, 11, "place")}


def test_speed_is_a_ratio_of_one_run() -> None:
    """Tokens per second of CPU time, of both."""
    row = speed_row(Speed(tokens=60_000, network=2.0, base=5.0))
    assert isinstance(row, Row)
    assert row.figure == "30,000, base model 12,000: 2.50 times as many"
    assert row.of_how_many == "60,000 tokens"
