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


def speakers(nlp: Language, text: str) -> list[str | None]:
    """Return the words for the speaker of each quotation."""
    found = (quotation.speaker for quotation in quotes.find(nlp(text), {}))
    return [speaker.text if speaker else None for speaker in found]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("As the survey noted, “most farmers of the valley have no water in June”.", "survey"),
        ("As Peter Novak put it, “the road ends where the work begins for us”.", "Peter Novak"),
        ("Anna Kovacs can be heard on the tape saying, “We should never have built it here.”", "Anna Kovacs"),
        ("It was clear that the mayor, Anna Kovacs, had told them “we will not open the bridge”.", "Anna Kovacs"),
        ("The court had an answer for them: “The law does not allow such a road.”", "court"),
    ],
)
def test_a_verb_right_before_a_quotation_is_one_of_speech(nlp: Language, text: str, speaker: str) -> None:
    """Whoever notes, puts it or is heard saying what follows speaks, person or not."""
    assert speakers(nlp, text) == [speaker]


def test_what_nobody_said_names_no_speaker(nlp: Language) -> None:
    """Who must declare something, or who might ask for it, has not spoken."""
    text = (
        "The ministry insisted that the parliament must declare “an emergency in all the villages”. "
        "Anna Kovacs said the army would “stand ready to help the farmers” if Hungary asks for it."
    )

    assert speakers(nlp, text) == ["ministry", "Anna Kovacs"]


def test_the_next_sentence_names_no_speaker_of_a_whole_quotation(nlp: Language) -> None:
    """What begins with "according to" after a full stop is told by somebody else."""
    text = "“We are sure of it,” a guard said. “It burned.” According to old and new owners, Novak fled."

    assert speakers(nlp, text) == ["guard", "guard"]


def test_a_paragraph_of_nothing_but_words_has_the_last_speaker(nlp: Language) -> None:
    """Between two quotations of one person, a paragraph may describe them."""
    text = (
        "“I have never built a boat before,” said Anna Kovacs, who is twelve.\n\nThe favourite colour of all is blue. "
        "The boats are kept in a shed.\n\n“We go out when the wind is low and the water is clear.”"
    )

    assert speakers(nlp, text) == ["Anna Kovacs", "Anna Kovacs"]


def test_a_colon_before_a_paragraph_names_who_issued_it(nlp: Language) -> None:
    """A statement may be printed in full after the sentence that announces it."""
    text = (
        "The police issued a statement on Monday, and this is all of it:\n"
        "“The bridge will be closed from Tuesday on.\n“Drivers are asked to take the road through the valley.”"
    )

    assert speakers(nlp, text) == ["police", "police"]


def test_a_name_after_an_office_of_a_republic_is_that_of_its_holder(nlp: Language) -> None:
    """The republic is nobody whom the name could stand for, as it could for a friend."""
    text = "The president of the republic Peter Novak said: “The hospital will be open to all.”"

    assert speakers(nlp, text) == ["Peter Novak"]
