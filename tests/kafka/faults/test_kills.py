"""Workers and their processes killed at random moments: nothing lost, and nothing twice where that is promised."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.kafka.harness import note

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.kafka.harness import Stream

IN_FLIGHT = 64  # 32 for each of two worker processes: the bound of duplicates a kill


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_twenty_kills(make_stream: Callable[..., Stream], delivery: str) -> None:
    """Twenty kills -9 of the worker over 5,000 articles lose none, and double none in exactly-once."""
    seed = random.randrange(2**32)  # noqa: S311 - chance, not secrets
    chance = random.Random(seed)  # noqa: S311 - chance, not secrets
    stream = make_stream(delivery=delivery)
    stream.produce_light(5_000)
    kills = 20
    for _ in range(kills):
        worker = stream.start(TEST_SECONDS="0.004").await_ready()
        time.sleep(chance.uniform(0.0, 1.5))
        worker.kill()
    stream.start()
    stream.await_done(180)

    ledger = stream.ledger()
    note(f"{kills} kills, seed {seed}", ledger)
    assert (ledger.lost, ledger.disordered) == (0, 0)
    assert ledger.duplicated <= (0 if delivery == "exactly_once" else kills * IN_FLIGHT)


def test_a_kill(make_stream: Callable[..., Stream], delivery: str) -> None:
    """One kill -9 in the middle of the work loses nothing; its partitions go to the next worker."""
    stream = make_stream(delivery=delivery)
    stream.produce_light(1_500)
    worker = stream.start(TEST_SECONDS="0.002").await_ready()
    while worker.metric("newswire_articles_total") < 200:
        time.sleep(0.02)
    worker.kill()
    stream.start()
    stream.await_done()

    ledger = stream.ledger()
    note("one kill", ledger)
    assert (ledger.lost, ledger.disordered) == (0, 0)
    assert ledger.duplicated <= (0 if delivery == "exactly_once" else IN_FLIGHT)


def test_killed_lanes(make_stream: Callable[..., Stream], delivery: str) -> None:
    """Worker processes killed from outside are replaced; the article they were at gets its second try."""
    stream = make_stream(delivery=delivery)
    stream.produce_light(2_000)
    worker = stream.start(TEST_SECONDS="0.003").await_ready()
    for _ in range(5):
        time.sleep(0.3)
        os.kill(random.choice(worker.lanes()), signal.SIGKILL)  # noqa: S311 - chance, not secrets
    stream.await_done()

    ledger = stream.ledger()
    note("worker processes killed, five times", ledger)
    assert worker.metric("newswire_worker_process_restarts_total") == 5
    assert str(ledger) == "in 2000, out 2000, dead-lettered 0, lost 0, duplicated 0, out of order 0"


def test_nobody_is_left_behind(make_stream: Callable[..., Stream]) -> None:
    """A kill -9 of the worker ends its processes too, also one that hangs."""
    stream = make_stream(partitions=1)
    stream.produce_light(1, do="freeze")
    worker = stream.start().await_ready()
    lanes = worker.lanes()
    worker.kill()

    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in lanes) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [pid for pid in lanes if Path(f"/proc/{pid}").exists()] == []
