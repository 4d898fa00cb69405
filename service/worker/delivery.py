"""How records and offsets reach Kafka: at least once or exactly once, behind one seam.

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

OPEN_SECONDS = 15.0  # for the producers to start, and again for the offsets; both take 0.1 s
STOP_SECONDS = 5.0  # for what a producer still has to send
BATCH_BYTES = 256 * 1024  # ten records of 25 kB, and well below the 1 MB that brokers take by default
ALONE = 1  # batches of so many bytes hold one record each, however large it is
TRANSACTION_MILLISECONDS = 60_000  # a worker that dies keeps read_committed consumers waiting no longer than this


class Delivery(Protocol):
    """Publishes the outcomes of one input partition in order, and moves the group's offset past them."""

    linger: float
    """Seconds to wait for more outcomes before those at hand are delivered together, where no more articles wait."""
    busy_linger: float
    """The same where articles queue: then a longer wait makes none later, and spares requests."""
    batch_bytes: int
    """Most bytes of records that go as one batch: no more than the topics take. Counts from the next `open` on."""

    async def open(self, partitions: Collection[TP]) -> dict[TP, Start]:
        """Get ready to deliver for *partitions*, newly assigned; return where to begin with each."""

    async def deliver(self, tp: TP, outputs: Sequence[Output], offset: int, metadata: str) -> None:
        """Write *outputs*, perhaps none, and commit *offset*, the next to read of *tp*, together with *metadata*.

        Return when the broker has confirmed all of it.

        Raises `KafkaError` or `RecordTooLargeError`; then the partition must be opened anew before anything else
        is sent.
        """

    async def close(self) -> None:
        """Let all partitions go."""


class AtLeastOnce:
    """Publishes with one idempotent producer, waits for the acks of all replicas, then commits.

    After a crash what was published but not yet committed comes again: one delivery a partition at most.
    """

    linger = 0.05  # one commit a partition in 50 ms at most; a commit takes the broker about 1 ms
    busy_linger = 0.5

    def __init__(self, settings: Settings, commit: Callable[[TP, int, str], Awaitable[None]]) -> None:
        self.batch_bytes = BATCH_BYTES
        self._settings = settings
        self._commit = commit
        self._producer: AIOKafkaProducer | None = None

    async def open(self, partitions: Collection[TP]) -> dict[TP, Start]:
        """Start the producer and return the committed offsets."""
        await self.close()  # one that has failed a batch has a hole in its sequence, and refuses all that follows
        if partitions:
            self._producer = _producer(self._settings, self.batch_bytes)
            await _start(self._producer)
        return await _starts(self._settings, partitions)

    async def deliver(self, tp: TP, outputs: Sequence[Output], offset: int, metadata: str) -> None:
        """Send all, wait for the acks, commit."""
        assert self._producer is not None
        await _send(self._producer, tp.partition, outputs, alone=self.batch_bytes == ALONE)
        await self._commit(tp, offset, metadata)

    async def close(self) -> None:
        """Stop the producer."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await _stop(producer)


class ExactlyOnce:
    """Writes records, dead letters and the offset of one input partition in one transaction.

    One transactional producer an input partition: aiokafka speaks transactions without the group's generation
    (KIP-447), so it is the transactional id that must fence an earlier owner. It does when the producer starts, and
    only then is the committed offset read.
    """

    linger = 0.2  # five transactions a second and partition at most; see benchmarks for what one costs
    busy_linger = 0.5

    def __init__(self, settings: Settings) -> None:
        self.batch_bytes = BATCH_BYTES
        self._settings = settings
        self._producers: dict[TP, AIOKafkaProducer] = {}

    async def open(self, partitions: Collection[TP]) -> dict[TP, Start]:
        """Fence the earlier owners, then return the committed offsets."""
        await self.close()
        for tp in partitions:
            self._producers[tp] = _producer(
                self._settings,
                self.batch_bytes,
                transactional_id=f"{self._settings.group}-{tp.topic}-{tp.partition}",
                transaction_timeout_ms=TRANSACTION_MILLISECONDS,
            )
        # All to their end: one that went on after another failed could fence the producer of the next try.
        for failure in await asyncio.gather(*map(_start, self._producers.values()), return_exceptions=True):
            if failure is not None:
                raise failure
        return await _starts(self._settings, partitions)

    async def deliver(self, tp: TP, outputs: Sequence[Output], offset: int, metadata: str) -> None:
        """Write *outputs* and *offset* in one transaction. One that fails is aborted by the next to open *tp*."""
        producer = self._producers[tp]
        await producer.begin_transaction()
        # aiokafka commits a transaction though a batch of it has failed: the acks must be in before.
        await _send(producer, tp.partition, outputs, alone=self.batch_bytes == ALONE)
        offsets = {TopicPartition(tp.topic, tp.partition): OffsetAndMetadata(offset, metadata)}
        await producer.send_offsets_to_transaction(offsets, self._settings.group)
        await producer.commit_transaction()

    async def close(self) -> None:
        """Stop all producers."""
        producers, self._producers = self._producers, {}
        await asyncio.gather(*map(_stop, producers.values()))


def _producer(settings: Settings, batch_bytes: int, **options: object) -> AIOKafkaProducer:
    return AIOKafkaProducer(
        **aiokafka_options(settings),
        acks="all",
        enable_idempotence=True,
        compression_type=None if settings.compression == "none" else settings.compression,
        max_batch_size=batch_bytes,
        max_request_size=settings.max_record_bytes + settings.max_article_bytes,
        request_timeout_ms=30_000,
        metadata_max_age_ms=60_000,
        **options,
    )


async def _start(producer: AIOKafkaProducer) -> None:
    """Start *producer*; it waits for an earlier owner's transaction to end."""
    async with asyncio.timeout(OPEN_SECONDS):
        await producer.start()


