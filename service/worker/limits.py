"""When so many articles are refused, or crash their process, that the articles cannot be at fault.

The worker then holds: it stays up and in its group, reads nothing, and reports why. It must still know the last
outcomes after a restart, or each restart would dead-letter hundreds more. So they are committed with the offsets, as
their metadata. This needs no topic, no right and no request of its own, and it moves with the partition.

A worker's last outcomes are a string, oldest first, one letter per delivered article. All functions here are pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from service.contract.outcomes import Outcome, Refused
from service.contract.reject_reasons import RejectReason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.settings import Settings

WINDOW_ARTICLES = 500  # at 50 articles per second, ten seconds
FINE, REFUSED, CRASHED = "f", "r", "c"
METADATA = re.compile(r"newswire:((?:[frc][0-9]{1,3})*)", re.ASCII)
"""Runs of equal outcomes with their lengths: `newswire:f499r1`. At most 1,009 bytes; brokers accept 4,096."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Why the worker reads nothing."""

    limit: str
    """`refusals` or `crashes`: the label of the metric."""
    text: str
    """For people: what was seen and what to do."""


def add(outcomes: str, more: Iterable[Outcome]) -> str:
    """Return *outcomes* with *more* behind them, as many as count."""
    return (outcomes + "".join(map(_letter, more)))[-WINDOW_ARTICLES:]


def exceeded(settings: Settings, outcomes: str) -> Hold | None:
    """Return why the worker must hold after *outcomes*, or None if it may go on."""
    crashes = len(outcomes) - len(outcomes.rstrip(CRASHED))
    if crashes >= settings.crash_limit:
        return Hold(
            "crashes",
            f"{crashes} articles in a row crashed their worker process, so the articles are not at fault. Look for a "
            "memory limit or a broken installation, then run `newswire resume`; NEWSWIRE_CRASH_LIMIT sets the number",
        )
    share = refusals(outcomes) / WINDOW_ARTICLES
    if len(outcomes) == WINDOW_ARTICLES and share > settings.refusal_limit:
        return Hold(
            "refusals",
            f"{share:.0%} of the last {WINDOW_ARTICLES} articles were refused; `newswire dead-letters list` says why. "
            "Fix the feed or the format, then run `newswire resume`; NEWSWIRE_REFUSAL_LIMIT=1 never holds",
        )
    return None


def refusals(outcomes: str) -> int:
    """Return how many of *outcomes* were refused, crashes included."""
    return len(outcomes) - outcomes.count(FINE)


def to_metadata(outcomes: str) -> str:
    """Return *outcomes* as the metadata of a committed offset."""
    return "newswire:" + "".join(f"{letter}{len(list(run))}" for letter, run in groupby(outcomes))


def from_metadata(metadata: str) -> str:
    """Return the outcomes that *metadata* holds; none if another tool has committed the offset."""
    found = METADATA.fullmatch(metadata)
    runs = re.findall(r"([frc])([0-9]+)", found[1]) if found else []
    return "".join(letter * int(length) for letter, length in runs)[-WINDOW_ARTICLES:]


def _letter(outcome: Outcome) -> str:
    if not isinstance(outcome, Refused):
        return FINE
    return CRASHED if outcome.reason is RejectReason.WORKER_CRASH else REFUSED
