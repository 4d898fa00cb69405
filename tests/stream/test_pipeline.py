"""From acceptance to commit: order, bounds, and what happens when partitions go or a delivery fails."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from faust.types import TP

from service.metrics import Metrics
from service.outcome import Enriched, Message, Outcome
from service.page.feed import Feed
from service.settings import Settings
from service.stream import pipeline as module
from service.stream.delivery import ALONE, BATCH_BYTES, OversizeError, Start
from service.stream.output import KafkaRecord, Output
from service.stream.pipeline import FAILURES, Pipeline, PipelineError
from service.stream.report import Report
from service.stream.tracing import Tracing
from service.stream.versions import Versions

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pytest

RAW = TP("newswire.raw", 0)


class Lanes:
    """Outcomes when the test says so."""

    def __init__(self) -> None:
        self.open: dict[bytes, asyncio.Future[Outcome]] = {}

    def process(self, message: Message) -> asyncio.Future[Outcome]:
        """Return an outcome to come."""
        done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.open[message.key or b""] = done
        return done

    def finish_version(self, number: int, revision: str) -> None:
        """Let an article be done that is a version of the article `a`."""
        name = str(number).encode()
        self.open[name].set_result(Enriched("a", name, "enriched", {}, revision))

    def finish(self, *numbers: int) -> None:
        """Let articles be done."""
        for number in numbers:
            name = str(number)
            self.open[name.encode()].set_result(Enriched(name, name.encode(), "enriched", {}))


class Delivery:
    """Writes to a list; fails or waits when told to."""

    linger = busy_linger = 0.0
    batch_bytes = BATCH_BYTES

    def __init__(self, start: int = 0) -> None:
        self.start = start
        self.written: list[str] = []
        self.superseded: list[str] = []
        self.committed = start
        self.failures = 0
        self.broken: set[TP] = set()
        self.error: Exception = RuntimeError("refused")
        self.gate = asyncio.Event()
        self.gate.set()

    async def open(self, partitions: Collection[TP]) -> dict[TP, Start]:
        """Return where to go on."""
        return {tp: Start(self.committed, Versions()) for tp in partitions}

    async def deliver(self, tp: TP, outputs: Sequence[Output], offset: int) -> None:
        """Write and commit."""
        await self.gate.wait()
        if self.failures or tp in self.broken:
            self.failures = max(0, self.failures - 1)
            raise self.error
        self.written += [(output.value or b"").decode() for output in outputs]
        marked = [output for output in outputs if ("newswire.superseded", b"true") in output.headers]
        self.superseded += [(output.value or b"").decode() for output in marked]
        self.committed = offset

    async def close(self) -> None:
        """Do nothing."""


class Bench:
    """A pipeline with its parts."""

    def __init__(self, start: int = 0) -> None:
        settings = Settings(worker_processes=1)
        self.lanes = Lanes()
        self.delivery = Delivery(start)
        self.rejoins = 0
        self.fatal: list[Exception] = []
        report = Report(settings, Metrics(settings), self.fatal.append, Feed().add)
        self.pipeline = Pipeline(
            settings,
            self.lanes,  # type: ignore[arg-type] # what the pipeline calls of it
            self.delivery,
            report,
            Tracing(settings),
            rejoin=self._rejoin,
            fatal=self.fatal.append,
        )

    def _rejoin(self) -> None:
        self.rejoins += 1

    async def accept(
        self, *offsets: int, generation: int = 1, follows: int | None = None, partition: int = RAW.partition
    ) -> None:
        """Hand over articles at *offsets*."""
        for offset in offsets:
            name = str(offset).encode()
            record = KafkaRecord(RAW.topic, partition, offset, 0, name, name, ())
            await self.pipeline.accept(record, generation, offset if follows is None else follows)

    async def refuse(self, error: Exception) -> None:
        """Let the delivery of one article fail with *error*."""
        self.delivery.failures, self.delivery.error = 1, error
        await self.pipeline.open({RAW}, 1)
        await self.accept(0)
        self.lanes.finish(0)
        await self.settle()

    async def settle(self) -> None:
        """Let everything that can happen happen."""
        for _ in range(20):
            await asyncio.sleep(0)


async def test_order_is_that_of_the_input() -> None:
    """Articles that are done out of order go out in order, and nothing is committed past one that is not done."""
    bench = Bench()
    await bench.pipeline.open({RAW}, 1)
    await bench.accept(0, 1, 2, 3)
    bench.lanes.finish(1, 3)
    await bench.settle()
    assert (bench.delivery.written, bench.delivery.committed) == ([], 0)
    bench.lanes.finish(0)
    await bench.settle()
    assert (bench.delivery.written, bench.delivery.committed) == (["0", "1"], 2)
    bench.lanes.finish(2)
    await bench.settle()
    assert (bench.delivery.written, bench.delivery.committed) == (["0", "1", "2", "3"], 4)


async def test_which_version_is_superseded_does_not_depend_on_which_is_done_first() -> None:
    """What counts is the order of the partition, within a delivery and over several."""
    bench = Bench()
    await bench.pipeline.open({RAW}, 1)
    await bench.accept(0, 1, 2, 3)
    bench.lanes.finish_version(1, "1")
    bench.lanes.finish_version(2, "3")
    await bench.settle()
    bench.lanes.finish_version(0, "2")
    await bench.settle()
    bench.lanes.finish_version(3, "2")
    await bench.settle()

    assert bench.delivery.written == ["0", "1", "2", "3"]
    assert bench.delivery.superseded == ["1", "3"]


async def test_partitions_go_when_all_is_delivered() -> None:
    """Closing waits for what is in flight."""
    bench = Bench()
    await bench.pipeline.open({RAW}, 1)
    await bench.accept(0, 1)
    closing = asyncio.create_task(bench.pipeline.close())
    await bench.settle()
    bench.lanes.finish(0, 1)
    await closing

    assert (bench.delivery.written, bench.delivery.committed) == (["0", "1"], 2)


async def test_what_takes_too_long_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing does not wait for ever; what is not done then is never sent, even if it is done later."""
    monkeypatch.setattr(module, "DRAIN_SECONDS", 0.05)
    bench = Bench()
    await bench.pipeline.open({RAW}, 1)
    await bench.accept(0, 1, 2)
    bench.lanes.finish(0)
    await bench.pipeline.close()
    assert bench.lanes.open[b"1"].cancelled()
    await bench.pipeline.open({RAW}, 2)
    await bench.settle()

    assert (bench.delivery.written, bench.delivery.committed) == (["0"], 1)


