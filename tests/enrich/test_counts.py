"""How many, and of what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.enrich import counts, model

if TYPE_CHECKING:
    from spacy.language import Language

EXAMPLES = [(kind.name, *example) for kind in counts.kinds() for example in kind.examples]


@pytest.fixture(scope="module")
def nlp() -> Language:
    """Load the default model once."""
    return model.load()


@pytest.mark.parametrize(("kind", "text", "number", "of"), EXAMPLES)
def test_an_example_is_counted(nlp: Language, kind: str, text: str, number: int, of: str) -> None:
    """Each example of the data file gives its kind, number and what is counted."""
    assert (kind, number, of) in [(each.kind, each.number, each.of or "") for each in counts.find(nlp(text))]


@pytest.mark.parametrize(
    "text",
    [
        "Dozens of people were killed.",
        "The attack killed people in 2014.",
        "The bank killed a plan worth 30 million euros.",
        "Prices rose by 12 percent.",
    ],
)
def test_what_is_no_number_of_people_is_not_counted(nlp: Language, text: str) -> None:
    """Vague words, years, money and shares give no count."""
    assert counts.find(nlp(text)) == []


@pytest.mark.parametrize(
    ("words", "value"),
    [("1,200", 1200), ("twenty - five", 25), ("two dozen", 24), ("2.5 million", 2_500_000), ("4.5", None),
     ("few", None), ("three hundred and six", 306), ("one hundred thousand", 100_000)],
)  # fmt: skip
def test_number_words_are_read(words: str, value: int | None) -> None:
    """Numbers in figures and words give their value; a fraction and a vague word give none."""
    assert counts.parse(words.split()) == value
