"""The broker restarts, crashes, is down for long or has a full disk: the worker waits and loses nothing."""

from __future__ import annotations

import resource
import time
from typing import TYPE_CHECKING

import pytest

from service.local_kafka import Broker
from tests.kafka.conftest import GUARANTEES
from tests.kafka.harness import MOST_IN_FLIGHT, Stream, await_
from tests.kafka.side_by_side import finish_and_check, start_workers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.faults


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """Return a broker for this test alone."""
    with Broker(tmp_path) as started:
        yield started


@pytest.fixture
def streams(broker: Broker, tmp_path: Path) -> Iterator[list[Stream]]:
    """Return one stream per guarantee on the broker, with articles to process."""
    running = [Stream(broker.bootstrap_servers, delivery, folder=tmp_path) for delivery in GUARANTEES]
    for stream in running:
        stream.produce_light(4_000, bytes=200)
    yield running
    for stream in running:
        stream.stop()


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_broker_that_comes_back(broker: Broker, streams: list[Stream], how: str) -> None:
    """A broker that is stopped or killed under load and started again causes no loss and no repeat."""
    workers = start_workers(streams, 0.01)
    getattr(broker, how)()
    broker.start()
    finish_and_check(streams, workers, f"broker {how}", repeats=0)


def test_a_broker_that_is_down(broker: Broker, streams: list[Stream]) -> None:
    """While the broker is down for 90 seconds, the worker is live but not ready; afterwards it continues."""
    for stream in streams:
        stream.environment["NEWSWIRE_STALL_SECONDS"] = "30"
    workers = start_workers(streams, 0.01)
    broker.kill()
    time.sleep(90)
    assert [worker.page("/readyz")[0] for worker in workers] == [503, 503]
    assert [worker.page("/livez")[0] for worker in workers] == [200, 200]
    broker.start()
    finish_and_check(streams, workers, "broker down for 90 s", repeats=0)


def test_a_full_disk(broker: Broker, streams: list[Stream]) -> None:
    """The broker stops because it cannot write; once it has space again, the work continues."""
    workers = start_workers(streams, 0.01)
    assert broker.pid is not None
    # The maximum size of a file that the broker may write; its logs reach this size soon.
    resource.prlimit(broker.pid, resource.RLIMIT_FSIZE, (200_000, 200_000))
    await_(lambda: broker.pid is None, "the broker to stop", 120, workers)
    broker.start()
    finish_and_check(streams, workers, "disk full", repeats=0)


def test_a_signal_while_the_broker_is_down(broker: Broker, streams: list[Stream]) -> None:
    """A worker that gets SIGTERM ends within a minute although it cannot leave the group, and nothing is lost."""
    workers = start_workers(streams, 0.01)
    broker.kill()
    for worker in workers:
        worker.process.terminate()
    for worker in workers:
        worker.wait(60)
    broker.start()
    successors = [stream.start() for stream in streams]
    finish_and_check(streams, successors, "stopped while the broker is down", repeats=MOST_IN_FLIGHT)
