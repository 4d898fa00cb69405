"""A text of any length and shape is read, code point for code point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import spacy

from service.enrich.model.tokenizing import PART, UNBROKEN, read, text_of

if TYPE_CHECKING:
    from spacy.language import Language


@pytest.fixture(scope="module")
def nlp() -> Language:
    """Return a pipeline that marks sentences and refuses what spaCy refuses."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    return nlp


PARAGRAPH = "The minister said on Friday that talks would go on. Nobody else agreed.\n\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "One sentence.",
        "  Leading, trailing \n\n\n and  doubled white space.\t ",
        PARAGRAPH * (2 * PART // len(PARAGRAPH)),
        "word " * (2 * PART // 5),
        "x" * (2 * PART),
        "(" * (2 * PART),
        "A line\n" + "=" * (UNBROKEN + 1) + "\nand more. " + "'" * 20_000,
        "👩‍👩‍👧 e\u0301 \u202e\x00 text",
        PARAGRAPH * (1_500_000 // len(PARAGRAPH)),
    ],
    ids=[
        "empty",
        "blank",
        "short",
        "white",
        "paragraphs",
        "words",
        "letters",
        "brackets",
        "ruled",
        "odd",
        "1.5 million",
    ],
)
def test_no_code_point_is_lost_or_added(nlp: Language, text: str) -> None:
    """The doc's text is the article's, so that every offset counts in it."""
    assert read(nlp, text).text == text


def test_a_long_text_is_divided_between_paragraphs(nlp: Language) -> None:
    """No sentence is cut where the model's part ends."""
    text = PARAGRAPH * (3 * PART // len(PARAGRAPH))
    sentences = {sentence.text.strip() for sentence in read(nlp, text).sents}

    assert sentences - {""} == {"The minister said on Friday that talks would go on.", "Nobody else agreed."}


def test_a_long_run_without_white_space_is_one_token(nlp: Language) -> None:
    """A tracking link of thousands of code points is not taken apart; the words around it are."""
    run = "https://example.org/?" + "a=1&" * 500
    doc = read(nlp, f"See ({run} for more.")

    assert [token.text for token in doc] == ["See", f"({run}", "for", "more", "."]


def test_the_text_of_a_doc_is_its_own(nlp: Language) -> None:
    """However the doc was made."""
    assert text_of(read(nlp, PARAGRAPH)) == text_of(nlp(PARAGRAPH)) == PARAGRAPH
