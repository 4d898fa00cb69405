"""Faust's Kafka consumer without its bookkeeping of offsets, and with its blind spots watched.

Measured and read in faust-streaming 0.15.3: its commit can pass an article that is not yet acknowledged, forgets
acknowledged articles when partitions are revoked, counts the record after a gap (a transaction's marker, a compacted
record) as acknowledged, and counts a refused commit as done. So Faust commits nothing here; `service.worker.delivery`
does. What remains is reading, and this module makes sure that nothing read is lost on the way:

* a record fetched before a seek is never passed on after it (`Thread.seek_all`, `Consumer._getmany`);
* every record knows which one it follows (`Thread.follows`), so a missed record is not mistaken for a gap.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import structlog
from aiokafka.errors import CommitFailedError, KafkaError
from aiokafka.structs import OffsetAndMetadata, TopicPartition
from faust.transport.drivers import aiokafka as driver
from kafka.errors import KafkaError as OtherKafkaError

from service.errors import FencedError
from service.kafka import lenient_headers
from service.worker import static_membership
from service.worker.bounded_requests import bound_requests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiokafka import AIOKafkaConsumer
    from faust.types import TP

    from service.worker.application_view import Application

log = structlog.get_logger()
FULL_SECONDS = 0.05  # until full partitions are looked at again; their share is about a second of work
RETRY_SECONDS = 20.0  # with the last try at most 55 s: below the 60 s that Faust allows for all of it


class Thread(driver.AIOKafkaConsumerThread):  # type: ignore[misc] # Faust is not typed for us
    """The thread that talks to Kafka. Methods marked "in the thread" run in it, the others on the main loop."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.epoch = 0
        """How often the positions were set. Records fetched in an earlier epoch are void."""
        self._ends: dict[TP, int] = {}
        self._gaps: dict[TP, dict[int, int]] = {}
        self._read: dict[TP, tuple[int, int]] = {}
        """After each fetch: the offset after the last fetched record, and the offset up to which Kafka was read."""

    def _create_worker_consumer(self, transport: driver.Transport) -> AIOKafkaConsumer:
        lenient_headers.patch_aiokafka()
        consumer = super()._create_worker_consumer(transport)
        consumer._isolation_level = "read_committed"  # noqa: SLF001 - Faust ties it to its own transactions
        bound_requests(consumer._client)  # noqa: SLF001 - aiokafka has no public way
        if self.app.settings.group_instance_id:
            static_membership.adapt(consumer, self.app.settings.raw_topic, self._on_fenced)
        return consumer

    def _on_fenced(self) -> None:
        """Stop the worker (in the thread), because another one has taken its place."""
        settings = self.app.settings
        error = FencedError(settings.group, settings.group_instance_id)
        self.parent_loop.call_soon_threadsafe(self.app.fail, error)

    async def on_thread_stop(self) -> None:
        """Stop (in the thread). While a failed fetch waits to be tried again, aiokafka's own cancellation escapes."""
        try:
            await super().on_thread_stop()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if self._consumer is None or (task and task.cancelling()):
                raise
            await self._consumer._client.close()  # noqa: SLF001 - the step that the error has skipped

    async def _fetch_records(
        self, consumer: AIOKafkaConsumer, *args: Any, **kwargs: Any
    ) -> tuple[int, Mapping[TP, list[Any]]]:
        """Return the fetched records (in the thread). Raise errors that Faust would not notice."""
        consumer._coordinator.check_errors()  # noqa: SLF001 - Faust never asks
        if consumer._fetcher._fetch_task.done():  # noqa: SLF001 - neither does it look here
            raise KafkaError("aiokafka's fetch task has ended")
        records: Mapping[TP, list[Any]] = await super()._fetch_records(consumer, *args, **kwargs)
        for tp, batch in records.items():
            for record in batch:
                follows = self._ends.get(tp, record.offset)
                if follows != record.offset:
                    self._gaps.setdefault(tp, {})[record.offset] = follows
                self._ends[tp] = record.offset + 1
        # Nothing else runs in this thread between the fetch and this line, so no record lies between the two offsets.
        self._read = {tp: (end, self._position(consumer, tp)) for tp, end in self._ends.items()}
        return self.epoch, records

    def follows(self, tp: TP, offset: int) -> int:
        """Return the offset after the record before *offset* in the partition, which is *offset* if there is no gap."""
        gaps = self._gaps.get(tp)
        return gaps.pop(offset, offset) if gaps else offset

    def read_up_to(self, tp: TP) -> int:
        """Return the offset up to which *tp* was fetched, transaction markers included; 0 before it is known."""
        return self._position(self._consumer, tp) if self._consumer else 0

    def read_past(self, tp: TP, offset: int) -> int:
        """Return up to where *tp* was fetched if no record was found from *offset* on, and *offset* otherwise."""
        end, position = self._read.get(tp, (-1, -1))
        return max(offset, position) if end == offset else offset

    def _position(self, consumer: AIOKafkaConsumer, tp: TP) -> int:
        subscription = consumer._subscription.subscription  # noqa: SLF001 - no public way
        if subscription is None or subscription.assignment is None:
            return 0
        state = subscription.assignment.state_value(TopicPartition(tp.topic, tp.partition))
        return int(state.position) if state is not None and state.has_valid_position else 0

    async def seek_all(self, offsets: Mapping[TP, int]) -> None:
        """Continue reading at *offsets*. Records fetched before are void."""
        await self.call_thread(self._seek_all, offsets)

    async def _seek_all(self, offsets: Mapping[TP, int]) -> None:
        consumer = self._ensure_consumer()
        assigned = consumer.assignment()
        self.epoch += 1
        self._ends, self._gaps, self._read = {}, {}, {}
        for tp, offset in offsets.items():
            name = TopicPartition(tp.topic, tp.partition)
            if name in assigned:
                consumer.seek(name, offset)
                self._ends[tp] = offset

    async def commit_offset(self, tp: TP, offset: int, metadata: str) -> None:
        """Commit *offset* as the next to read of *tp*. Raise `KafkaError` if the partition is no longer ours."""
        await self.call_thread(self._commit_offset, TopicPartition(tp.topic, tp.partition), offset, metadata)

    async def _commit_offset(self, name: TopicPartition, offset: int, metadata: str) -> None:
        consumer = self._ensure_consumer()
        if name not in consumer.assignment():
            raise CommitFailedError(f"{name} is assigned to another worker")
        await consumer.commit({name: OffsetAndMetadata(offset, metadata)})

    def rejoin(self) -> None:
        """Make the group assign all partitions again."""
        coordinator = self._ensure_consumer()._coordinator  # noqa: SLF001 - aiokafka has no public way
        self.thread_loop.call_soon_threadsafe(coordinator.request_rejoin)


