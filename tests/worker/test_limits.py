"""The last outcomes of a worker: what they add up to, and how they are kept with the committed offset."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.contract.outcomes import Enriched, Outcome, Refused, Tombstone
from service.contract.reject_reasons import RejectReason
from service.settings import Settings
from service.worker import limits

FINE = Enriched("a", b"{}", "enriched", {})
REFUSED = Refused(RejectReason.NOT_JSON, "wire", "")
CRASHED = Refused(RejectReason.WORKER_CRASH, "enrich", "")
BROKER_LIMIT_BYTES = 4096  # offset.metadata.max.bytes


@given(st.text("frc", max_size=limits.WINDOW_ARTICLES))
def test_metadata_gives_the_outcomes_back(outcomes: str) -> None:
    """Whatever happened fits the metadata of an offset and is read from it again."""
    metadata = limits.to_metadata(outcomes)

    assert limits.from_metadata(metadata) == outcomes
    assert len(metadata) < BROKER_LIMIT_BYTES


@pytest.mark.parametrize("metadata", ["", "mirror:42", "newswire:", "newswire:x3", "newswire:f", "newswire:f9999"])
def test_metadata_of_other_tools_means_nothing(metadata: str) -> None:
    """An offset that somebody else has committed starts with a clean slate."""
    assert limits.from_metadata(metadata) == ""


@pytest.mark.parametrize(
    ("outcomes", "limit"),
    [
        ([REFUSED] * 450 + [FINE] * 50, None),
        ([REFUSED] * 451 + [FINE] * 49, "refusals"),
        ([REFUSED] * 499, None),
        ([REFUSED] * 451 + [FINE] * 49 + [Tombstone()] * 20, None),
        ([CRASHED] * 9, None),
        ([CRASHED] * 10, "crashes"),
        ([CRASHED] * 9 + [REFUSED] + [CRASHED] * 9, None),
        ([CRASHED] * 10 + [FINE], None),
    ],
)
def test_limits(outcomes: list[Outcome], limit: str | None) -> None:
    """More than nine in ten of the last 500 refused, or ten crashes in a row."""
    hold = limits.exceeded(Settings(), limits.add("", outcomes))

    assert (hold.limit if hold else None) == limit
