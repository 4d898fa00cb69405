"""Dates resolved as precisely as the words are."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from service.enrich import dates
from service.enrich.model import loading

if TYPE_CHECKING:
    from spacy.language import Language

FRIDAY = date(2022, 3, 25)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Thursday", "2022-03-24"),
        ("Friday", "2022-03-25"),
        ("last Friday", "2022-03-18"),
        ("next Friday", "2022-04-01"),
        ("Monday night", "2022-03-21"),
        ("yesterday", "2022-03-24"),
        ("September 30, 2023", "2023-09-30"),
        ("24 March", "2022-03-24"),
        ("Dec. 5", "2021-12-05"),
        ("October 2014", "2014-10"),
        ("September of this year", "2022-09"),
        ("last May", "2021-05"),
        ("next month", "2022-04"),
        ("last week", "2022-W11"),
        ("2014", "2014"),
        ("the autumn of 2023", "2023"),
        ("a year ago", "2021"),
        ("three weeks ago", "2022-W09"),
    ],
)
def test_a_date_is_as_precise_as_its_words(text: str, expected: str) -> None:
    """A day gives a day, a week a week, a month a month and a year a year."""
    assert dates.resolve(text, FRIDAY) == expected


@pytest.mark.parametrize("text", ["two years", "annual", "the past decade", "1990s", "between 2010 and 2014", "daily"])
def test_what_names_no_date_stays_unresolved(text: str) -> None:
    """A duration or a span of years is no date."""
    assert dates.resolve(text, FRIDAY) is None


@pytest.mark.parametrize("text", ["Thursday", "24 March", "last week", "yesterday", "a year ago"])
def test_a_relative_date_needs_the_day_of_publication(text: str) -> None:
    """Without it nothing is guessed."""
    assert dates.resolve(text, None) is None


@pytest.mark.parametrize(("text", "expected"), [("October 2014", "2014-10"), ("March 24, 2022", "2022-03-24")])
def test_an_absolute_date_does_not(text: str, expected: str) -> None:
    """A date with its year is one whenever it is read."""
    assert dates.resolve(text, None) == expected


def test_only_date_spans_are_read() -> None:
    """A mention keeps the span and the words of the entity."""
    doc = Doc(Vocab(), words=["On", "Thursday", "May", "spoke"], spaces=[True, True, True, False])
    doc.ents = [Span(doc, 1, 2, label="DATE"), Span(doc, 2, 3, label="PERSON")]

    (found,) = dates.find(doc, datetime(2022, 3, 25, 9, tzinfo=UTC))

    assert (found.start, found.end, found.text, found.date) == (3, 11, "Thursday", "2022-03-24")


def test_a_year_alone_tells_no_weekday() -> None:
    """An article of which only the year is known gives no day to "Thursday"."""
    doc = Doc(Vocab(), words=["Thursday"])
    doc.ents = [Span(doc, 0, 1, "DATE")]

    assert dates.find(doc, datetime(2022, 1, 1, tzinfo=UTC))[0].date is None
    assert dates.find(doc, datetime(2022, 3, 4, tzinfo=UTC))[0].date == "2022-03-03"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Monday", "2022-03-28"),
        ("Friday", "2022-03-25"),
        ("this Monday", "2022-03-28"),
        ("last Monday", "2022-03-21"),
        ("5 April", "2022-04-05"),
        ("January 1", "2023-01-01"),
        ("May", "2022-05"),
        ("March", "2022-03"),
        ("2014", "2014"),
    ],
)
def test_what_lies_ahead_is_the_coming_one(text: str, expected: str) -> None:
    """Of a weekday, a day or a month without a year; the rest names its date by itself."""
    assert dates.resolve(text, FRIDAY, ahead=True) == expected


@pytest.fixture(scope="module")
def nlp() -> Language:
    """Load the shipped model once."""
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
def test_the_tense_of_its_clause_tells_where_a_date_lies(nlp: Language, sentence: str, expected: list[str]) -> None:
    """What will happen on a Monday happens on the coming one, what happened did on the last."""
    found = dates.find(nlp(sentence), datetime(2022, 3, 25, 9, tzinfo=UTC))

    assert [mention.date for mention in found] == expected


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
    """A day in the present tense is the coming one, but for one just passed; a month alone is the last."""
    found = dates.find(nlp(sentence), datetime(*published, 9, tzinfo=UTC))

    assert [mention.date for mention in found] == [expected]


@pytest.mark.parametrize("year", [1, 9999])
@pytest.mark.parametrize(
    "text",
    ["tomorrow", "yesterday", "last week", "next week", "next year", "last month", "Monday", "this Friday", "5 May"],
)
@pytest.mark.parametrize("ahead", [True, False])
def test_never_is_no_day_of_publication(year: int, text: str, *, ahead: bool) -> None:
    """An article "published" at the end of time, as systems write for "never", or at its beginning resolves nothing."""
    for day in (date(year, 1, 1), date(year, 12, 31)):
        assert dates.resolve(text, day, ahead=ahead) is None


@pytest.mark.parametrize("run", ["9", "1 ", "may ", "in ", "early ", "2022-", "\u0669"])
def test_a_date_without_end_names_no_day(run: str) -> None:
    """A run of 20,000 of what dates are made of gives a month or a year at most."""
    for text in (run * 20_000, f"{run * 20_000} days ago"):
        assert dates.resolve(text, FRIDAY) in {None, "2022", "2021-05"}
