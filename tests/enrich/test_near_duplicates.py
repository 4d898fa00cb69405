"""Versions of one story share bands; different stories do not."""

from __future__ import annotations

import pytest

from service.enrich import near_duplicates

LEAD = (
    "Romania and Hungary opened a border crossing near Oradea on Wednesday, the transport ministries of both countries "
    "said. The new road would cut waiting times by half, Minister Ana Popa told reporters at the opening ceremony. "
)
MORE = (
    "Lorries from Bulgaria and Slovakia may use the crossing from June, after a test of the customs systems. "
    "Farmers in the region had asked for the road for more than ten years. "
)
BACKGROUND = "The crossing was paid for by the European Union and by the two governments, in equal parts. "
OTHER = (
    "The Slovak parliament elected a new speaker on Wednesday after weeks of talks among the parties of the coalition. "
    "The vote was held in secret, and two members abstained, the chamber's press office said in a statement. "
)
KNOWN = ["2bf0952c", "f64f308a", "a50a7045", "ef53eca4", "4d9ce6d7", "e7d68ecb", "5d1eacd6", "a7a27c03"]


def shared_bands(first: str, second: str) -> int:
    """Return how many bands two texts have in common."""
    return len(set(near_duplicates.bands(first)) & set(near_duplicates.bands(second)))


@pytest.mark.parametrize(
    "version",
    [
        LEAD + MORE,
        LEAD + MORE + BACKGROUND + "Reporting by Ion Marin.",
        "UPDATE 2: " + LEAD.upper() + MORE + BACKGROUND,
        (LEAD + MORE + BACKGROUND).replace("Wednesday", "May 4").replace("said", "announced"),
    ],
    ids=["shorter", "longer", "with another case", "edited"],
)
def test_versions_of_a_story_share_bands(version: str) -> None:
    """A story that grows, shrinks or is edited keeps at least two bands."""
    assert shared_bands(LEAD + MORE + BACKGROUND, version) >= 2


def test_another_story_shares_no_band() -> None:
    """This holds for two stories of the same day in the same style."""
    assert shared_bands(LEAD + MORE + BACKGROUND, OTHER) == 0


def test_the_bands_of_a_text_never_change() -> None:
    """Consumers store these values, so a library that computes them differently must not go unnoticed."""
    assert near_duplicates.bands(LEAD) == near_duplicates.bands(LEAD)
    assert near_duplicates.bands("Romania and Hungary opened a border crossing") == KNOWN


def test_short_texts_have_bands_and_empty_ones_none() -> None:
    """One word is enough. A text without words has no bands, or all such texts would match."""
    assert len(near_duplicates.bands("Flash")) == 8
    assert near_duplicates.bands(" - ") == []