class Consumer(driver.Consumer):  # type: ignore[misc] # Faust is not typed for us
    """Faust's consumer, which here reads and does not commit."""

    app: Application
    _thread: Thread

    def _new_consumer_thread(self) -> Thread:
        return Thread(self, loop=self.loop, beacon=self.beacon)

    @property
    def thread(self) -> Thread:
        """Return the thread that talks to Kafka."""
        return self._thread

    async def commit(self, *_: Any, **__: Any) -> bool:
        """Do nothing: `service.worker.delivery` commits."""
        return False

    def ack(self, message: Any) -> bool:
        """Only forget *message*: the assigned partitions know what is done."""
        message.acked = True
        self._unacked_messages.discard(message)
        return True

    def on_buffer_full(self, tp: TP) -> None:
        """Do nothing: `_getmany` leaves out the partitions that are full by our count."""

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Mapping[TP, list[Any]]:  # noqa: ASYNC109 - Faust's
        full = self.app.in_flight.full()
        wanted = set(active_partitions or ()) - full
        if not wanted:
            await asyncio.sleep(FULL_SECONDS)
            return {}
        # A partition that is full now may soon be read again: do not wait long for records of the others.
        taken = await self._thread.getmany(wanted, min(timeout, FULL_SECONDS) if full else timeout)
        if not taken:
            return {}
        epoch, records = taken
        return records if epoch == self._thread.epoch else {}

    async def _wait_next_records(self, timeout: float) -> tuple[Any, Any]:  # noqa: ASYNC109 - Faust's
        records, active = await super()._wait_next_records(timeout)
        # Faust would seek to what it believes to be committed. The code that stopped the flow seeks before it resumes.
        return (records if self.flow_active else None), active

    async def perform_seek(self) -> None:
        """Open the assigned partitions and continue at the group's committed offsets."""
        generation = self.app.consumer_generation_id
        starts = await self._open(generation)
        if generation != self.app.consumer_generation_id:
            return  # rebalanced again in the meantime, so this is called again
        await self._thread.seek_all(starts)
        self._read_offset.update({tp: offset or None for tp, offset in starts.items()})

    async def _open(self, generation: int) -> Mapping[TP, int]:
        """Open the partitions, and retry for a while if the brokers are away."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + RETRY_SECONDS
        while True:
            try:
                return await self.app.in_flight.open(self.assignment(), generation)
            except (KafkaError, OtherKafkaError, TimeoutError, OSError) as error:
                log.warning("partitions_not_opened", error=repr(error))
                if generation != self.app.consumer_generation_id:
                    return {}  # rebalanced meanwhile: another try could fence the producers of the new owner
                if loop.time() > deadline:
                    self.app.fail(error)
                    raise
            await asyncio.sleep(1)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Finish or drop what is in flight before the partitions are revoked."""
        await self.quiesce()
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Accept the assignment. A spare worker gets no partitions and will never seek, so open it here."""
        await super().on_partitions_assigned(assigned, generation_id)
        if not assigned:
            await self.app.in_flight.open((), generation_id)

    async def quiesce(self) -> None:
        """Stop reading, then deliver and commit what is in flight, within a bound."""
        self.stop_flow()
        self.app.flow_control.suspend()
        self.app.flow_control.clear()
        await self.app.in_flight.close()

    def highwater(self, tp: TP) -> int:
        """Return the partition's end, or 0 before it is known. None would end Faust's fetcher."""
        try:
            return super().highwater(tp) or 0
        except (AssertionError, KafkaError):
            return 0

    async def verify_all_partitions_active(self) -> None:
        """Do nothing: Faust's check only logs, often wrongly. `service.worker.health.watchdog` acts."""


class Transport(driver.Transport):  # type: ignore[misc] # Faust is not typed for us
    """Faust's transport with our consumer."""

    Consumer = Consumer
