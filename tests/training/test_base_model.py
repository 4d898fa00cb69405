"""What the base model adds to the labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import spacy

from training import base_model
from training.labelled import LabelledArticle, Name

if TYPE_CHECKING:
    from spacy.language import Language

TEXT = "On Monday the Senate passed the Clean Air Act for $3 million."


@pytest.fixture(scope="module")
def base() -> Language:
    """Return a pipeline that finds four names in the text."""
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    patterns = {"Monday": "DATE", "Senate": "ORG", "Clean Air Act": "LAW", "$3 million": "MONEY"}
    ruler.add_patterns([{"label": label, "pattern": words} for words, label in patterns.items()])  # type: ignore[attr-defined]
    return nlp


def _named(article: LabelledArticle) -> list[tuple[str, str]]:
    return [(article.text[name.start : name.end], name.labels[0]) for name in article.names or ()]


def _article(*names: tuple[str, str]) -> LabelledArticle:
    spans = [(TEXT.index(words), words, label) for words, label in names]
    return LabelledArticle(
        "a", "a", TEXT, names=tuple(Name(at, at + len(words), (label,)) for at, words, label in spans)
    )


def test_numbers_dates_and_amounts_are_added(base: Language) -> None:
    """Names of other kinds are not: nobody asked the base model for them."""
    (article,) = base_model.rehearse([_article()], base)
    assert _named(article) == [("Monday", "DATE"), ("Clean Air Act", "LAW"), ("$3 million", "MONEY")]


def test_a_labelled_name_is_kept(base: Language) -> None:
    """What overlaps it is not added."""
    (article,) = base_model.rehearse([_article(("Monday the", "EVENT"), ("for $3", "ORG"))], base)
    assert _named(article) == [("Monday the", "EVENT"), ("Clean Air Act", "LAW"), ("for $3", "ORG")]


def test_a_work_that_the_base_model_takes_for_a_law_is_one(base: Language) -> None:
    """The labels do not tell laws from works."""
    (article,) = base_model.rehearse([_article(("Clean Air Act", "WORK_OF_ART"))], base)
    assert ("Clean Air Act", "LAW") in _named(article)


def test_an_article_without_labels_of_names_gets_none(base: Language) -> None:
    """Otherwise all else in it would count as no name."""
    unknown = LabelledArticle("a", "a", TEXT)
    assert list(base_model.rehearse([unknown], base)) == [unknown]
