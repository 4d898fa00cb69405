"""How long to wait until the next request: what the server and the feed ask for, and longer after each failure.

All waits are jittered, so that many feeds of one server, and many programs that started together, do not ask at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from random import uniform
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_WAIT_SECONDS = 86_400.0  # a day, whatever anybody asks for
MAX_BACKOFF_SECONDS = 3_600.0  # after failures: a server that is back is noticed within an hour
_MAX_DOUBLINGS = 16  # so that the power stays a small number
_JITTER = 0.1  # of a wait, added to it
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})")
_HOURS_PER_WEEK = 7 * 24


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the server and the feed ask for."""

    seconds: float = 0.0
    """To wait at least."""
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


def until_next(interval: float, wishes: Wishes, now: datetime) -> float:
    """Return the seconds to wait after a successful poll at *now*, in UTC."""
    wait = min(max(interval, wishes.seconds), MAX_WAIT_SECONDS) * uniform(1.0, 1.0 + _JITTER)  # noqa: S311 - no secret
    return wait + _until_asked(now + timedelta(seconds=wait), wishes)


def _until_asked(due: datetime, wishes: Wishes) -> float:
    """Return the seconds from *due* to the next hour that is not to be skipped. If all are, nothing is skipped."""
    hour = due
    for _ in range(_HOURS_PER_WEEK):
        if hour.hour not in wishes.skip_hours and hour.weekday() not in wishes.skip_days:
            return (hour - due).total_seconds()
        hour = hour.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return 0.0


def after_failure(interval: float, failures: int, retry_seconds: float) -> float:
    """Return the seconds to wait after *failures* failures in a row. The last answer asked for *retry_seconds*."""
    limit = max(MAX_BACKOFF_SECONDS, interval)
    wait = min(interval * 2.0 ** min(failures - 1, _MAX_DOUBLINGS), limit) * uniform(0.5, 1.0)  # noqa: S311 - no secret
    return max(wait, min(retry_seconds, MAX_WAIT_SECONDS) * uniform(1.0, 1.0 + _JITTER))  # noqa: S311 - no secret


def fresh_seconds(headers: Mapping[str, str]) -> float:
    """Return how long an answer with *headers* stays fresh: `max-age` less the time that it lay in caches."""
    found = _MAX_AGE.search(headers.get("Cache-Control", "").lower())
    age = headers.get("Age", "").strip()
    return max(0.0, float(found[1]) - (float(age) if age.isdecimal() else 0.0)) if found else 0.0


def retry_after(status: int, headers: Mapping[str, str]) -> float:
    """Return how many seconds a refusal with *headers* asks to wait: a number, or until a date."""
    asked = headers.get("Retry-After", "").strip()[:40]
    if status not in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE} or not asked:
        return 0.0
    if asked.isdecimal():
        return float(asked)
    try:
        until = parsedate_to_datetime(asked)
    except ValueError:
        return 0.0
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
