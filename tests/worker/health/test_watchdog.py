"""The watchdog itself: what it calls a stall, and what not. Stalls of a real worker are in `tests/kafka/faults`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from faust.types import TP

from service.errors import StallError
from service.settings import Settings
from service.worker.health import watchdog as module
from service.worker.health.watchdog import LONGEST_REBALANCE_SECONDS, LONGEST_ROUND_SECONDS, Watchdog
from service.worker.metrics import Metrics

ENDS = {TP("newswire.raw", 0): 10}


def worker(*, waiting: int = 0, read: int = 4, working: bool = False) -> Any:
    """Return what the watchdog sees of a worker with one partition of ten articles, of which it has delivered four."""
    settings = Settings(stall_seconds=30)
    return SimpleNamespace(
        settings=settings,
        metrics=Metrics(settings),
        failure=None,
        rebalancing=False,
        pool=SimpleNamespace(working=working),
        in_flight=SimpleNamespace(
            was_assigned=True,
            held=None,
            publisher=SimpleNamespace(articles=4),
            partitions={TP("newswire.raw", 0): SimpleNamespace(in_flight=waiting, committed_offset=4)},
        ),
        consumer=SimpleNamespace(thread=SimpleNamespace(_consumer=None, read_up_to=lambda _tp: read)),
    )


def complaints(watchdog: Watchdog, rounds: int, seconds: float = 10.0) -> list[str | None]:
    """Return what the watchdog says after each of some rounds."""
    return [watchdog._stalled(ENDS, seconds) for _ in range(rounds)]


@pytest.mark.parametrize(
    ("waiting", "behind"),
    [(2, "2 articles of newswire.raw/0 are in flight"), (0, "newswire.raw/0 is read up to 4 of 10")],
)
def test_a_worker_that_delivers_nothing_is_stalled(waiting: int, behind: str) -> None:
    """After the setting's seconds without a delivery it says for how long, and what waits."""
    watchdog = Watchdog(worker(waiting=waiting))

    assert complaints(watchdog, 4) == [None, None, None, f"no article was delivered for 30 s, and {behind}"]


def test_a_worker_that_delivers_is_not_stalled() -> None:
    """Each delivery sets the clock back, however little it is."""
    app = worker(waiting=2)
    watchdog = Watchdog(app)

    for _ in range(10):
        app.in_flight.publisher.articles += 1
        assert complaints(watchdog, 3) == [None, None, None]


def test_a_worker_without_articles_is_not_stalled() -> None:
    """What is read to the end and delivered leaves nothing to do."""
    assert complaints(Watchdog(worker(read=10)), 10) == [None] * 10


def test_an_article_within_its_limit_is_not_a_stall() -> None:
    """The clock runs only when no worker process is at work on an article within its limit."""
    app = worker(waiting=1, working=True)
    watchdog = Watchdog(app)

    assert complaints(watchdog, 30) == [None] * 30
    app.pool.working = False
    assert complaints(watchdog, 3)[-1] is not None


def test_a_rebalance_that_does_not_end_is_a_stall() -> None:
    """It may take the longest that an honest one takes, and the setting's seconds more."""
    watchdog = Watchdog(worker())
    watchdog._rebalancing_seconds = LONGEST_REBALANCE_SECONDS + 29
    assert watchdog._stalled({}, 5) is None

    watchdog._rebalancing_seconds = LONGEST_REBALANCE_SECONDS + 31
    assert watchdog._stalled({}, 5) == "a rebalance has not ended for 171 s"


async def test_a_round_counts_for_what_it_took(monkeypatch: pytest.MonkeyPatch) -> None:
    """A round is as long as the clock says; one in which the machine slept is as long as a round can honestly be."""
    app = worker()
    watchdog = Watchdog(app)
    counted: list[float] = []

    async def look(seconds: float) -> None:
        """Take down the length of the round, and stop after two."""
        counted.append(seconds)
        if len(counted) == 2:
            watchdog.stopping()

    times = iter([100.0, 112.0, 4_000.0])
    monkeypatch.setattr(module, "ROUND_SECONDS", 0.0)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: next(times)))
    monkeypatch.setattr(watchdog, "_look", look)
    await watchdog._watch()

    assert counted == [12.0, LONGEST_ROUND_SECONDS]


def test_a_stalled_worker_says_so_on_both_pages() -> None:
    """`/readyz` has the words of `/livez`, not just that the worker stops."""
    app = worker(waiting=1)
    app.fail = lambda error: setattr(app, "failure", error)
    watchdog = Watchdog(app)
    assert watchdog.ready().text == "ready, 1 partitions"

    app.fail(StallError("no article was delivered for 120 s"))
    watchdog.stopping()

    assert not watchdog.ready().good
    assert watchdog.ready() == watchdog.live()
    assert "no article was delivered for 120 s" in watchdog.ready().text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"_is_stopping": True}, "stopping"),
        ({"_is_reachable": False}, "no broker answers"),
        ({"_rebalancing_seconds": 31.0}, "rebalancing"),
    ],
)
def test_a_worker_that_is_not_ready_is_alive(change: dict[str, object], says: str) -> None:
    """It says what it waits for, and nothing restarts it."""
    watchdog = Watchdog(worker())
    for name, value in change.items():
        setattr(watchdog, name, value)

    assert (watchdog.ready().good, watchdog.ready().text) == (False, says)
    assert watchdog.live().good


async def test_a_consumer_that_still_looks_for_a_broker_is_not_dead() -> None:
    """Before it has found one it has no coordinator, and nothing has ended."""
    consumer = AIOKafkaConsumer(bootstrap_servers="127.0.0.1:1")
    app = worker()
    app.consumer.thread._consumer = consumer

    assert Watchdog(app)._dead_part() is None

    await consumer.stop()


async def test_a_fault_of_its_own_ends_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker without a watchdog could do nothing indefinitely, so it ends."""
    monkeypatch.setattr(module, "ROUND_SECONDS", 0.0)
    failures: list[Exception] = []
    app = worker()
    app.fail = failures.append
    app.in_flight.partitions = None  # a fault: it is a mapping in every worker

    with pytest.raises(TypeError, match="NoneType"):
        await Watchdog(app)._watch()

    assert [str(error) for error in failures] == ["'NoneType' object is not iterable"]
