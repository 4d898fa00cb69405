"""Workers and worker processes killed at random times: nothing is lost, and in exactly once nothing is repeated."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.kafka.harness import MOST_IN_FLIGHT, PATIENCE, await_, note
from tests.kafka.side_by_side import await_more_articles

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.kafka.harness import Stream

RESTARTS = "newswire_worker_process_restarts_total"


@pytest.mark.faults
def test_twenty_kills(make_stream: Callable[..., Stream], delivery: str) -> None:
    """Killing the worker twenty times with SIGKILL over 5,000 articles loses none, and in exactly once repeats none."""
    seed = random.randrange(2**32)  # noqa: S311 - random, not secret
    chance = random.Random(seed)  # noqa: S311 - random, not secret
    stream = make_stream(delivery=delivery, events=True)
    stream.produce_light(5_000)
    kills = 20
    for _ in range(kills):
        worker = stream.start(TEST_SECONDS="0.004").await_ready()
        time.sleep(chance.uniform(0.0, 1.5))
        worker.kill()
    stream.start()
    stream.await_done()

    ledger = stream.ledger()
    note(f"{kills} kills, seed {seed}", ledger)
    stream.note_events(f"{kills} kills, seed {seed}")
    assert (ledger.lost, ledger.disordered) == (0, 0)
    assert ledger.duplicated <= (0 if delivery == "exactly_once" else kills * MOST_IN_FLIGHT)


def test_a_kill(make_stream: Callable[..., Stream], delivery: str) -> None:
    """Killing a busy worker with SIGKILL loses nothing; its partitions go to the next worker."""
    stream = make_stream(delivery=delivery, events=True)
    stream.produce_light(1_500)
    worker = stream.start(TEST_SECONDS="0.002").await_ready()
    while worker.metric("newswire_articles_total") < 200:
        time.sleep(0.02)
    worker.kill()
    stream.start()
    stream.await_done()

    ledger = stream.ledger()
    note("one kill", ledger)
    stream.note_events("one kill")
    assert (ledger.lost, ledger.disordered) == (0, 0)
    assert ledger.duplicated <= (0 if delivery == "exactly_once" else MOST_IN_FLIGHT)


def test_killed_worker_processes(make_stream: Callable[..., Stream], delivery: str) -> None:
    """Worker processes killed from outside are replaced; their current articles get a second attempt."""
    stream = make_stream(delivery=delivery)
    stream.produce_light(2_000)
    worker = stream.start(TEST_SECONDS="0.003").await_ready()
    for kill in range(1, 6):
        os.kill(random.choice(worker.worker_processes()), signal.SIGKILL)  # noqa: S311 - random, not secret
        await_(lambda kill=kill: worker.metric(RESTARTS) == kill, "a new process", PATIENCE, [worker])  # type: ignore[misc] # a default
        await_more_articles([worker])  # so that no article meets two kills
    stream.await_done()

    ledger = stream.ledger()
    note("worker processes killed, five times", ledger)
    assert worker.metric(RESTARTS) == 5
    assert str(ledger) == "in 2000, out 2000, dead-lettered 0, lost 0, duplicated 0, out of order 0"


def test_no_process_outlives_its_worker(make_stream: Callable[..., Stream]) -> None:
    """Killing the worker with SIGKILL ends its processes too, even one that hangs."""
    stream = make_stream(partitions=1)
    stream.produce_light(1, do="freeze")
    worker = stream.start().await_ready()
    processes = worker.worker_processes()
    worker.kill()

    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in processes) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [pid for pid in processes if Path(f"/proc/{pid}").exists()] == []
