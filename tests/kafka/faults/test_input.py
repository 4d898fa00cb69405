"""Input of other producers: compressed, transactional, compacted, and with articles that crash or hang."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import orjson
import pytest
from aiokafka import AIOKafkaProducer

from tests.kafka.harness import PATIENCE, await_, note

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.kafka.harness import Stream


def article(name: str, **fields: object) -> bytes:
    """Return an article for the processor `Light`."""
    return orjson.dumps({"id": name} | fields)


def test_compressed_input(make_stream: Callable[..., Stream]) -> None:
    """Input in every codec of Kafka is read."""
    stream = make_stream(partitions=1)

    async def produce(codec: str) -> None:
        """Send some articles with *codec*."""
        async with AIOKafkaProducer(bootstrap_servers=stream.bootstrap, compression_type=codec) as producer:
            for number in range(20):
                done = await producer.send_and_wait(stream.raw, article(f"{codec}-{number}", filler="x" * 500))
                stream.sent.append((done.partition, done.offset))

    for codec in ("gzip", "snappy", "lz4", "zstd"):
        asyncio.run(produce(codec))
    stream.start()
    stream.await_done()

    ledger = stream.ledger()
    note("compressed input", ledger)
    assert str(ledger) == "in 80, out 80, dead-lettered 0, lost 0, duplicated 0, out of order 0"


def test_transactional_input(make_stream: Callable[..., Stream], delivery: str) -> None:
    """Gaps in the offsets at the ends of transactions do no harm, and aborted articles are not processed."""
    stream = make_stream(delivery=delivery, partitions=2)

    async def produce() -> None:
        """Send transactions, and abort every fourth."""
        async with AIOKafkaProducer(bootstrap_servers=stream.bootstrap, transactional_id=stream.name) as producer:
            for number in range(60):
                await producer.begin_transaction()
                futures = [
                    await producer.send(stream.raw, article(f"{number}-{part}"), partition=part % 2)
                    for part in range(5)
                ]
                offsets = [(done.partition, done.offset) for done in await asyncio.gather(*futures)]
                if number % 4 == 3:
                    await producer.abort_transaction()
                else:
                    await producer.commit_transaction()
                    stream.sent += offsets

    asyncio.run(produce())
    worker = stream.start(NEWSWIRE_STALL_SECONDS="30")
    stream.await_done()

    ledger = stream.ledger()
    note("input in transactions", ledger)
    assert str(ledger) == "in 225, out 225, dead-lettered 0, lost 0, duplicated 0, out of order 0"
    assert worker.terminate() == 0
    stream.produce_light(10, first=1_000)
    stream.start()
    stream.await_done()
    ledger = stream.ledger()
    note("input in transactions, the next worker", ledger)
    assert str(ledger) == "in 235, out 235, dead-lettered 0, lost 0, duplicated 0, out of order 0"


def test_compacted_input(make_stream: Callable[..., Stream], delivery: str) -> None:
    """Gaps in a compacted topic do no harm: the articles that are left come out once and in order."""
    config = {
        "cleanup.policy": "compact",
        "segment.ms": "100",
        "min.cleanable.dirty.ratio": "0.001",
        "min.compaction.lag.ms": "0",
        "max.compaction.lag.ms": "100",
    }
    stream = make_stream(delivery=delivery, partitions=1, raw_config=config)
    for version in range(3):
        stream.produce((str(key).encode(), article(str(key), version=version)) for key in range(0, 90, version + 1))
    stream.produce_light(1, first=1_000)
    await_(lambda: len(stream.read(stream.raw)) < 120, "the broker to compact", PATIENCE)
    stream.sent = [(record.partition, record.offset) for record in stream.read(stream.raw)]
    worker = stream.start()
    stream.await_done()

    ledger = stream.ledger()
    note("compacted input", ledger)
    assert (ledger.lost, ledger.duplicated, ledger.disordered) == (0, 0, 0)
    assert worker.terminate() == 0


@pytest.mark.parametrize("percent", [1, 5, pytest.param(20, marks=pytest.mark.faults)])
def test_poison(make_stream: Callable[..., Stream], delivery: str, percent: int) -> None:
    """Of the articles, *percent* % crash, hang or are refused: exactly these become dead letters."""
    seed = random.randrange(2**32)  # noqa: S311 - random, not secret
    chance = random.Random(seed)  # noqa: S311 - random, not secret
    stream = make_stream(delivery=delivery)
    faults = {
        str(number): chance.choice(["die", "segfault", "eat", "refuse"])
        for number in range(1_000)
        if chance.random() < percent / 100
    }
    faults["500"] = "freeze"
    stream.produce(
        (str(number).encode(), article(str(number), do=faults.get(str(number), ""))) for number in range(1_000)
    )
    stream.start(NEWSWIRE_ARTICLE_TIMEOUT_SECONDS="1")
    stream.await_done(500)

    ledger = stream.ledger()
    note(f"{percent} % poison, seed {seed}", ledger)
    assert {record.key.decode() for record in stream.read(stream.dead)} == faults.keys()
    assert (ledger.lost, ledger.duplicated, ledger.disordered) == (0, 0, 0)
