"""From acceptance to commit: order, bounds, and what happens if partitions are revoked or a delivery fails."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from faust.types import TP

from service.contract.outcomes import Enriched, Message, Outcome, Refused
from service.contract.reject_reasons import RejectReason
from service.errors import DeliveryError, RecordTooLargeError
from service.kafka.kafka_record import KafkaRecord, Output
from service.kafka.start_offsets import Start
from service.settings import Settings
from service.worker import in_flight as module
from service.worker import limits
from service.worker import partition as partition_module
from service.worker.accounting import Accounting
from service.worker.delivery import BATCH_BYTES
from service.worker.in_flight import MAX_FAILURES, InFlight
from service.worker.metrics import Metrics
from service.worker.tracing import Tracing

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pytest

    from service.worker.published_versions import Versions

RAW = TP("newswire.raw", 0)


class FakePool:
    """Finishes articles when the test asks for it."""

    def __init__(self) -> None:
        self.open: dict[bytes, asyncio.Future[Outcome]] = {}

    def process(self, message: Message, _partition: int) -> asyncio.Future[Outcome]:
        """Return a future for the outcome."""
        done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.open[message.key or b""] = done
        return done

    def finish_version(self, number: int, revision: str) -> None:
        """Finish an article that is a version of the article `a`."""
        name = str(number).encode()
        self.open[name].set_result(Enriched("a", name, "enriched", {}, revision))

    def finish(self, *numbers: int) -> None:
        """Finish articles."""
        for number in numbers:
            name = str(number)
            self.open[name.encode()].set_result(Enriched(name, name.encode(), "enriched", {}))

    def refuse(self, *numbers: int, reason: RejectReason = RejectReason.EMPTY_TEXT) -> None:
        """Refuse articles."""
        for number in numbers:
            self.open[str(number).encode()].set_result(Refused(reason, "wire", ""))


class FakeDelivery:
    """Writes to a list, and fails or waits when the test asks for it."""

    linger = busy_linger = 0.0
    batch_bytes = BATCH_BYTES
    one_record_per_batch = False

    def __init__(self, start: int = 0) -> None:
        self.start = start
        self.written: list[str] = []
        self.superseded: list[str] = []
        self.committed = start
        self.metadata = ""
        self.failures = 0
        self.broken: set[TP] = set()
        self.error: Exception = RuntimeError("refused")
        self.gate = asyncio.Event()
        self.gate.set()

    async def open(self, partitions: Collection[TP]) -> dict[TP, Start]:
        """Return where to continue."""
        return {tp: Start(self.committed, self.metadata) for tp in partitions}

    async def deliver(self, tp: TP, outputs: Sequence[Output], offset: int, metadata: str) -> None:
        """Write and commit."""
        await self.gate.wait()
        if self.failures or tp in self.broken:
            self.failures = max(0, self.failures - 1)
            raise self.error
        self.written += [(output.value or b"").decode() for output in outputs]
        marked = [output for output in outputs if ("newswire.superseded", b"true") in output.headers]
        self.superseded += [(output.value or b"").decode() for output in marked]
        self.committed, self.metadata = offset, metadata

    async def close(self) -> None:
        """Do nothing."""


class Bench:
    """Holds an `InFlight` and its parts."""

    def __init__(self, start: int = 0, *, processes: int = 1, **options: Any) -> None:
        settings = Settings(worker_processes=processes, **options)
        self.pool = FakePool()
        self.delivery = FakeDelivery(start)
        self.rejoins = 0
        self.fatal: list[Exception] = []
        self.metrics = Metrics(settings)
        self.read: dict[TP, int] = {}
        self.published: Mapping[TP, Versions] | Exception = {}
        self.report = Accounting(settings, self.metrics)
        self.in_flight = InFlight(
            settings,
            self.pool,  # type: ignore[arg-type] # what the pipeline calls of it
            self.delivery,
            self.report,
            Tracing(settings),
            published=self._published,
            read_past=self._read_past,
            rejoin=self._rejoin,
            fatal=self.fatal.append,
        )

    def share_the_topics_of(self, other: Bench) -> None:
        """Read and write what *other* does, as the next owner of its partitions."""
        self.delivery.committed, self.delivery.metadata = other.delivery.committed, other.delivery.metadata

    def _rejoin(self) -> None:
        self.rejoins += 1

    def _published(self, _partitions: object) -> Mapping[TP, Versions]:
        if isinstance(self.published, Exception):
            raise self.published
        return self.published

    def _read_past(self, tp: TP, offset: int) -> int:
        return self.read.get(tp, offset)

    def accept(
        self, *offsets: int, generation: int = 1, follows: int | None = None, partition: int = RAW.partition
    ) -> None:
        """Accept articles at *offsets*."""
        for offset in offsets:
            name = str(offset).encode()
            record = KafkaRecord(RAW.topic, partition, offset, 0, name, name, ())
            self.in_flight.accept(record, generation, offset if follows is None else follows)

    async def refuse(self, error: Exception) -> None:
        """Make the delivery of one article fail with *error*."""
        self.delivery.failures, self.delivery.error = 1, error
        await self.in_flight.open({RAW}, 1)
        self.accept(0)
        self.pool.finish(0)
        await self.settle()

    async def settle(self) -> None:
        """Run the event loop until nothing is ready to run."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(0)
        while loop._ready:  # type: ignore[attr-defined] # noqa: ASYNC110 - asyncio has no event for an idle loop
            await asyncio.sleep(0)


