"""Workers start, stop, die and sleep at random, all at once."""

from __future__ import annotations

import random
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.kafka.harness import note

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.kafka.harness import Stream, Worker

MOVES = 24
IN_FLIGHT = 64


@pytest.mark.faults
@pytest.mark.timeout(900)
def test_storm(make_stream: Callable[..., Stream], delivery: str) -> None:
    """Two dozen random moves among up to four workers: nothing lost, and nothing twice where that is promised."""
    seed = random.randrange(2**32)  # noqa: S311 - chance, not secrets
    chance = random.Random(seed)  # noqa: S311 - chance, not secrets
    stream = make_stream(delivery=delivery, partitions=6)
    running: list[Worker] = []
    asleep: list[Worker] = []
    kills = 0
    for move in range(MOVES):
        stream.produce_light(250, first=250 * move)
        choice = chance.choice(["start", "kill", "terminate", "sleep", "wake"])
        if choice == "wake" and asleep:
            running.append(asleep.pop(0))
            running[-1].signal(signal.SIGCONT)
        elif len(running) < 2 or (choice == "start" and len(running) < 4):
            running.append(stream.start(TEST_SECONDS="0.004").await_ready())
        elif choice == "kill":
            running.pop(chance.randrange(len(running))).kill()
            kills += 1
        elif choice == "terminate":
            running.pop(chance.randrange(len(running))).process.terminate()
        elif choice == "sleep":
            asleep.append(running.pop(chance.randrange(len(running))))
            asleep[-1].signal(signal.SIGSTOP)
            kills += 1
        time.sleep(chance.uniform(0, 4))
    for worker in asleep:
        worker.signal(signal.SIGCONT)
    if not running:
        stream.start()
    stream.await_done(400)

    ledger = stream.ledger()
    note(f"storm of {MOVES} moves, seed {seed}", ledger)
    assert (ledger.lost, ledger.disordered) == (0, 0)
    assert ledger.duplicated <= (0 if delivery == "exactly_once" else kills * IN_FLIGHT)