async def test_what_is_of_an_earlier_assignment_is_not_taken() -> None:
    """An article read before a rebalance is left to be read again."""
    bench = Bench()
    await bench.pipeline.open({RAW}, 2)
    await bench.accept(0, generation=1)
    await bench.accept(0, generation=2)

    assert list(bench.lanes.open) == [b"0"]


async def test_what_was_read_twice_is_taken_once() -> None:
    """An offset below the next one is dropped."""
    bench = Bench(start=5)
    await bench.pipeline.open({RAW}, 1)
    await bench.accept(3, 4, 5, 5, 6)

    assert list(bench.lanes.open) == [b"5", b"6"]


async def test_a_gap_in_the_numbers_is_no_hole() -> None:
    """After a transaction's marker the next record follows on the last, though their numbers do not."""
    bench = Bench()
    await bench.pipeline.open({RAW}, 1)
    await bench.accept(0)
    await bench.accept(3, follows=1)

    assert list(bench.lanes.open) == [b"0", b"3"]
    assert bench.rejoins == 0


async def test_a_hole_is_not_passed() -> None:
    """Where a record was missed nothing after it is taken, and the partition is read anew."""
    bench = Bench()
    await bench.pipeline.open({RAW}, 1)
    await bench.accept(0)
    await bench.accept(3)
    await bench.settle()

    assert bench.rejoins == 1
    assert b"3" not in bench.lanes.open
    assert bench.delivery.committed == 0


