"""Workers join and leave under load, and one is suspended beyond its session timeout."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.kafka.harness import await_, note

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.kafka.harness import Stream


@pytest.mark.timeout(300)
def test_one_three_one(make_stream: Callable[..., Stream], delivery: str) -> None:
    """Two workers join and leave again under load: nothing is lost or repeated, with either guarantee."""
    stream = make_stream(delivery=delivery, events=True)
    stream.produce_light(3_000)
    first = stream.start(TEST_SECONDS="0.02").await_ready()
    second = stream.start(TEST_SECONDS="0.02").await_ready()
    third = stream.start(TEST_SECONDS="0.02").await_ready()
    assert second.terminate() == 0
    assert third.terminate() == 0
    stream.await_done(180)
    assert first.terminate() == 0

    ledger = stream.ledger()
    note("1 → 3 → 1 workers", ledger)
    stream.note_events("1 → 3 → 1 workers")
    assert str(ledger) == "in 3000, out 3000, dead-lettered 0, lost 0, duplicated 0, out of order 0"
    assert stream.committed() == 3_000


@pytest.mark.timeout(300)
def test_zombie(make_stream: Callable[..., Stream], delivery: str) -> None:
    """A worker resumed after its session has expired drops its articles; in exactly once nothing is repeated."""
    stream = make_stream(delivery=delivery, events=True)
    stream.produce_light(4_000)
    zombie = stream.start(TEST_SECONDS="0.01").await_ready()
    await_(lambda: zombie.metric("newswire_articles_total") > 200, "some work", 60, [zombie])
    zombie.signal(signal.SIGSTOP)
    successor = stream.start(TEST_SECONDS="0.002").await_ready(120)
    await_(lambda: successor.metric("newswire_articles_total") > 500, "the successor to take over", 120, [successor])
    zombie.signal(signal.SIGCONT)
    stream.await_done(180)
    time.sleep(2)

    ledger = stream.ledger()
    note("zombie", ledger)
    stream.note_events("zombie")
    assert (ledger.lost, ledger.disordered) == (0, 0)
    assert ledger.duplicated <= (0 if delivery == "exactly_once" else 64)
    assert zombie.terminate() == 0
    assert successor.terminate() == 0