async def test_order_is_that_of_the_input() -> None:
    """Articles that finish out of order are published in order, and nothing is committed past an unfinished one."""
    bench = Bench()
    await bench.in_flight.open({RAW}, 1)
    bench.accept(0, 1, 2, 3)
    bench.pool.finish(1, 3)
    await bench.settle()
    assert (bench.delivery.written, bench.delivery.committed) == ([], 0)
    bench.pool.finish(0)
    await bench.settle()
    assert (bench.delivery.written, bench.delivery.committed) == (["0", "1"], 2)
    bench.pool.finish(2)
    await bench.settle()
    assert (bench.delivery.written, bench.delivery.committed) == (["0", "1", "2", "3"], 4)


async def test_which_version_is_superseded_does_not_depend_on_which_finishes_first() -> None:
    """The order of the partition counts, within a delivery and across deliveries."""
    bench = Bench()
    await bench.in_flight.open({RAW}, 1)
    bench.accept(0, 1, 2, 3)
    bench.pool.finish_version(1, "1")
    bench.pool.finish_version(2, "3")
    await bench.settle()
    bench.pool.finish_version(0, "2")
    await bench.settle()
    bench.pool.finish_version(3, "2")
    await bench.settle()

    assert bench.delivery.written == ["0", "1", "2", "3"]
    assert bench.delivery.superseded == ["1", "3"]


async def test_partitions_are_released_when_all_is_published() -> None:
    """Closing waits for the articles in flight."""
    bench = Bench()
    await bench.in_flight.open({RAW}, 1)
    bench.accept(0, 1)
    closing = asyncio.create_task(bench.in_flight.close())
    await bench.settle()
    bench.pool.finish(0, 1)
    await closing

    assert (bench.delivery.written, bench.delivery.committed) == (["0", "1"], 2)


