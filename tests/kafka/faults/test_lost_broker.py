"""The broker restarts, dies, is away for long, or refuses: the worker waits, loses nothing and doubles nothing."""

from __future__ import annotations

import resource
import time
from typing import TYPE_CHECKING

import pytest

from service.local import Broker
from tests.kafka.harness import Stream, await_, note

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """Return a broker of this test's own."""
    with Broker(tmp_path) as started:
        yield started


@pytest.fixture
def stream(broker: Broker, delivery: str) -> Iterator[Stream]:
    """Return a stream on it, with articles to work on."""
    made = Stream(broker.bootstrap_servers, delivery)
    made.produce_light(4_000, bytes=200)
    yield made
    made.stop()


@pytest.mark.faults
@pytest.mark.timeout(400)
@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_broker_that_comes_back(broker: Broker, stream: Stream, how: str) -> None:
    """Stopped in order or killed -9 and started again in the middle of the work."""
    worker = stream.start(TEST_SECONDS="0.005").await_ready()
    await_(lambda: worker.metric("newswire_articles_total") > 300, "some work", 60, [worker])
    getattr(broker, how)()
    broker.start()
    stream.await_done(240)

    ledger = stream.ledger()
    note(f"broker {how}", ledger)
    assert (ledger.lost, ledger.duplicated, ledger.disordered) == (0, 0, 0)
    assert worker.terminate() == 0


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_a_broker_that_is_away(broker: Broker, stream: Stream) -> None:
    """Away for 90 seconds: the worker is unready and alive, and goes on when the broker is back."""
    worker = stream.start(TEST_SECONDS="0.01", NEWSWIRE_STALL_SECONDS="30").await_ready()
    await_(lambda: worker.metric("newswire_articles_total") > 300, "some work", 60, [worker])
    broker.kill()
    time.sleep(90)
    assert worker.page("/readyz")[0] == 503
    assert worker.page("/livez")[0] == 200
    broker.start()
    stream.await_done(240)

    ledger = stream.ledger()
    note("broker away 90 s", ledger)
    assert (ledger.lost, ledger.duplicated, ledger.disordered) == (0, 0, 0)
    assert worker.terminate() == 0


@pytest.mark.faults
@pytest.mark.timeout(400)
def test_a_full_disk(broker: Broker, stream: Stream) -> None:
    """The broker cannot write any more and gives up; with room again, all goes on."""
    worker = stream.start(TEST_SECONDS="0.005").await_ready()
    await_(lambda: worker.metric("newswire_articles_total") > 300, "some work", 60, [worker])
    assert broker.pid is not None
    # The largest file that the broker may write: its logs are small here, and soon as large as this.
    resource.prlimit(broker.pid, resource.RLIMIT_FSIZE, (200_000, 200_000))
    await_(lambda: broker.pid is None, "the broker to give up", 120, [worker])
    assert worker.process.poll() is None
    broker.start()
    stream.await_done(240)

    ledger = stream.ledger()
    note("disk full", ledger)
    assert (ledger.lost, ledger.duplicated, ledger.disordered) == (0, 0, 0)


@pytest.mark.faults
@pytest.mark.timeout(200)
def test_a_signal_while_the_broker_is_away(broker: Broker, stream: Stream) -> None:
    """A worker that is told to stop ends within a minute, though nobody hears its goodbye; nothing is lost."""
    worker = stream.start(TEST_SECONDS="0.005").await_ready()
    await_(lambda: worker.metric("newswire_articles_total") > 300, "some work", 60, [worker])
    broker.kill()
    worker.terminate(60)
    broker.start()
    stream.start()
    stream.await_done(120)

    ledger = stream.ledger()
    note("stopped while the broker is away", ledger)
    assert (ledger.lost, ledger.disordered) == (0, 0)
    assert ledger.duplicated <= (0 if stream.delivery == "exactly_once" else 64)
