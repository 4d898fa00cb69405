"""How records and offsets reach Kafka: at least once or exactly once, with one interface.

Faust's own guarantees do not hold for consume-and-produce: its commit can pass an article that is not yet published,
and its `exactly_once` writes the output outside any transaction. So both ways publish with producers of their own,
and Faust's commit does nothing (see `service.worker.faust_consumer`).
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from service.errors import RecordTooLargeError
from service.kafka.connection import aiokafka_options
from service.kafka.start_offsets import Start, starts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence

    from faust.types import TP

    from service.kafka.kafka_record import Output
    from service.settings import Settings

OPEN_SECONDS = 15.0  # for the producers to start, and again for the offsets; each takes 0.1 s
STOP_SECONDS = 5.0  # for what a producer still has to send
BATCH_BYTES = 256 * 1024  # ten records of 25 kB, and well below the 1 MB that brokers accept by default
ONE_RECORD_BYTES = 1  # a batch of at most so many bytes holds one record, however large it is
TRANSACTION_MILLISECONDS = 60_000  # a worker that dies keeps read_committed consumers waiting no longer


class Delivery(Protocol):
    """Publishes the outcomes of one input partition in order, and moves the group's offset past them."""

    linger: float
    """Seconds to wait for more outcomes before the finished articles are delivered together."""
    busy_linger: float
    """The same under backlog. Waiting longer then delays no article and saves requests."""
    batch_bytes: int
    """The most bytes of records in one batch: no more than the topics accept. In force from the next `open` on."""
    one_record_per_batch: bool
    """Whether each record goes in a batch of its own. In force from the next `open` on."""

    async def open(self, partitions: Collection[TP]) -> dict[TP, Start]:
        """Prepare to deliver for newly assigned *partitions*. Return where to begin with each."""

    async def deliver(self, tp: TP, outputs: Sequence[Output], offset: int, metadata: str) -> None:
        """Write *outputs*, which may be none, and commit *offset*, the next to read of *tp*, with *metadata*.

        Returns when the broker has confirmed all of it.

        Raises:
            KafkaError, RecordTooLargeError: Not everything was written. The partition must be opened again before
                anything else is sent.
        """

    async def close(self) -> None:
        """Release all partitions."""


class AtLeastOnce:
    """Publishes with one idempotent producer, waits for the acks of all replicas, then commits.

    After a crash, what was published but not yet committed is published again: at most one delivery per partition.
    """

    linger = 0.05  # at most one commit per partition in 50 ms; a commit takes the broker about 1 ms
    busy_linger = 0.5

    def __init__(self, settings: Settings, commit: Callable[[TP, int, str], Awaitable[None]]) -> None:
        self.batch_bytes = BATCH_BYTES
        self.one_record_per_batch = False
        self.settings = settings
        self._commit = commit
        self._producer: AIOKafkaProducer | None = None

    async def open(self, partitions: Collection[TP]) -> dict[TP, Start]:
        """Start the producer and return the committed offsets."""
        await (
            self.close()
        )  # a producer that has failed a batch has a hole in its sequence, and refuses all that follows
        if partitions:
            self._producer = _producer(self)
            await _start(self._producer)
        return await _starts(self.settings, partitions)

    async def deliver(self, tp: TP, outputs: Sequence[Output], offset: int, metadata: str) -> None:
        """Send all, wait for the acks, commit.

        Flat events are sent when the records are acknowledged. So each event that was ever written is named in the
        headers of a record, by which a later version deletes it, even if the worker dies in between.
        """
        assert self._producer is not None
        events = [output for output in outputs if output.topic == self.settings.events_topic]
        records = [output for output in outputs if output.topic != self.settings.events_topic]
        for part in (records, events):
            await _send(self._producer, tp.partition, part, alone=self.one_record_per_batch)
        await self._commit(tp, offset, metadata)

    async def close(self) -> None:
        """Stop the producer."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await _stop(producer)


class ExactlyOnce:
    """Writes records, dead letters and the offset of one input partition in one transaction.

    One transactional producer per input partition: aiokafka's transactions do not carry the group's generation
    (KIP-447), so the transactional id must fence an earlier owner. It does so when the producer starts, and only then
    is the committed offset read.
    """

    linger = 0.2  # at most five transactions per second and partition; see benchmarks for what one costs
    busy_linger = 0.5

    def __init__(self, settings: Settings) -> None:
        self.batch_bytes = BATCH_BYTES
        self.one_record_per_batch = False
        self.settings = settings
        self._producers: dict[TP, AIOKafkaProducer] = {}

    async def open(self, partitions: Collection[TP]) -> dict[TP, Start]:
        """Fence the earlier owners, then return the committed offsets."""
        await self.close()
        for tp in partitions:
            self._producers[tp] = _producer(
                self,
                transactional_id=f"{self.settings.group}-{tp.topic}-{tp.partition}",
                transaction_timeout_ms=TRANSACTION_MILLISECONDS,
            )
        # Wait for all of them: one that is still starting could fence the producer of the next try.
        for failure in await asyncio.gather(*map(_start, self._producers.values()), return_exceptions=True):
            if failure is not None:
                raise failure
        return await _starts(self.settings, partitions)

    async def deliver(self, tp: TP, outputs: Sequence[Output], offset: int, metadata: str) -> None:
        """Write *outputs* and *offset* in one transaction. If it fails, the next owner's start aborts it."""
        producer = self._producers[tp]
        await producer.begin_transaction()
        # aiokafka would commit a transaction although a batch of it has failed, so wait for all acks first.
        await _send(producer, tp.partition, outputs, alone=self.one_record_per_batch)
        offsets = {TopicPartition(tp.topic, tp.partition): OffsetAndMetadata(offset, metadata)}
        await producer.send_offsets_to_transaction(offsets, self.settings.group)
        await producer.commit_transaction()

    async def close(self) -> None:
        """Stop all producers."""
        producers, self._producers = self._producers, {}
        await asyncio.gather(*map(_stop, producers.values()))


