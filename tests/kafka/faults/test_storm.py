"""Workers are started, stopped, killed, suspended and resumed at random."""

from __future__ import annotations

import random
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.kafka.harness import MOST_IN_FLIGHT, note

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.kafka.harness import Stream, Worker

ACTIONS = 24


@pytest.mark.faults
def test_storm(make_stream: Callable[..., Stream], delivery: str) -> None:
    """After 24 random actions on up to four workers nothing is lost, and in exactly once nothing is repeated."""
    seed = random.randrange(2**32)  # noqa: S311 - random, not secret
    chance = random.Random(seed)  # noqa: S311 - random, not secret
    stream = make_stream(delivery=delivery, partitions=6, events=True)
    running: list[Worker] = []
    suspended: list[Worker] = []
    kills = 0
    for step in range(ACTIONS):
        stream.produce_light(250, first=250 * step)
        action = chance.choice(["start", "kill", "terminate", "suspend", "resume"])
        if action == "resume" and suspended:
            running.append(suspended.pop(0))
            running[-1].signal(signal.SIGCONT)
        elif len(running) < 2 or (action == "start" and len(running) < 4):
            running.append(stream.start(TEST_SECONDS="0.004").await_ready())
        elif action == "kill":
            running.pop(chance.randrange(len(running))).kill()
            kills += 1
        elif action == "terminate":
            running.pop(chance.randrange(len(running))).process.terminate()
        elif action == "suspend":
            suspended.append(running.pop(chance.randrange(len(running))))
            suspended[-1].signal(signal.SIGSTOP)
            kills += 1
        time.sleep(chance.uniform(0, 4))
    for worker in suspended:
        worker.signal(signal.SIGCONT)
    if not running:
        stream.start()
    stream.await_done(400)

    ledger = stream.ledger()
    note(f"storm of {ACTIONS} actions, seed {seed}", ledger)
    stream.note_events(f"storm of {ACTIONS} actions, seed {seed}")
    assert (ledger.lost, ledger.disordered) == (0, 0)
    assert ledger.duplicated <= (0 if delivery == "exactly_once" else kills * MOST_IN_FLIGHT)
