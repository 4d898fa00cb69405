"""The broker restarts, dies, is away for long, or refuses: the worker waits, loses nothing and doubles nothing."""

from __future__ import annotations

import resource
import time
from typing import TYPE_CHECKING

import pytest

from service.local_kafka import Broker
from tests.kafka.conftest import GUARANTEES
from tests.kafka.harness import Stream, await_
from tests.kafka.side_by_side import finish, work

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """Return a broker of this test's own."""
    with Broker(tmp_path) as started:
        yield started


@pytest.fixture
def streams(broker: Broker, tmp_path: Path) -> Iterator[list[Stream]]:
    """Return a stream for each guarantee on it, with articles to work on."""
    made = [Stream(broker.bootstrap_servers, delivery, folder=tmp_path) for delivery in GUARANTEES]
    for stream in made:
        stream.produce_light(4_000, bytes=200)
    yield made
    for stream in made:
        stream.stop()


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_broker_that_comes_back(broker: Broker, streams: list[Stream], how: str) -> None:
    """Stopped in order or killed -9 and started again in the middle of the work."""
    workers = work(streams, 0.01)
    getattr(broker, how)()
    broker.start()
    finish(streams, workers, f"broker {how}", repeats=0)


def test_a_broker_that_is_away(broker: Broker, streams: list[Stream]) -> None:
    """Away for 90 seconds: the worker is unready and alive, and goes on when the broker is back."""
    for stream in streams:
        stream.environment["NEWSWIRE_STALL_SECONDS"] = "30"
    workers = work(streams, 0.01)
    broker.kill()
    time.sleep(90)
    assert [worker.page("/readyz")[0] for worker in workers] == [503, 503]
    assert [worker.page("/livez")[0] for worker in workers] == [200, 200]
    broker.start()
    finish(streams, workers, "broker away 90 s", repeats=0)


def test_a_full_disk(broker: Broker, streams: list[Stream]) -> None:
    """The broker cannot write any more and gives up; with room again, all goes on."""
    workers = work(streams, 0.01)
    assert broker.pid is not None
    # The largest file that the broker may write: its logs are small here, and soon as large as this.
    resource.prlimit(broker.pid, resource.RLIMIT_FSIZE, (200_000, 200_000))
    await_(lambda: broker.pid is None, "the broker to give up", 120, workers)
    broker.start()
    finish(streams, workers, "disk full", repeats=0)


def test_a_signal_while_the_broker_is_away(broker: Broker, streams: list[Stream]) -> None:
    """A worker that is told to stop ends within a minute, though nobody hears its goodbye; nothing is lost."""
    workers = work(streams, 0.01)
    broker.kill()
    for worker in workers:
        worker.process.terminate()
    for worker in workers:
        worker.wait(60)
    broker.start()
    heirs = [stream.start() for stream in streams]
    finish(streams, heirs, "stopped while the broker is away", repeats=96)
