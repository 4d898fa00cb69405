"""Workers join and leave under load, and one is suspended beyond its session timeout."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

from tests.kafka.harness import MOST_IN_FLIGHT, PATIENCE, await_, note

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.kafka.harness import Stream


def test_one_three_one(make_stream: Callable[..., Stream], delivery: str) -> None:
    """Two workers join and leave again under load: nothing is lost or repeated, with either guarantee."""
    stream = make_stream(delivery=delivery, events=True)
    stream.produce_light(3_000)
    first = stream.start(TEST_SECONDS="0.02").await_ready()
    second = stream.start(TEST_SECONDS="0.02").await_ready()
    third = stream.start(TEST_SECONDS="0.02").await_ready()
    assert second.terminate() == 0
    assert third.terminate() == 0
    stream.await_done()
    assert first.terminate() == 0

    ledger = stream.ledger()
    note("1 → 3 → 1 workers", ledger)
    stream.note_events("1 → 3 → 1 workers")
    assert str(ledger) == "in 3000, out 3000, dead-lettered 0, lost 0, duplicated 0, out of order 0"
    assert stream.committed() == 3_000


def test_zombie(make_stream: Callable[..., Stream], delivery: str) -> None:
    """A worker resumed after its session has expired drops its articles; in exactly once nothing is repeated."""
    stream = make_stream(delivery=delivery, events=True)
    stream.produce_light(4_000)
    zombie = stream.start(TEST_SECONDS="0.01").await_ready()
    await_(lambda: zombie.metric("newswire_articles_total") > 200, "some work", PATIENCE, [zombie])
    zombie.signal(signal.SIGSTOP)
    successor = stream.start(TEST_SECONDS="0.002").await_ready()
    await_(
        lambda: successor.metric("newswire_articles_total") > 500, "the successor to take over", PATIENCE, [successor]
    )
    zombie.signal(signal.SIGCONT)
    stream.await_done()
    time.sleep(2)

    ledger = stream.ledger()
    note("zombie", ledger)
    stream.note_events("zombie")
    assert (ledger.lost, ledger.disordered) == (0, 0)
    assert ledger.duplicated <= (0 if delivery == "exactly_once" else MOST_IN_FLIGHT)
    assert zombie.terminate() == 0
    assert successor.terminate() == 0
