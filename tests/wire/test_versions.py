"""The revision of a record tells which of two versions of an article holds, in whatever order they arrive."""

from __future__ import annotations

import json

import pytest

from service import wire


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
