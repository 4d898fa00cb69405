"""Counts and dates are compared with labels by the words and what they say."""

from __future__ import annotations

from typing import Any

import pytest

from training.scoring import details
from training.scoring.details import Found

TEXT = "In 2019 some 20 ships came, and in March 2019 another 20 ships."


def label(text: str, value: int = 20, **members: Any) -> dict[str, Any]:
    """Return a labelled count."""
    return {"text": text, "value": value, "kind": "other", "currency": None} | members


def test_a_label_that_comes_twice_is_found_twice() -> None:
    """Each is at its own place, in the order of the labels."""
    first, second = details.in_text([label("20 ships"), label("20 ships")], TEXT)

    assert (first.start, second.start) == (TEXT.index("20 ships"), TEXT.rindex("20 ships"))


def test_a_label_that_is_not_in_the_text_is_an_error() -> None:
    """A misspelt label must not count as a miss."""
    with pytest.raises(ValueError, match="30 ships"):
        details.in_text([label("30 ships")], TEXT)


def test_a_count_must_have_the_labelled_number() -> None:
    """Of a range, either bound will do."""
    wanted = Found(8, 21, frozenset({20.0}))
    right, range_, wrong = (Found(13, 15, frozenset(values)) for values in ({20.0}, {20.0, 30.0}, {30.0}))

    assert [bool(details.matched([wanted], [found])) for found in (right, range_, wrong)] == [True, True, False]
