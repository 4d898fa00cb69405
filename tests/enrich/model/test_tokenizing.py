"""A text of any length and shape is annotated, code point for code point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import spacy

from service.enrich.model import network_reading, reader
from service.enrich.model.tokenizing import MAX_CODE_POINTS_PER_PASS, MAX_UNBROKEN_CODE_POINTS, annotate, text_of

if TYPE_CHECKING:
    from spacy.language import Language


@pytest.fixture(scope="module")
def nlp() -> Language:
    """Return a pipeline that marks sentences, with spaCy's own limits."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe(reader.FACTORY, config={"annotates": False})
    return nlp


PARAGRAPH = "The minister said on Friday that talks would go on. Nobody else agreed.\n\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "One sentence.",
        "  Leading, trailing \n\n\n and  doubled white space.\t ",
        PARAGRAPH * (2 * MAX_CODE_POINTS_PER_PASS // len(PARAGRAPH)),
        "word " * (2 * MAX_CODE_POINTS_PER_PASS // 5),
        "x" * (2 * MAX_CODE_POINTS_PER_PASS),
        "(" * (2 * MAX_CODE_POINTS_PER_PASS),
        "A line\n" + "=" * (MAX_UNBROKEN_CODE_POINTS + 1) + "\nand more. " + "'" * 20_000,
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
    """The doc's text is the article's, so that offsets are valid in both."""
    assert annotate(nlp, text).text == text


def test_a_long_text_is_split_between_paragraphs(nlp: Language) -> None:
    """No sentence is cut at the end of a pass."""
    text = PARAGRAPH * (3 * MAX_CODE_POINTS_PER_PASS // len(PARAGRAPH))
    sentences = {sentence.text.strip() for sentence in annotate(nlp, text).sents}

    assert sentences - {""} == {"The minister said on Friday that talks would go on.", "Nobody else agreed."}


def test_a_long_run_without_white_space_is_one_token(nlp: Language) -> None:
    """A tracking link of thousands of code points is not split; the words around it are."""
    run = "https://example.org/?" + "a=1&" * 500
    doc = annotate(nlp, f"See ({run} for more.")

    assert [token.text for token in doc] == ["See", f"({run}", "for", "more", "."]


def test_the_cached_text_is_the_text_of_the_doc(nlp: Language) -> None:
    """This holds for docs from `annotate` and for docs from spaCy."""
    assert text_of(annotate(nlp, PARAGRAPH)) == text_of(nlp(PARAGRAPH)) == PARAGRAPH


def test_a_text_in_parts_has_one_reading(nlp: Language) -> None:
    """The network's reading of a long article has one row per token, and the topics of its beginning."""
    doc = annotate(nlp, PARAGRAPH * (2 * MAX_CODE_POINTS_PER_PASS // len(PARAGRAPH)))
    read = network_reading.of(doc)

    assert len(doc) == len(read.types) == len(read.flags) == len(read.main) == len(read.topic_evidence([0]))
