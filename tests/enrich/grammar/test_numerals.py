"""Numbers in digits and words have one value, or none."""

from __future__ import annotations

import pytest
import spacy
from spacy.tokens import Doc

from service.enrich.grammar import numerals
from service.enrich.grammar.parse import Parse

VOCAB = spacy.blank("en").vocab


def around(text: str, word: str) -> tuple[str, int] | None:
    """Return the words and the value of the number in *text* that contains *word*."""
    words = text.split()
    number = numerals.number_around(Parse(Doc(VOCAB, words=words)), words.index(word))
    return None if number is None else (" ".join(words[number.start : number.end]), number.value)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("1,200", 1200),
        ("twenty - five", 25),
        ("twenty-five", 25),
        ("two dozen", 24),
        ("2.5 million", 2_500_000),
        ("1.1 million", 1_100_000),
        ("three hundred and six", 306),
        ("one hundred thousand", 100_000),
        ("two million three hundred thousand and five", 2_300_005),
        ("1,20,000", 120_000),
        ("2.3 crore", 23_000_000),
        ("4.5", None),
        ("few", None),
        ("", None),
        ("20 - 30", None),
        ("2014 14,000", None),
        ("twenty thirty", None),
        ("five hundred five hundred", None),
        ("five thousand six thousand", None),
        ("000", None),
        ("five" + " hundred" * 156, None),
        ("1" + "0" * 400, None),
        ("9" * 5_000, None),
        ("1" + ",000" * 2_000, None),
    ],
)
def test_number_words_are_read(words: str, value: int | None) -> None:
    """A fraction, a vague word, two numbers, and a number larger than any count have no value."""
    assert numerals.value_of(words.split()) == value


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("killed twenty - five men", "five", ("twenty - five", 25)),
        ("two hundred and six men", "two", ("two hundred and six", 206)),
        ("in 2014 300 men", "300", ("300", 300)),
        ("20 - 30 men", "30", ("20 - 30", 20)),
        ("20 \u2013 30 men", "20", ("20 \u2013 30", 20)),
        ("two - three thousand men", "thousand", ("two - three thousand", 2000)),
        ("30 - 20 men", "30", None),
        ("2 - 300 men", "300", None),
        ("10 - 20 - 30 men", "20", None),
        ("14 000 men", "000", ("14 000", 14_000)),
        ("1 200 000 men", "200", ("1 200 000", 1_200_000)),
        ("between 20 and 30 men", "30", ("20 and 30", 20)),
        ("1.2 lakh crore rupees", "lakh", ("1.2 lakh crore", 1_200_000_000_000)),
        ("about a million men", "million", ("million", 1_000_000)),
        ("half a million men", "million", None),
        ("a few hundred men", "hundred", None),
    ],
)
def test_a_number_ends_where_another_begins(text: str, word: str, expected: tuple[str, int] | None) -> None:
    """It grows over scale words, tens and units. A range has its lower bound as value, or none if it makes no sense."""
    assert around(text, word) == expected


@pytest.mark.parametrize("run", ["hundred", "five", "five hundred", "1", "1 -", "twenty -", "thousand and"])
def test_a_row_of_numbers_is_not_a_number(run: str) -> None:
    """Of ten thousand numbers in a row, each is read only as far as one number can reach."""
    words = (f"{run} " * 10_000).split()
    parse = Parse(Doc(VOCAB, words=words))
    numbers = [numerals.number_around(parse, index) for index in range(0, len(words), 7)]

    assert all(number is None or number[2] <= 500 for number in numbers[10:-10])
