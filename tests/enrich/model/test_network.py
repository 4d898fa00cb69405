"""The network gives a text the same scores whatever was read before, and says what its topics rest on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from service.enrich.model import network, reader, trunk, word_features

if TYPE_CHECKING:
    from service.enrich.model.network import Network

WEIGHTS = Path(str(reader.WEIGHTS))
WORDS = ["The", "minister", "visited", "Bucharest", "on", "Monday", ",", "Xqzvkw", "said", "."]
OTHER_WORDS = ["Xqzvkw", "scored", "twice", "in", "the", "second", "half", "on", "Monday", "."]


@pytest.fixture(scope="module")
def trained() -> Network:
    """Load the shipped weights."""
    return network.load(WEIGHTS)[0]


def fresh(words: list[str]) -> network.Scores:
    """Return the scores of *words* from a network that has read nothing before."""
    return network.load(WEIGHTS)[0].read(words, 0)


def test_what_was_read_before_changes_no_score(trained: Network) -> None:
    """The scores of a text are the same bits, first or after others that share words with it."""
    trained.read(OTHER_WORDS, 0)
    trained.read(OTHER_WORDS[::-1], 3)
    again = trained.read(WORDS, 0)

    first = fresh(WORDS)
    assert all(np.array_equal(getattr(again, name), getattr(first, name)) for name in ("tags", "types", "topics"))


def test_words_beyond_those_that_are_kept_are_read_alike(trained: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """If no more words can be kept, a text is read as before."""
    monkeypatch.setattr(trunk, "MAX_KEPT_WORDS", 3)
    small = network.load(WEIGHTS)[0]

    assert np.array_equal(small.read(WORDS, 0).grammar, trained.read(WORDS, 0).grammar)


def test_what_words_add_to_a_topic_sums_up_to_its_score(trained: Network) -> None:
    """The evidence of a topic is the whole of its log odds, but for what the topic has in any text."""
    scores, nothing = trained.read(WORDS, 0), trained.read([""], 0)
    added = trained.topic_evidence(scores.topic_inputs, [7]).sum()
    added_by_nothing = trained.topic_evidence(nothing.topic_inputs, [7]).sum()

    assert scores.topics[7] - nothing.topics[7] == pytest.approx(added - added_by_nothing, abs=1e-3)


def test_tokens_of_a_headline_stand_apart() -> None:
    """The headline has a class of position of its own; from there on, classes grow wider."""
    assert trunk.positions(30, 5).tolist() == [0] * 5 + [1] * 3 + [2] * 8 + [3] * 14


@pytest.mark.parametrize(
    ("word", "key", "shape"),
    [
        ("Bucharest", "bucharest", "Xxxx"),
        ("COVID-19", "covid-00", "XXX-dd"),
        ("1989", "0000", "ddd"),
        ("Şi", "şi", "Xx"),
        ("\n\n", "\n\n", "\n\n"),
    ],
)
def test_a_word_is_known_by_key_and_shape(word: str, key: str, shape: str) -> None:
    """The key has no case and no digits, the shape has nothing else."""
    assert (word_features.key(word), word_features.shape(word)) == (key, shape)


def test_an_unknown_word_shares_the_vector_of_its_hash() -> None:
    """A word of the vocabulary has its own row; the rows of all others come after, and never change."""
    vocabulary = {"minister": 0, "visit": 1}

    assert word_features.describe("Minister", vocabulary).word == 0
    assert word_features.describe("Xqzvkw", vocabulary).word == 2 + 1_505  # CRC-32 of "wxqzvkw", modulo 2,048
