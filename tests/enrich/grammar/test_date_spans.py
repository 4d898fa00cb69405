"""Dates are found by their words, within what the model takes for a date and outside of it."""

from __future__ import annotations

import pytest

from service.enrich.grammar import date_spans


def found(text: str, labelled: str = "", name: str = "") -> list[str]:
    """Return the dates of *text*, in which the model takes *labelled* for a date and *name* for a name."""
    spans = [[(text.index(part), text.index(part) + len(part))] if part else [] for part in (labelled, name)]
    return [text[start:end] for start, end in date_spans.find(text, *spans)]


@pytest.mark.parametrize(
    "words",
    [
        "Thursday, July 21",
        "Monday night",
        "July 14 to 24, 2022",
        "28 to 31 July",
        "Apr. 1 through 14",
        "5 March last year",
        "March last year",
        "2022-07-28",
        "28.01.2022",
        "yesterday",
        "last month",
        "this evening",
        "on the weekend",
        "three weeks ago",
    ],
)
def test_words_that_are_always_a_date_are_found(words: str) -> None:
    """The model need not have seen them."""
    assert found(f"The dam was opened {words}, and closed again.") == [words]


@pytest.mark.parametrize("words", ["2019", "May", "the end of 2019", "early May", "2021/22"])
def test_a_year_or_a_month_alone_needs_the_model(words: str) -> None:
    """A number of four digits may count something, and "May" may be a person."""
    text = f"The dam was opened in {words}."

    assert found(text) == []
    assert len(found(text, words)) == 1


@pytest.mark.parametrize(
    "words",
    ["three years", "the 1990s", "the 1990 s", "the age of 43", "recent months", "nearly 50 years ago", "daily"],
)
def test_durations_ages_and_decades_are_no_dates(words: str) -> None:
    """They name no day, month or year, whatever the model takes them for."""
    assert found(f"It changed in {words}.", words) == []


def test_a_name_holds_no_date() -> None:
    """A newspaper is not published on the day of its name only."""
    assert found("He told the Sunday Times on Sunday.", name="Sunday Times") == ["Sunday"]


def test_each_of_two_dates_is_one() -> None:
    """The model may take two dates and the words between them for one."""
    assert found("From May 2021 to June 2022 it rose.", "May 2021 to June 2022") == ["May 2021", "June 2022"]


def test_what_recurs_is_no_date() -> None:
    """Every Monday is no Monday; and a verb is no month."""
    assert found("They march 12 miles every Monday.") == []