def _producer(delivery: AtLeastOnce | ExactlyOnce, **options: object) -> AIOKafkaProducer:
    settings = delivery.settings
    return AIOKafkaProducer(
        **aiokafka_options(settings),
        acks="all",
        enable_idempotence=True,
        compression_type=None if settings.compression == "none" else settings.compression,
        max_batch_size=ONE_RECORD_BYTES if delivery.one_record_per_batch else delivery.batch_bytes,
        max_request_size=settings.max_record_bytes + settings.max_article_bytes,
        request_timeout_ms=30_000,
        metadata_max_age_ms=60_000,
        **options,
    )


async def _start(producer: AIOKafkaProducer) -> None:
    """Start *producer*, which waits until an earlier owner's transaction has ended."""
    async with asyncio.timeout(OPEN_SECONDS):
        await producer.start()


async def _starts(settings: Settings, partitions: Collection[TP]) -> dict[TP, Start]:
    if not partitions:
        return {}
    async with asyncio.timeout(OPEN_SECONDS):
        return await asyncio.to_thread(starts, settings, partitions)


async def _stop(producer: AIOKafkaProducer) -> None:
    """Stop *producer* in any state. What it has not sent is read again by the next owner."""
    with contextlib.suppress(TimeoutError, KafkaError):
        async with asyncio.timeout(STOP_SECONDS):
            await producer.stop()
    with contextlib.suppress(TimeoutError, KafkaError):
        async with asyncio.timeout(STOP_SECONDS):
            await producer.client.close()


async def _send(producer: AIOKafkaProducer, partition: int, outputs: Sequence[Output], *, alone: bool) -> None:
    """Send *outputs* in order to partition number *partition* of their topics, and wait for all acks.

    *alone* states that each goes in a batch of its own.
    """
    futures: list[asyncio.Future[object]] = []
    try:
        for output in outputs:
            futures.append(await _enqueue(producer, partition, output))  # noqa: PERF401 - if one fails, those sent before it count
    except MessageSizeTooLargeError as error:
        raise RecordTooLargeError(outputs[len(futures)].size, alone=True) from error
    finally:
        failures = await _failures(futures)
    oversize = [
        output.size
        for output, failure in zip(outputs, failures, strict=True)
        if isinstance(failure, MessageSizeTooLargeError | RecordListTooLargeError)
    ]
    if oversize:
        raise RecordTooLargeError(min(oversize), alone=alone or len(oversize) == 1)
    for failure in failures:
        if failure is not None:
            raise failure


async def _failures(futures: Sequence[asyncio.Future[object]]) -> list[BaseException | None]:
    """Wait for all *futures* and return the exception of each, or None."""
    for future in futures:  # if the waiting is cancelled, asyncio would log each failure that nobody looked at
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
    if futures:
        await asyncio.wait(futures)
    return [future.exception() for future in futures]


async def _enqueue(producer: AIOKafkaProducer, partition: int, output: Output) -> asyncio.Future[object]:
    headers = list(output.headers)
    timestamp = output.timestamp if output.timestamp >= 0 else None
    future: asyncio.Future[object]
    if output.key is None and output.value is None:  # `send` refuses this, though Kafka allows it
        batch = producer.create_batch()
        batch.append(key=None, value=None, timestamp=timestamp, headers=headers)
        batch.close()
        future = await producer.send_batch(batch, output.topic, partition=partition)
    else:
        future = await producer.send(output.topic, output.value, output.key, partition, timestamp, headers)
    return future
