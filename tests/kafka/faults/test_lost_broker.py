"""The broker restarts, dies, is away for long, or refuses: the worker waits, loses nothing and doubles nothing."""

from __future__ import annotations

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
    made.produce_light(4_000)
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
    note(f"{stream.delivery}, broker {how}", ledger)
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
    note(f"{stream.delivery}, broker away 90 s", ledger)
    assert (ledger.lost, ledger.duplicated, ledger.disordered) == (0, 0, 0)
    assert worker.terminate() == 0


@pytest.mark.faults
@pytest.mark.timeout(400)
def test_refused_records(stream: Stream) -> None:
    """The output topic refuses for a while (too few replicas): nothing is committed, and then it goes on."""
    worker = stream.start(TEST_SECONDS="0.005").await_ready()
    await_(lambda: worker.metric("newswire_articles_total") > 300, "some work", 60, [worker])
    stream.configure(stream.enriched, {"min.insync.replicas": "2"})
    time.sleep(10)
    before = stream.done()
    time.sleep(5)
    assert stream.done() == before
    stream.configure(stream.enriched, {"min.insync.replicas": "1"})
    stream.await_done(240)

    ledger = stream.ledger()
    note(f"{stream.delivery}, refused records", ledger)
    assert (ledger.lost, ledger.duplicated, ledger.disordered) == (0, 0, 0)
