"""The revision of a record decides which of two versions of an article is valid, in any order of arrival."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from service import wire
from service.contract.reject_reasons import InvalidArticleError

if TYPE_CHECKING:
    from service.contract.raw_article import RawArticle


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
        ({"updated_at": "9999-12-31"}, {"status": "withheld", "published_at": "2022-05-04", "version": "7"}),
        ({"updated_at": "2022-05-04", "version": "7"}, {"status": "withheld", "updated_at": "2022-05-04"}),
        (
            {"updated_at": "2022-05-04", "version": "7"},
            {"status": "withheld", "updated_at": "2022-05-04", "version": "7"},
        ),
        (
            {"status": "withheld", "updated_at": "2022-05-04", "version": "7"},
            {"updated_at": "2022-05-04", "version": "8"},
        ),
        (
            {"status": "withheld", "updated_at": "2022-05-04", "version": "7"},
            {"updated_at": "2022-05-04", "version": "7.1"},
        ),
        ({"status": "withheld", "updated_at": "2022-05-04", "version": "7"}, {"updated_at": "2022-05-05"}),
    ],
)
def test_the_later_version_has_the_greater_revision(earlier: dict[str, object], later: dict[str, object]) -> None:
    """Versions sort by time of change, then by version. A withdrawal sorts after what it withdraws."""
    assert revision(**earlier) < revision(**later)


def test_the_same_version_has_the_same_revision() -> None:
    """An article sent twice replaces itself."""
    assert revision(version="2", updated_at="2022-05-04T12:00:00+02:00") == revision(
        version="2", updated_at="2022-05-04T10:00:00Z"
    )


SENT = 1_651_665_600_500
"""2022-05-04T12:00:00.500Z, the timestamp of the message of a withdrawal."""


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
def test_a_withdrawal_is_never_refused_for_its_date(status: str, dates: dict[str, object]) -> None:
    """If its date cannot be read, it has the time of its message, which is after the versions that it withdraws."""
    found = withdrawal(status=status, version="3", **dates)

    assert found.updated_at == datetime(2022, 5, 4, 12, 0, 0, 500_000, UTC)
    assert revision(updated_at="2022-05-04T11:59:59Z", version="2") < found.revision
    assert found.revision < revision(updated_at="2022-05-04T12:30:00Z", version="4")


def test_a_withdrawal_keeps_the_dates_that_can_be_read() -> None:
    """Only an unreadable date is left out."""
    found = withdrawal(published_at="?", updated_at="2022-05-04T10:00:00Z", embargoed_until="?")

    assert (found.published_at, found.updated_at, found.embargoed_until) == (
        None,
        datetime(2022, 5, 4, 10, 0, 0, 0, UTC),
        None,
    )


@pytest.mark.parametrize(
    "said", [{}, {"version": "2"}, {"version": "3"}, {"published_at": "2022-05-03T09:00:00Z"}, {"embargoed_until": "?"}]
)
def test_a_withdrawal_without_a_time_has_that_of_its_message(said: dict[str, object]) -> None:
    """It outranks the version that it withdraws, and what is published again later outranks it."""
    killed = revision(published_at="2022-05-03T09:00:00Z", updated_at="2022-05-04T11:59:59Z", version="2")

    found = withdrawal(**said)

    assert found.updated_at == datetime(2022, 5, 4, 12, 0, 0, 500_000, UTC)
    assert killed < found.revision < revision(updated_at="2022-05-04T12:30:00Z", version="3")


def test_a_withdrawal_is_not_older_than_the_article() -> None:
    """An article dated in the future, or a message from a slow clock, stays withdrawn."""
    ahead = {"published_at": "2022-05-04T18:00:00Z", "version": "2"}

    assert withdrawal(**ahead).revision > revision(**ahead)


@pytest.mark.parametrize(
    ("header", "kept"), [(str(SENT).encode(), True), (b"9" * 5000, False), (b"-1", False), (b"", False)]
)
def test_a_withdrawal_sent_again_has_its_original_time(header: bytes, kept: bool) -> None:
    """The header with the original timestamp overrides that of the message, unless it is not a timestamp."""
    value = json.dumps({"id": "a-1", "status": "canceled", "updated_at": "?"}).encode()
    again = wire.read(value, {"newswire.timestamp": header}, timestamp=SENT + 1000)

    assert again.updated_at == withdrawal(SENT if kept else SENT + 1000, updated_at="?").updated_at


@pytest.mark.parametrize("timestamp", [None, -1, 2**62])
def test_a_withdrawal_without_any_time_sorts_last(timestamp: int | None) -> None:
    """Without a timestamp it is safer to withdraw for too long than to show a withdrawn article."""
    said = {"published_at": "2022-05-04", "updated_at": "?", "version": "3"}

    assert withdrawal(timestamp, **said).revision > revision(updated_at="2999-01-01", version="4")


def test_an_article_is_still_refused_for_its_date() -> None:
    """A usable article becomes a dead letter, whatever the timestamp of its message: its date can be corrected."""
    with pytest.raises(InvalidArticleError, match="bad_date"):
        withdrawal(status="usable", body="Text", updated_at="?")
