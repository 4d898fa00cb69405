"""How long a feed is left alone: as long as its server asks, and longer after each failure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from service.feeds import waiting
from service.feeds.waiting import MAX_BACKOFF_SECONDS, MAX_WAIT_SECONDS, Wishes

MONDAY_10_30 = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)


def test_the_interval_is_kept_if_nobody_asks_for_more() -> None:
    """Up to a tenth is added, so that many feeds are not polled at the same moment."""
    waits = {waiting.until_next(300, Wishes(60), MONDAY_10_30) for _ in range(100)}

    assert 300 <= min(waits) < max(waits) <= 330


@pytest.mark.parametrize(("asked", "least"), [(1800, 1800), (10**9, MAX_WAIT_SECONDS)])
def test_a_server_that_asks_for_more_gets_it(asked: float, least: float) -> None:
    """But at most a day, since the number may be a mistake."""
    assert least <= waiting.until_next(300, Wishes(asked), MONDAY_10_30) <= 1.1 * least


def test_hours_and_days_to_skip_are_skipped() -> None:
    """The feed is polled in the first minute that is allowed."""
    wishes = Wishes(skip_hours=frozenset(range(11)), skip_days=frozenset([0, 1]))

    due = MONDAY_10_30 + timedelta(seconds=waiting.until_next(300, wishes, MONDAY_10_30))

    assert due == datetime(2026, 3, 4, 11, tzinfo=UTC)


def test_a_feed_that_asks_never_to_be_polled_is_polled() -> None:
    """All hours of the day are surely a mistake."""
    assert waiting.until_next(300, Wishes(skip_hours=frozenset(range(24))), MONDAY_10_30) <= 330


def test_the_wait_grows_with_the_failures() -> None:
    """It doubles up to an hour, and half of it is random."""
    for failures in (1, 2, 3, 4, 50, 5000):
        longest = min(300 * 2.0 ** min(failures - 1, 20), MAX_BACKOFF_SECONDS)
        assert longest / 2 <= waiting.after_failure(300, failures, 0) <= longest


def test_a_failure_waits_as_long_as_the_server_asks() -> None:
    """Its wish comes before the program's own wait, if it is longer."""
    assert 7200 <= waiting.after_failure(300, 1, 7200) <= 7920


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"Cache-Control": "public, max-age=900"}, 900),
        ({"Cache-Control": "Max-Age=900", "Age": "300"}, 600),
        ({"Cache-Control": "max-age=60", "Age": "300"}, 0),
        ({"Cache-Control": "s-maxage=900, no-cache"}, 0),
        ({"Cache-Control": "max-age=soon"}, 0),
    ],
)
def test_a_fresh_answer_is_not_asked_for_again(headers: dict[str, str], seconds: float) -> None:
    """The time that the answer lay in a cache counts."""
    assert waiting.fresh_seconds(headers) == seconds


@pytest.mark.parametrize(("value", "seconds"), [("120", 120), ("soon", 0), ("-5", 0), ("", 0)])
@pytest.mark.parametrize("status", [429, 503])
def test_a_refusal_says_when_to_come_back(status: int, value: str, seconds: float) -> None:
    """In seconds; what cannot be read is ignored."""
    assert waiting.retry_after(status, {"Retry-After": value}) == seconds


def test_a_refusal_may_give_a_date() -> None:
    """In the format of HTTP. Nothing is asked of other answers."""
    later = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)

    assert 7000 < waiting.retry_after(503, {"Retry-After": later}) <= 7200
    assert waiting.retry_after(503, {"Retry-After": format_datetime(MONDAY_10_30, usegmt=True)}) == 0
    assert waiting.retry_after(404, {"Retry-After": later}) == 0
