"""Date expressions resolve as precisely as their words are."""

from __future__ import annotations

from datetime import date

import pytest

from service.enrich.grammar import date_expressions

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
        ("ten days ago", "2022-03-15"),
        ("4 months earlier", "2021-11"),
        ("2021-12-31", "2021-12-31"),
        ("29 February", "2020-02-29"),
        ("May 68", "1968-05"),
        ("this evening", "2022-03-25"),
        ("last night", "2022-03-24"),
        ("the middle of last week", "2022-W11"),
        ("last year's", "2021"),
        ("5 March last year", "2021-03-05"),
        ("28.01.2022", "2022-01-28"),
        ("1/28/2022", "2022-01-28"),
        ("7/6/2021", "2021"),
    ],
)
def test_a_date_is_as_precise_as_its_words(text: str, expected: str) -> None:
    """A day gives a day, a week a week, a month a month and a year a year."""
    assert date_expressions.resolve(text, FRIDAY) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("March 14 to 24, 2020", "2020-03-14/2020-03-24"),
        ("24 to 26 March", "2022-03-24/2022-03-26"),
        ("2021/22", "2021/2022"),
        ("2019-2021", "2019/2021"),
        ("2021-2019", None),
    ],
)
def test_a_range_is_an_interval(text: str, expected: str | None) -> None:
    """Days of one month and years have both ends; the range may reach beyond the day of publication."""
    assert date_expressions.resolve(text, FRIDAY) == expected


@pytest.mark.parametrize(
    "text",
    [
        "two years",
        "annual",
        "the past decade",
        "1990s",
        "between 2010 and 2014",
        "daily",
        "31 February 2020",
        "2021-02-29",
        "9999 years ago",
        "999999 days ago",
    ],
)
def test_what_names_no_date_stays_unresolved(text: str) -> None:
    """A duration, a span of years and a day that does not exist are not dates."""
    assert date_expressions.resolve(text, FRIDAY) is None


@pytest.mark.parametrize("text", ["Thursday", "24 March", "last week", "yesterday", "a year ago"])
def test_a_relative_date_needs_the_day_of_publication(text: str) -> None:
    """Without it nothing is guessed."""
    assert date_expressions.resolve(text, None) is None


@pytest.mark.parametrize(("text", "expected"), [("October 2014", "2014-10"), ("March 24, 2022", "2022-03-24")])
def test_an_absolute_date_needs_no_day_of_publication(text: str, expected: str) -> None:
    """A date with its year is the same whenever the article was published."""
    assert date_expressions.resolve(text, None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Monday", "2022-03-28"),
        ("Friday", "2022-03-25"),
        ("this Monday", "2022-03-28"),
        ("last Monday", "2022-03-21"),
        ("5 April", "2022-04-05"),
        ("January 1", "2023-01-01"),
        ("20 March", "2022-03-20"),
        ("29 February", "2020-02-29"),
        ("May", "2022-05"),
        ("March", "2022-03"),
        ("2014", "2014"),
    ],
)
def test_what_lies_ahead_is_the_coming_one(text: str, expected: str) -> None:
    """A weekday, a day or a month without a year is the coming one, unless that is nearly a year away."""
    assert date_expressions.resolve(text, FRIDAY, ahead=True) == expected


@pytest.mark.parametrize("published", [date(2020, 2, 29), date(2024, 12, 31)])
def test_a_month_ahead_is_the_next_one_from_any_day(published: date) -> None:
    """February does not wait for a leap year, even if the day of publication does not exist in it."""
    expected = {2020: "2020-02", 2024: "2025-02"}

    assert date_expressions.resolve("February", published, ahead=True) == expected[published.year]


@pytest.mark.parametrize("year", [1, 9999])
@pytest.mark.parametrize(
    "text",
    ["tomorrow", "yesterday", "last week", "next week", "next year", "last month", "Monday", "this Friday", "5 May"],
)
@pytest.mark.parametrize("ahead", [True, False])
def test_never_is_not_a_day_of_publication(year: int, text: str, *, ahead: bool) -> None:
    """An article "published" at the end of time, as systems write for "never", or at its beginning resolves nothing."""
    for day in (date(year, 1, 1), date(year, 12, 31)):
        assert date_expressions.resolve(text, day, ahead=ahead) is None


@pytest.mark.parametrize("run", ["9", "1 ", "may ", "in ", "early ", "2022-", "\u0669"])
def test_a_date_without_end_names_no_day(run: str) -> None:
    """A run of 20,000 parts of a date gives a month or a year at most."""
    for text in (run * 20_000, f"{run * 20_000} days ago"):
        assert date_expressions.resolve(text, FRIDAY) in {None, "2022", "2021-05"}
