"""The words around a number say how exact it is."""

from __future__ import annotations

import pytest

from service.enrich.grammar import qualifiers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("At least 20 ships", "at_least"),
        ("more than a 20 ships", "at_least"),
        ("20 or more ships", "at_least"),
        ("20+ ships", "at_least"),
        ("up to 20 ships", "at_most"),
        ("fewer than 20 ships", "at_most"),
        ("nearly 20 ships", "about"),
        ("an estimated 20 ships", "about"),
        ("20 or so ships", "about"),
        ("the 20 ships", None),
        ("moreover 20 ships", None),
        ("some. 20 ships", None),
    ],
)
def test_a_qualifier_is_read(text: str, expected: str | None) -> None:
    """It stands right before or right after the number."""
    start = text.index("20")

    assert qualifiers.read(text, start, start + 2) == expected
