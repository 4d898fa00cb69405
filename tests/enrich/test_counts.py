"""Counts give the number, and what is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.contract.annotations import CountryShare
from service.enrich import counts
from service.enrich.counts import affected
from service.enrich.model import loading

if TYPE_CHECKING:
    from spacy.language import Language

EXAMPLES = [(kind, *example) for kind, words in affected.kinds().items() for example in words.examples]


@pytest.fixture(scope="module")
def nlp() -> Language:
    """Return the shipped model."""
    return loading.load()


@pytest.mark.parametrize(("kind", "text", "number", "of"), EXAMPLES)
def test_an_example_is_counted(nlp: Language, kind: str, text: str, number: int, of: str) -> None:
    """Every example of the data file gives its kind, its number, and what is counted."""
    assert (kind, number, of) in [(count.kind, count.number, count.of or "") for count in counts.find(nlp(text))]


@pytest.mark.parametrize(
    "text",
    [
        "Dozens of people were killed.",
        "The attack killed people in 2014.",
        "Prices rose by 12 percent.",
        "The two leaders met in Sofia.",
        "The village lies 70 km north of the capital.",
        "She died at the age of 92.",
        "Section 12 of the law was changed.",
        "The team won by three goals.",
    ],
)
def test_numbers_that_are_no_news_are_not_counted(nlp: Language, text: str) -> None:
    """Vague words, years, percentages, distances, ages, laws and scores give no count, nor does "the two"."""
    assert counts.find(nlp(text)) == []


@pytest.mark.parametrize(
    ("text", "kind", "number", "of"),
    [
        ("The company employs about 3,500 workers.", "people", 3500, "workers"),
        ("More than 25,000 visitors came to the fair.", "people", 25_000, "visitors"),
        ("The storm destroyed 120 houses.", "other", 120, "houses"),
        ("Farmers harvested 40,000 tonnes of wheat.", "other", 40_000, "tonnes"),
        ("The airline cancelled 300 flights.", "other", 300, "flights"),
    ],
)
def test_other_people_and_things_are_counted(nlp: Language, text: str, kind: str, number: int, of: str) -> None:
    """A number that tells how many is news, whatever happened."""
    assert [(count.kind, count.number, count.of) for count in counts.find(nlp(text))] == [(kind, number, of)]


def test_money_has_a_currency(nlp: Language) -> None:
    """An amount is mentioned with its currency, which the country of the article tells."""
    text = "The council will spend up to $30 million on the road."
    countries = [CountryShare(code="AU", mentions=1, share=1.0, about=True)]

    (count,) = counts.find(nlp(text), countries)

    assert (count.kind, count.number, count.currency, count.qualifier) == ("money", 30_000_000, "AUD", "at_most")
    assert count.mention.text == "$30 million"


def test_a_range_has_both_bounds(nlp: Language) -> None:
    """The number is the lower one."""
    (count,) = counts.find(nlp("Some 20 to 30 people were killed."))

    assert (count.number, count.upper, count.qualifier) == (20, 30, "about")


@pytest.mark.parametrize(
    "text",
    [
        "Police did not arrest 300 protesters.",
        "Police never arrested 300 protesters.",
        "Twelve people were not killed.",
        "He denied killing 12 people.",
        "No 12 people were killed.",
    ],
)
def test_what_did_not_happen_is_not_counted(nlp: Language, text: str) -> None:
    """A negated verb gives no count."""
    assert counts.find(nlp(text)) == []


@pytest.mark.parametrize(
    ("text", "number", "words"),
    [
        ("20-30 people were killed.", 20, "20-30"),
        ("20,000-30,000 people protested.", 20_000, "20,000-30,000"),
        ("20 to 30 people were killed.", 20, "20 to 30"),
        ("Some 20\u201330 people were killed.", 20, "20\u201330"),
        ("2-3 million people fled.", 2_000_000, "2-3 million"),
        ("Since 2014 14,000 people have been killed.", 14_000, "14,000"),
        ("Two hundred and fifty-five people were killed.", 255, "Two hundred and fifty-five"),
        ("1.1 million people fled.", 1_100_000, "1.1 million"),
        ("A hundred people were killed.", 100, "hundred"),
    ],
)
def test_a_number_is_what_the_words_vouch_for(nlp: Language, text: str, number: int, words: str) -> None:
    """A range counts as its lower bound, and its mention is the whole range; a year beside a number is left out."""
    assert [(count.number, count.mention.text) for count in counts.find(nlp(text))] == [(number, words)]


@pytest.mark.parametrize(
    "text",
    [
        "Half a million people fled.",
        "Several hundred people were killed.",
        "20-30,000 people protested.",
        f"1{'0' * 150} people were killed.",
        f"Five {'hundred ' * 156}people were killed.",
    ],
)
def test_a_number_without_a_certain_value_is_not_counted(nlp: Language, text: str) -> None:
    """A fraction, a vague number and an endless one give no count."""
    assert counts.find(nlp(text)) == []
