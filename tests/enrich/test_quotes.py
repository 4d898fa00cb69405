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


def test_a_quotation_over_paragraphs_has_one_speaker(nlp: Language) -> None:
    """Each paragraph opens with a mark and only the last one closes; the speaker is named once."""
    text = "“We began early,” the mayor said. “It was dark.\n\n“Nobody had told us that the bridge was closed.”"

    assert [quotation.speaker and quotation.speaker.text for quotation in quotes.find(nlp(text), {})] == ["mayor"] * 3


def test_a_speaker_stands_before_or_after_the_verb(nlp: Language) -> None:
    """Titles, relative clauses and "according to" may stand between a quotation and its speaker."""
    text = (
        "“The bridge is closed to all lorries,” said Mayor Peter Novak.\n\n"
        "“Nobody was hurt when it fell,” Anna Kovacs, who leads the fire brigade, said.\n\n"
        "According to Maria Silva, “the work will take all of next year”."
    )

    speakers = [quotation.speaker and quotation.speaker.text for quotation in quotes.find(nlp(text), {})]

    assert speakers == ["Peter Novak", "Anna Kovacs", "Maria Silva"]


def test_a_mark_may_be_mistyped(nlp: Language) -> None:
    """A straight mark opens what a curly one closes, or a curly opening mark closes."""
    text = '"We will not leave the town,” Anna Kovacs said.\n\n"The water came at night, “ Peter Novak said.'

    words = [quotation.quote.text for quotation in quotes.find(nlp(text), {})]

    assert words == ["We will not leave the town,", "The water came at night,"]


def test_titles_and_slogans_are_not_quotations(nlp: Language) -> None:
    """Nobody says the title of a film, nor a slogan that the text repeats."""
    text = (
        "The film “The Long Road Home Again” opens in May. Marchers wrote “no road through our park”. "
        "Mayor Peter Novak called “no road through our park” a mistake."
    )

    assert quotes.find(nlp(text), {}) == []


def test_a_quotation_without_a_verb_has_the_only_person_of_the_sentence_before(nlp: Language) -> None:
    """A paragraph of nothing but a quotation is the words of the person whom the paragraph before introduced."""
    text = "The prize went to Anna Kovacs, a teacher from France.\n“I could not believe it when they called me.”"

    assert [quotation.speaker and quotation.speaker.text for quotation in quotes.find(nlp(text), {})] == ["Anna Kovacs"]