async def test_what_takes_too_long_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing waits for a bounded time. What is unfinished then is never sent, even if it finishes later."""
    monkeypatch.setattr(module, "DRAIN_SECONDS", 0.05)
    bench = Bench()
    await bench.in_flight.open({RAW}, 1)
    bench.accept(0, 1, 2)
    bench.pool.finish(0)
    await bench.in_flight.close()
    assert bench.pool.open[b"1"].cancelled()
    await bench.in_flight.open({RAW}, 2)
    await bench.settle()

    assert (bench.delivery.written, bench.delivery.committed) == (["0"], 1)


async def test_articles_of_an_earlier_assignment_are_ignored() -> None:
    """An article that was read before a rebalance is ignored: it is read again."""
    bench = Bench()
    await bench.in_flight.open({RAW}, 2)
    bench.accept(0, generation=1)
    bench.accept(0, generation=2)

    assert list(bench.pool.open) == [b"0"]


async def test_an_article_that_is_read_twice_is_accepted_once() -> None:
    """An offset below the next one is ignored."""
    bench = Bench(start=5)
    await bench.in_flight.open({RAW}, 1)
    bench.accept(3, 4, 5, 5, 6)

    assert list(bench.pool.open) == [b"5", b"6"]


async def test_a_gap_in_the_offsets_is_no_missed_record() -> None:
    """After a transaction marker the next record follows the last one, although their offsets do not."""
    bench = Bench()
    await bench.in_flight.open({RAW}, 1)
    bench.accept(0)
    bench.accept(3, follows=1)

    assert list(bench.pool.open) == [b"0", b"3"]
    assert bench.rejoins == 0


async def test_a_missed_record_is_not_skipped() -> None:
    """If a record was missed, nothing after it is accepted, and the partition is read again."""
    bench = Bench()
    await bench.in_flight.open({RAW}, 1)
    bench.accept(0)
    bench.accept(3)
    await bench.settle()

    assert bench.rejoins == 1
    assert b"3" not in bench.pool.open
    assert bench.delivery.committed == 0


async def test_a_failed_delivery_is_tried_by_the_next_assignment() -> None:
    """After a failure nothing more is published. The next assignment publishes everything."""
    bench = Bench()
    bench.delivery.failures = 1
    await bench.in_flight.open({RAW}, 1)
    bench.accept(0, 1)
    bench.pool.finish(0, 1)
    await bench.settle()
    assert (bench.rejoins, bench.delivery.written) == (1, [])
    bench.accept(2)
    await bench.in_flight.open({RAW}, 2)
    bench.accept(0, 1, generation=2)
    bench.pool.finish(0, 1)
    await bench.settle()

    assert (bench.delivery.written, bench.delivery.committed, bench.fatal) == (["0", "1"], 2, [])


async def test_deliveries_that_never_succeed_stop_the_worker() -> None:
    """After some failures in a row the worker stops and says why."""
    bench = Bench()
    bench.delivery.failures = MAX_FAILURES
    for generation in range(MAX_FAILURES):
        await bench.in_flight.open({RAW}, generation)
        bench.accept(0, generation=generation)
        bench.pool.finish(0)
        await bench.settle()

    [error] = bench.fatal
    assert isinstance(error, DeliveryError)
    assert "refused" in str(error)


async def test_a_failure_after_a_success_is_the_first_of_a_row() -> None:
    """An assignment that publishes and then fails counts as one failure, like each one that only fails."""
    bench = Bench()
    await bench.in_flight.open({RAW}, 0)
    bench.accept(0, generation=0)
    bench.pool.finish(0)
    await bench.settle()
    bench.delivery.broken = {RAW}
    bench.accept(1, generation=0)
    bench.pool.finish(1)
    await bench.settle()
    for generation in range(1, MAX_FAILURES):
        assert bench.fatal == []
        await bench.in_flight.open({RAW}, generation)
        bench.accept(1, generation=generation)
        bench.pool.finish(1)
        await bench.settle()

    assert len(bench.fatal) == 1


async def test_one_partition_that_never_succeeds_stops_the_worker() -> None:
    """Deliveries of another partition do not hide it, because each failure makes the whole group rejoin."""
    bench = Bench()
    other = TP(RAW.topic, 1)
    bench.delivery.broken = {other}
    for generation in range(MAX_FAILURES):
        await bench.in_flight.open({RAW, other}, generation)
        bench.accept(generation, generation=generation)
        bench.pool.finish(generation)
        await bench.settle()
        bench.accept(100 + generation, generation=generation, partition=1, follows=generation)
        bench.pool.finish(100 + generation)
        await bench.settle()

    assert bench.delivery.written == [str(number) for number in range(MAX_FAILURES)]
    assert len(bench.fatal) == 1


async def test_records_refused_together_are_not_to_blame() -> None:
    """If the broker refuses a batch for its size, records go one per batch, and none is considered too large."""
    bench = Bench()
    await bench.refuse(RecordTooLargeError(500, alone=False))

    assert bench.delivery.one_record_per_batch
    assert bench.in_flight.publisher.max_record_bytes == Settings().max_record_bytes


async def test_a_record_refused_by_itself_shows_the_limit() -> None:
    """A record that the broker refuses by itself shows the limit of the topic, which is remembered."""
    bench = Bench()
    await bench.refuse(RecordTooLargeError(500, alone=True))

    assert (bench.in_flight.publisher.max_record_bytes, bench.delivery.batch_bytes) == (499, 499)


async def test_a_partition_that_has_its_share_is_paused() -> None:
    """A single busy partition may have all articles in flight. Then it is paused until some are published."""
    bench = Bench()
    await bench.in_flight.open({RAW}, 1)
    bench.accept(*range(module.ARTICLES_PER_PROCESS - 1))
    assert bench.in_flight.full() == set()
    bench.accept(module.ARTICLES_PER_PROCESS - 1)
    assert bench.in_flight.full() == {RAW}
    bench.pool.finish(0)
    await bench.settle()

    assert bench.in_flight.full() == set()


async def test_a_slow_article_holds_back_its_own_partition_only() -> None:
    """If one partition is stuck at its first article, the others are read and published as before."""
    bench = Bench()
    other = TP(RAW.topic, 1)
    await bench.in_flight.open({RAW, other}, 1)
    bench.accept(*range(module.ARTICLES_PER_PROCESS))
    bench.pool.finish(*range(1, module.ARTICLES_PER_PROCESS))
    for number in range(1_000, 1_200):
        assert bench.in_flight.full() == {RAW}
        bench.accept(number, partition=1, follows=0 if number == 1_000 else number)
        bench.pool.finish(number)
        await bench.settle()

    assert len(bench.delivery.written) == 200


async def test_the_room_is_shared_among_the_partitions_that_are_busy() -> None:
    """Two busy partitions of twelve have half each. If many are busy, each has a minimum."""
    bench = Bench()
    partitions = [TP(RAW.topic, number) for number in range(12)]
    await bench.in_flight.open(partitions, 1)
    half = module.ARTICLES_PER_PROCESS // 2
    bench.accept(*range(half))
    bench.accept(*range(half), partition=1)
    assert bench.in_flight.full() == set(partitions[:2])
    for number in range(2, 12):
        bench.accept(*range(module.MIN_ARTICLES_PER_PARTITION), partition=number)

    assert bench.in_flight.full() == set(partitions)


async def test_opening_twice_at_once_leaves_one_set_of_partitions() -> None:
    """Each open ends the assignment before it, so that no forgotten partition goes on publishing."""
    bench = Bench()
    await asyncio.gather(*(bench.in_flight.open({RAW}, 1) for _ in range(3)))

    tasks = [task for task in asyncio.all_tasks() if task.get_name().startswith("publish-") and not task.done()]
    assert len(tasks) == 1


async def test_a_worker_that_does_not_know_the_versions_works() -> None:
    """If the published versions cannot be read, articles are enriched nevertheless."""
    bench = Bench()
    bench.published = RuntimeError("the brokers do not answer")
    await bench.in_flight.open({RAW}, 1)
    bench.accept(0)
    bench.pool.finish(0)
    await bench.settle()

    assert bench.delivery.written == ["0"]


async def test_an_error_in_accounting_drops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A committed article stays committed, even if its metrics or its log line fail."""
    bench = Bench()
    monkeypatch.setattr(bench.report, "article", lambda *_: 1 / 0)
    await bench.in_flight.open({RAW}, 1)
    bench.accept(0, 1)
    bench.pool.finish(0, 1)
    await bench.settle()

    assert (bench.delivery.committed, bench.rejoins, bench.fatal) == (2, 0, [])
    assert bench.metrics.registry.get_sample_value("newswire_in_flight_articles") == 0