async def test_a_failed_delivery_is_tried_by_the_next_assignment() -> None:
    """After a failure nothing more goes out; with the new assignment everything does."""
    bench = Bench()
    bench.delivery.failures = 1
    await bench.pipeline.open({RAW}, 1)
    await bench.accept(0, 1)
    bench.lanes.finish(0, 1)
    await bench.settle()
    assert (bench.rejoins, bench.delivery.written) == (1, [])
    await bench.accept(2)
    await bench.pipeline.open({RAW}, 2)
    await bench.accept(0, 1, generation=2)
    bench.lanes.finish(0, 1)
    await bench.settle()

    assert (bench.delivery.written, bench.delivery.committed, bench.fatal) == (["0", "1"], 2, [])


async def test_deliveries_that_never_succeed_stop_the_worker() -> None:
    """After some failures in a row the worker gives up and says why."""
    bench = Bench()
    bench.delivery.failures = FAILURES
    for generation in range(FAILURES):
        await bench.pipeline.open({RAW}, generation)
        await bench.accept(0, generation=generation)
        bench.lanes.finish(0)
        await bench.settle()

    [error] = bench.fatal
    assert isinstance(error, PipelineError)
    assert "refused" in str(error)


async def test_one_partition_that_never_succeeds_stops_the_worker() -> None:
    """That another partition delivers meanwhile does not hide it: each failure makes the whole group rejoin."""
    bench = Bench()
    other = TP(RAW.topic, 1)
    bench.delivery.broken = {other}
    for generation in range(FAILURES):
        await bench.pipeline.open({RAW, other}, generation)
        await bench.accept(generation, generation=generation)
        bench.lanes.finish(generation)
        await bench.settle()
        await bench.accept(100 + generation, generation=generation, partition=1, follows=generation)
        bench.lanes.finish(100 + generation)
        await bench.settle()

    assert bench.delivery.written == [str(number) for number in range(FAILURES)]
    assert len(bench.fatal) == 1


async def test_records_refused_together_are_not_to_blame() -> None:
    """Where the broker finds a batch too large, its records go one by one next, and none is held too large for it."""
    bench = Bench()
    await bench.refuse(OversizeError(500, alone=False))

    assert bench.delivery.batch_bytes == ALONE
    assert bench.pipeline.limit == Settings().max_record_bytes


async def test_a_record_refused_by_itself_tells_the_limit() -> None:
    """What the broker does not take alone is beyond the topic's limit, which is known from then on."""
    bench = Bench()
    await bench.refuse(OversizeError(500, alone=True))

    assert (bench.pipeline.limit, bench.delivery.batch_bytes) == (499, 499)


async def test_no_more_is_taken_than_can_be_held() -> None:
    """With the bound in flight, the next article waits until one is delivered."""
    bench = Bench()
    await bench.pipeline.open({RAW}, 1)
    bound = module.IN_FLIGHT_PER_LANE
    await bench.accept(*range(bound))
    waiting = asyncio.create_task(bench.accept(bound))
    await bench.settle()
    assert not waiting.done()
    bench.lanes.finish(0)
    await waiting

    assert len(bench.lanes.open) == bound + 1


async def test_all_partitions_refused_at_once_are_one_failure() -> None:
    """A worker that slept through its session is refused on every partition; that alone does not end it."""
    bench = Bench()
    partitions = {TP(RAW.topic, number) for number in range(2 * FAILURES)}
    await bench.pipeline.open(partitions, 1)
    for tp in partitions:
        bench.pipeline._on_failure(bench.pipeline.tenures[tp], RuntimeError("fenced"))

    assert bench.fatal == []
    assert bench.rejoins > 0