async def _starts(settings: Settings, partitions: Collection[TP]) -> dict[TP, Start]:
    if not partitions:
        return {}
    async with asyncio.timeout(OPEN_SECONDS):
        return await asyncio.to_thread(starts, settings, partitions)


async def _stop(producer: AIOKafkaProducer) -> None:
    """Stop *producer*, whatever state it is in: what it has not sent is read again by the next owner."""
    with contextlib.suppress(TimeoutError, KafkaError):
        async with asyncio.timeout(STOP_SECONDS):
            await producer.stop()
    with contextlib.suppress(TimeoutError, KafkaError):
        async with asyncio.timeout(STOP_SECONDS):
            await producer.client.close()


async def _send(producer: AIOKafkaProducer, partition: int, outputs: Sequence[Output], *, alone: bool) -> None:
    """Send *outputs* in order to partition number *partition* of their topics, and wait for all acks.

    *alone* says that each goes in a batch of its own.
    """
    futures: list[asyncio.Future[object]] = []
    try:
        for output in outputs:
            futures.append(await _enqueue(producer, partition, output))  # noqa: PERF401 - what is sent counts, if one fails
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
    """Wait for all *futures* and return what each failed with."""
    if futures:
        await asyncio.wait(futures)
    return [future.exception() for future in futures]


async def _enqueue(producer: AIOKafkaProducer, partition: int, output: Output) -> asyncio.Future[object]:
    headers = list(output.headers)
    timestamp = output.timestamp if output.timestamp >= 0 else None
    future: asyncio.Future[object]
    if output.key is None and output.value is None:  # `send` refuses what Kafka allows
        batch = producer.create_batch()
        batch.append(key=None, value=None, timestamp=timestamp, headers=headers)
        batch.close()
        future = await producer.send_batch(batch, output.topic, partition=partition)
    else:
        future = await producer.send(output.topic, output.value, output.key, partition, timestamp, headers)
    return future