async def test_an_idle_partition_is_committed_past_trailing_markers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offsets without an article behind the last one must not appear as lag of the group."""
    monkeypatch.setattr(partition_module, "IDLE_SECONDS", 0.01)
    bench = Bench()
    await bench.in_flight.open({RAW}, 1)
    bench.accept(0)
    bench.pool.finish(0)
    await bench.settle()
    bench.read[RAW] = 2
    async with asyncio.timeout(5):
        while bench.delivery.committed != 2:  # noqa: ASYNC110 - the fake has no event to wait for
            await asyncio.sleep(0.01)
    bench.accept(2, follows=1)
    bench.pool.finish(2)
    await bench.settle()

    assert (bench.delivery.written, bench.delivery.committed) == (["0", "2"], 3)


async def _refuse_all(bench: Bench, count: int, *, first: int = 0) -> None:
    for number in range(first, first + count):
        bench.accept(number)
        bench.pool.refuse(number)
        await bench.settle()


async def test_too_many_refusals_hold_the_worker() -> None:
    """It stays alive, reports why, and reads nothing."""
    bench = Bench()
    await bench.in_flight.open({RAW}, 1)
    await _refuse_all(bench, limits.WINDOW_ARTICLES)
    bench.accept(limits.WINDOW_ARTICLES)

    assert bench.in_flight.held is not None
    assert str(limits.WINDOW_ARTICLES).encode() not in bench.pool.open
    assert bench.in_flight.held.limit == "refusals"
    assert bench.in_flight.full() == {RAW}
    assert (bench.delivery.committed, bench.fatal, bench.rejoins) == (limits.WINDOW_ARTICLES, [], 0)
    assert bench.metrics.registry.get_sample_value("newswire_held", {"limit": "refusals"}) == 1


async def test_a_restart_does_not_forget_the_hold() -> None:
    """The next worker of the partition holds before it reads anything, since the reason is committed."""
    bench = Bench()
    await bench.in_flight.open({RAW}, 1)
    await _refuse_all(bench, limits.WINDOW_ARTICLES)
    heir = Bench()
    heir.share_the_topics_of(bench)
    await heir.in_flight.open({RAW}, 1)

    assert heir.in_flight.held == bench.in_flight.held
    heir.accept(limits.WINDOW_ARTICLES)
    assert heir.pool.open == {}


async def test_a_held_worker_resumes_by_command() -> None:
    """After `newswire resume` the partitions are assigned again, and earlier outcomes no longer count."""
    bench = Bench()
    await bench.in_flight.open({RAW}, 1)
    await _refuse_all(bench, limits.WINDOW_ARTICLES)
    assert await bench.in_flight.resume()
    assert bench.rejoins == 1
    await bench.in_flight.open({RAW}, 2)

    assert bench.in_flight.held is None
    bench.accept(limits.WINDOW_ARTICLES, generation=2)
    bench.pool.finish(limits.WINDOW_ARTICLES)
    await bench.settle()
    assert bench.delivery.committed == limits.WINDOW_ARTICLES + 1


async def test_a_held_worker_goes_on_when_the_setting_changes() -> None:
    """A worker that starts with a wider limit applies it to the same outcomes."""
    bench = Bench()
    await bench.in_flight.open({RAW}, 1)
    await _refuse_all(bench, limits.WINDOW_ARTICLES)
    heir = Bench(refusal_limit=1)
    heir.share_the_topics_of(bench)
    await heir.in_flight.open({RAW}, 1)

    assert heir.in_flight.held is None


async def test_articles_behind_the_one_that_exceeds_a_limit_are_not_published() -> None:
    """If many finish at once, the dead letters end with the article that exceeds the limit."""
    bench = Bench(crash_limit=3)
    await bench.in_flight.open({RAW}, 1)
    bench.accept(*range(10))
    for number in range(10):
        bench.pool.refuse(number, reason=RejectReason.WORKER_CRASH)
    await bench.settle()

    assert bench.in_flight.held is not None
    assert (bench.delivery.committed, len(bench.delivery.written)) == (3, 3)


async def test_crashes_hold_the_worker_if_they_come_in_a_row() -> None:
    """Any other outcome between them, even another refusal, ends the row."""
    bench = Bench(crash_limit=3)
    await bench.in_flight.open({RAW}, 1)
    for number, reason in enumerate([*[RejectReason.WORKER_CRASH] * 2, RejectReason.NOT_JSON] * 3):
        bench.accept(number)
        bench.pool.refuse(number, reason=reason)
        await bench.settle()
    assert bench.in_flight.held is None
    for number in range(9, 12):
        bench.accept(number)
        bench.pool.refuse(number, reason=RejectReason.WORKER_CRASH)
        await bench.settle()

    assert bench.in_flight.held is not None
    assert bench.in_flight.held.limit == "crashes"


async def test_a_hold_lets_the_delivery_that_is_under_way_end() -> None:
    """A delivery of another partition is committed too, so that it is not repeated."""
    bench = Bench(crash_limit=1)
    other = TP(RAW.topic, 1)
    await bench.in_flight.open({RAW, other}, 1)
    bench.delivery.gate.clear()
    bench.accept(100, partition=1, follows=0)
    bench.pool.finish(100)
    bench.accept(0)
    bench.pool.refuse(0, reason=RejectReason.WORKER_CRASH)
    await bench.settle()
    bench.delivery.gate.set()
    await bench.settle()

    assert bench.in_flight.held is not None
    assert {tp: each.committed_offset for tp, each in bench.in_flight.partitions.items()} == {
        RAW: 1,
        other: 101,
    }


async def test_all_partitions_refused_at_once_are_one_failure() -> None:
    """A worker that slept through its session is refused on every partition. That alone does not stop it."""
    bench = Bench()
    partitions = {TP(RAW.topic, number) for number in range(2 * MAX_FAILURES)}
    await bench.in_flight.open(partitions, 1)
    for tp in partitions:
        bench.in_flight._on_failure(bench.in_flight.partitions[tp], RuntimeError("fenced"))

    assert bench.fatal == []
    assert bench.rejoins > 0
