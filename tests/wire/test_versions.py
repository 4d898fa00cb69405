"""The revision of a record tells which of two versions of an article holds, in whatever order they arrive."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from service import wire
from service.records import InvalidArticle, RawArticle


def revision(**fields: object) -> str:
    """Return the revision of an article with *fields*."""
    return wire.read(json.dumps({"id": "a-1", "body": "Text"} | fields).encode(), {}).revision


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({"updated_at": "2022-05-04T10:00:00Z"}, {"updated_at": "2022-05-04T10:00:00.5Z"}),
        ({"updated_at": "2022-05-04T12:30:00+03:00"}, {"updated_at": "2022-05-04T10:00:00Z"}),
        (
            {"published_at": "2022-05-04T09:00:00Z"},
            {"published_at": "2022-05-04T09:00:00Z", "updated_at": "2022-05-05"},
        ),
        ({"published_at": "2022-05-04", "version": "9"}, {"published_at": "2022-05-04", "version": "10"}),
        ({"version": 9}, {"version": 10}),
        ({"version": "1.9"}, {"version": "1.10"}),
        ({}, {"version": "1"}),
        ({"version": "3"}, {"published_at": "2022-05-04"}),
        ({"updated_at": "2022-05-04", "version": "7"}, {"status": "canceled"}),
        ({"version": "7"}, {"status": "withheld"}),
        ({"status": "withheld", "version": "7"}, {"version": "8"}),
    ],
)
def test_the_later_version_has_the_greater_revision(earlier: dict[str, object], later: dict[str, object]) -> None:
    """By time of change, then by version; a withdrawal that says neither stands after all."""
    assert revision(**earlier) < revision(**later)


def test_the_same_version_has_the_same_revision() -> None:
    """An article sent twice replaces itself."""
    assert revision(version="2", updated_at="2022-05-04T12:00:00+02:00") == revision(
        version="2", updated_at="2022-05-04T10:00:00Z"
    )


SENT = 1_651_665_600_500
"""2022-05-04T12:00:00.500Z, when the message of a withdrawal was made."""


def withdrawal(timestamp: int | None = SENT, /, **fields: object) -> RawArticle:
    """Return the withdrawal with *fields*, as it comes from Kafka."""
    value = json.dumps({"id": "a-1", "status": "canceled"} | fields).encode()
    return wire.read(value, {}, timestamp=timestamp)


@pytest.mark.parametrize("status", ["canceled", "withheld"])
@pytest.mark.parametrize(
    "dates",
    [
        {"updated_at": "05/06/2022"},
        {"published_at": "last Tuesday"},
        {"published_at": "2022-05-03T09:00:00Z", "updated_at": "soon"},
        {"published_at": [], "updated_at": {}, "embargoed_until": "never"},
    ],
)
def test_a_withdrawal_is_never_lost_to_its_date(status: str, dates: dict[str, object]) -> None:
    """Where its date cannot be read, it was made when its message was: after the versions that it withdraws."""
    found = withdrawal(status=status, version="3", **dates)

    assert found.updated_at == datetime(2022, 5, 4, 12, 0, 0, 500_000, UTC)
    assert revision(updated_at="2022-05-04T11:59:59Z", version="2") < found.revision
    assert found.revision < revision(updated_at="2022-05-04T12:30:00Z", version="4")


def test_a_withdrawal_keeps_the_dates_that_can_be_read() -> None:
    """Only what cannot be read is left out; what is not stated is not made up."""
    found = withdrawal(published_at="?", updated_at="2022-05-04T10:00:00Z", embargoed_until="?")
    silent = withdrawal(published_at="2022-05-04T10:00:00Z", embargoed_until="?")

    assert (found.published_at, found.updated_at, found.embargoed_until) == (
        None,
        datetime(2022, 5, 4, 10, 0, 0, 0, UTC),
        None,
    )
    assert (silent.published_at, silent.updated_at) == (datetime(2022, 5, 4, 10, 0, 0, 0, UTC), None)


@pytest.mark.parametrize("timestamp", [None, -1, 2**62])
def test_a_withdrawal_of_no_known_time_stands_after_all(timestamp: int | None) -> None:
    """From a file, or under a timestamp that is none: it says neither date nor version, as far as can be read."""
    assert withdrawal(timestamp, updated_at="?").revision > revision(updated_at="2999-01-01")


def test_an_article_is_still_refused_for_its_date() -> None:
    """What is not withdrawn goes to the dead letters, whatever the message's timestamp: the date may be mended."""
    with pytest.raises(InvalidArticle, match="bad_date"):
        withdrawal(status="usable", body="Text", updated_at="?")
