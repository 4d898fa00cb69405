"""Quotations with speaker and verb."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.enrich import quotes
from service.enrich.model import loading

if TYPE_CHECKING:
    from spacy.language import Language


@pytest.fixture(scope="module")
def nlp() -> Language:
    """Load the default model once."""
    return loading.load()


@pytest.mark.parametrize(("text", "quote", "speaker", "verb"), quotes.quote_words().examples)
def test_an_example_has_its_quotation(nlp: Language, text: str, quote: str, speaker: str, verb: str) -> None:
    """Each example of the data file gives its quotation, speaker and verb."""
    found = [
        (each.quote.text, each.speaker and each.speaker.text, each.verb and each.verb.text)
        for each in quotes.find(nlp(text))
    ]

    assert (quote, speaker, verb) in found


def test_a_quotation_ends_with_its_paragraph(nlp: Language) -> None:
    """A mark that opens and is not closed, as in papers, quotes the rest of its paragraph only."""
    found = quotes.find(nlp("“We began early,” he said. “We had to.\n\nThe town was quiet."))

    assert [each.quote.text for each in found] == ["We began early,", "We had to."]


def test_scare_quotes_are_no_quotations(nlp: Language) -> None:
    """One word in marks with no verb of speech beside it is not reported as somebody's words."""
    assert quotes.find(nlp('The "experts" met on Monday.')) == []


def test_inches_open_no_quotation(nlp: Language) -> None:
    """A mark right after a number does not open a quotation."""
    assert quotes.find(nlp('The pipe of 12" was replaced by one of 14" in May.')) == []
