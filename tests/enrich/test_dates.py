"""The dates of an article, resolved by the tense of their clauses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from service.enrich import dates
from service.enrich.model import loading

if TYPE_CHECKING:
    from spacy.language import Language


def test_only_date_spans_are_read() -> None:
    """A mention keeps the span and the words of the entity."""
    doc = Doc(Vocab(), words=["On", "Thursday", "May", "spoke"], spaces=[True, True, True, False])
    doc.ents = [Span(doc, 1, 2, label="DATE"), Span(doc, 2, 3, label="PERSON")]

    (mention,) = dates.find(doc, datetime(2022, 3, 25, 9, tzinfo=UTC))

    assert (mention.start, mention.end, mention.text, mention.date) == (3, 11, "Thursday", "2022-03-24")


def test_a_year_alone_resolves_no_weekday() -> None:
    """If only the year of an article is known, "Thursday" has no date."""
    doc = Doc(Vocab(), words=["Thursday"])
    doc.ents = [Span(doc, 0, 1, "DATE")]

    assert dates.find(doc, datetime(2022, 1, 1, tzinfo=UTC))[0].date is None
    assert dates.find(doc, datetime(2022, 3, 4, tzinfo=UTC))[0].date == "2022-03-03"


@pytest.fixture(scope="module")
def nlp() -> Language:
    """Return the shipped model."""
    return loading.load()


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The ministers will meet in Sofia on Monday.", ["2022-03-28"]),
        ("The ministers met in Sofia on Monday.", ["2022-03-21"]),
        ("Parliament plans to vote on the bill on Tuesday.", ["2022-03-29"]),
        ("He said on Monday that troops would leave on Tuesday.", ["2022-03-21", "2022-03-29"]),
        ("Talks begin on Monday.", ["2022-03-28"]),
        ("Monday's attack shows how weak the army is.", ["2022-03-21"]),
        ("The vote is scheduled for Monday.", ["2022-03-28"]),
        ("The union called a strike for Wednesday.", ["2022-03-30"]),
        ("Leaders arrived ahead of Monday's summit.", ["2022-03-28"]),
        ("The plane may have crashed on Monday.", ["2022-03-21"]),
        ("He will discuss Monday's attack with the president.", ["2022-03-21"]),
        ("Romania will hold elections in December.", ["2022-12"]),
        ("Prices rose in December.", ["2021-12"]),
    ],
)
def test_the_tense_of_its_clause_decides_between_last_and_coming(
    nlp: Language, sentence: str, expected: list[str]
) -> None:
    """What will happen on Monday happens on the coming Monday; what happened on Monday, on the last."""
    mentions = dates.find(nlp(sentence), datetime(2022, 3, 25, 9, tzinfo=UTC))

    assert [mention.date for mention in mentions] == expected


@pytest.mark.parametrize(
    ("sentence", "published", "expected"),
    [
        ("Talks begin on April 4.", (2022, 3, 24), "2022-04-04"),
        ("The vote takes place on 4 April.", (2022, 3, 24), "2022-04-04"),
        ("The deadline is March 30.", (2022, 3, 24), "2022-03-30"),
        ("The summit is on Jan. 5.", (2022, 1, 1), "2022-01-05"),
        ("Prices fall in December.", (2022, 3, 24), "2021-12"),
        ("Talks began on April 4.", (2022, 3, 24), "2021-04-04"),
        ("Police say that the army enters the town on March 20.", (2022, 3, 24), "2022-03-20"),
    ],
)
def test_an_appointment_lies_ahead(
    nlp: Language, sentence: str, published: tuple[int, int, int], expected: str
) -> None:
    """A day in the present tense is the coming one, unless it has just passed; a month alone is the last."""
    mentions = dates.find(nlp(sentence), datetime(*published, 9, tzinfo=UTC))

    assert [mention.date for mention in mentions] == [expected]
