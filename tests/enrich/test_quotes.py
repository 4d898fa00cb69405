"""Quotations have their words, speaker and verb."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.enrich import quotes
from service.enrich.grammar.word_lists import speech_words
from service.enrich.model import loading

if TYPE_CHECKING:
    from spacy.language import Language


@pytest.fixture(scope="module")
def nlp() -> Language:
    """Return the shipped model."""
    return loading.load()


@pytest.mark.parametrize(("text", "quote", "speaker", "verb"), speech_words().examples)
def test_an_example_has_its_quotation(nlp: Language, text: str, quote: str, speaker: str, verb: str) -> None:
    """Every example of the data file gives its quotation, speaker and verb."""
    quotations = [
        (quotation.quote.text, quotation.speaker and quotation.speaker.text, quotation.verb and quotation.verb.text)
        for quotation in quotes.find(nlp(text), {})
    ]

    assert (quote, speaker, verb) in quotations


def test_a_quotation_ends_with_its_paragraph(nlp: Language) -> None:
    """A quotation mark that is not closed, as in newspapers, quotes only the rest of its paragraph."""
    quotations = quotes.find(nlp("“We began early,” he said. “We had to.\n\nThe town was quiet."), {})

    assert [quotation.quote.text for quotation in quotations] == ["We began early,", "We had to."]


def test_scare_quotes_are_not_quotations(nlp: Language) -> None:
    """A single word in quotation marks, without a verb of speech beside it, is nobody's words."""
    assert quotes.find(nlp('The "experts" met on Monday.'), {}) == []


def test_inches_do_not_open_a_quotation(nlp: Language) -> None:
    """A quotation mark right after a number means inches."""
    assert quotes.find(nlp('The pipe of 12" was replaced by one of 14" in May.'), {}) == []
