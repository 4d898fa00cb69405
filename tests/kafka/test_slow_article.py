"""An article that uses its whole time limit delays its own partition and no other."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import orjson
import pytest

from tests.kafka.harness import await_, note

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.kafka.harness import Stream

CPU_SECONDS = 5  # for the slow article; the wall-clock limit is three times this, and the others need two seconds
PATIENCE_SECONDS = 200.0  # for two attempts, each ended by the wall-clock limit


def _produce(stream: Stream, partition: int, count: int, **article: object) -> None:
    values = (orjson.dumps({"id": f"{partition}-{number}"} | article) for number in range(count))
    stream.produce(((None, value) for value in values), partition=partition)


@pytest.mark.parametrize("fault", ["hang", pytest.param("spin", marks=pytest.mark.faults)])
def test_the_other_partitions_deliver(make_stream: Callable[..., Stream], delivery: str, fault: str) -> None:
    """While the first article of a partition hangs, all articles of the others come out; then its own do."""
    stream = make_stream(delivery=delivery)
    _produce(stream, 0, 1, do=fault)
    for partition in range(4):
        _produce(stream, partition, 500)
    worker = stream.start(NEWSWIRE_ARTICLE_TIMEOUT_SECONDS=str(CPU_SECONDS))
    await_(lambda: len(stream.read(stream.enriched)) == 1_500, "the other partitions", PATIENCE_SECONDS, [worker])
    published = Counter(record.partition for record in stream.read(stream.enriched))
    assert published == {1: 500, 2: 500, 3: 500}
    assert stream.read(stream.dead) == []
    stream.await_done(PATIENCE_SECONDS)

    ledger = stream.ledger()
    note(f"a slow article ({fault})", ledger)
    assert str(ledger) == "in 2001, out 2000, dead-lettered 1, lost 0, duplicated 0, out of order 0"


def test_a_rebalance_while_a_partition_is_paused(make_stream: Callable[..., Stream], delivery: str) -> None:
    """A second worker joins while a partition is paused: nothing is lost or repeated."""
    stream = make_stream(delivery=delivery)
    _produce(stream, 0, 1, do="hang")
    for partition in range(4):
        _produce(stream, partition, 500)
    worker = stream.start(NEWSWIRE_ARTICLE_TIMEOUT_SECONDS="60")
    await_(lambda: len(stream.read(stream.enriched)) == 1_500, "the other partitions", PATIENCE_SECONDS, [worker])
    second = stream.start(NEWSWIRE_ARTICLE_TIMEOUT_SECONDS="2").await_ready()
    assert worker.terminate() == 0
    stream.await_done(PATIENCE_SECONDS)
    assert second.terminate() == 0

    ledger = stream.ledger()
    note("a rebalance while a partition is paused", ledger)
    assert str(ledger) == "in 2001, out 2000, dead-lettered 1, lost 0, duplicated 0, out of order 0"
