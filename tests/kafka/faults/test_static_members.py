"""Workers with names of their own (static membership) are restarted, doubled, suspended and replaced under load."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
from kafka import KafkaAdminClient
from kafka.admin import NewPartitions

from tests.kafka.harness import MOST_IN_FLIGHT, PATIENCE, await_, note

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.kafka.harness import Stream, Worker

DONE = "newswire_articles_total"
REBALANCES = "newswire_rebalances_total"
SHORT_SESSION = "from service.worker import application as a; a.STATIC_SESSION_SECONDS = 6.0"
LONG_SESSION = f"from service.worker import application as a; a.STATIC_SESSION_SECONDS = a.REQUEST_SECONDS = {PATIENCE}"


def start(stream: Stream, name: str, before: str = "", seconds: float = 0.01) -> Worker:
    """Start a worker that is called *name* in its group, and wait until it is ready."""
    worker = stream.start(before=before, TEST_SECONDS=str(seconds), NEWSWIRE_GROUP_INSTANCE_ID=name)
    return worker.await_ready()


def await_articles(worker: Worker, count: int) -> None:
    """Wait until *worker* has delivered more than *count* articles."""
    await_(lambda: worker.metric(DONE) > count, "some work", PATIENCE, [worker])


def test_a_restart(make_stream: Callable[..., Stream], delivery: str) -> None:
    """A worker that stops and comes back interrupts no other, and nothing is lost or repeated."""
    stream = make_stream(delivery=delivery, events=True)
    stream.produce_light(3_000)
    first, second = start(stream, "one", LONG_SESSION), start(stream, "two", LONG_SESSION)
    await_articles(second, 50)
    before = second.metric(REBALANCES)

    assert first.terminate() == 0
    again = start(stream, "one", LONG_SESSION)
    await_articles(again, 50)
    stream.await_done()

    ledger = stream.ledger()
    note("a restarted static member", ledger)
    stream.note_events("a restarted static member")
    assert str(ledger) == "in 3000, out 3000, dead-lettered 0, lost 0, duplicated 0, out of order 0"
    assert second.metric(REBALANCES) == before
    assert (again.terminate(), second.terminate()) == (0, 0)


def test_a_name_twice(make_stream: Callable[..., Stream], delivery: str) -> None:
    """Of two workers with one name the earlier ends with an error that says what to do; the other goes on."""
    stream = make_stream(delivery=delivery)
    stream.produce_light(2_000)
    first = start(stream, "one")
    await_articles(first, 50)
    second = start(stream, "one")

    assert first.wait() == 1
    [line] = first.lines("worker_stops")
    assert line["kind"] == "FencedError"
    assert "NEWSWIRE_GROUP_INSTANCE_ID" in line["error"]
    stream.await_done()
    ledger = stream.ledger()
    note("two static members of one name", ledger)
    assert (ledger.lost, ledger.disordered) == (0, 0)
    assert ledger.duplicated <= (0 if delivery == "exactly_once" else MOST_IN_FLIGHT)
    assert second.terminate() == 0


@pytest.mark.faults
def test_a_replaced_worker(make_stream: Callable[..., Stream], delivery: str) -> None:
    """A worker that was suspended and replaced under its name ends when it is resumed."""
    stream = make_stream(delivery=delivery, events=True)
    stream.produce_light(3_000)
    zombie = start(stream, "one")
    await_articles(zombie, 200)
    zombie.signal(signal.SIGSTOP)
    successor = start(stream, "one", seconds=0.002)
    await_articles(successor, 500)
    zombie.signal(signal.SIGCONT)

    assert zombie.wait() == 1
    stream.await_done()
    ledger = stream.ledger()
    note("a replaced static member", ledger)
    stream.note_events("a replaced static member")
    assert (ledger.lost, ledger.disordered) == (0, 0)
    assert ledger.duplicated <= (0 if delivery == "exactly_once" else MOST_IN_FLIGHT)
    assert successor.terminate() == 0


@pytest.mark.faults
def test_an_expired_session(make_stream: Callable[..., Stream], delivery: str) -> None:
    """A worker that was suspended for longer than its session, and not replaced, works again when it is resumed."""
    stream = make_stream(delivery=delivery)
    stream.produce_light(3_000)
    suspended = start(stream, "one", SHORT_SESSION)
    other = start(stream, "two", SHORT_SESSION)
    await_articles(suspended, 50)
    before = other.metric(REBALANCES)
    suspended.signal(signal.SIGSTOP)
    await_(lambda: other.metric(REBALANCES) > before, "the session to expire", PATIENCE, [other])
    suspended.signal(signal.SIGCONT)
    count = suspended.metric(DONE)
    await_articles(suspended, int(count))
    stream.await_done()

    ledger = stream.ledger()
    note("a static member away for too long", ledger)
    assert (ledger.lost, ledger.disordered) == (0, 0)
    assert ledger.duplicated <= (0 if delivery == "exactly_once" else MOST_IN_FLIGHT)
    assert (suspended.terminate(), other.terminate()) == (0, 0)


def test_new_partitions(make_stream: Callable[..., Stream]) -> None:
    """Partitions that are added while the leader of the group restarts are read."""
    stream = make_stream(partitions=2)
    stream.produce_light(100)
    leader = start(stream, "one")
    await_articles(leader, 50)
    assert leader.terminate() == 0
    admin = KafkaAdminClient(bootstrap_servers=stream.bootstrap)
    admin.create_partitions({name: NewPartitions(3) for name in (stream.enriched, stream.dead, stream.raw)})
    admin.close()
    stream.partitions = 3

    leader = start(stream, "one")
    stream.produce([(b"new", b'{"id": "new"}')], partition=2)
    stream.await_done()
    assert leader.terminate() == 0
