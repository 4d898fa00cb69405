"""A delivery that is given up while its records are on their way."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest
from aiokafka.errors import KafkaError
from faust.types import TP

from service.kafka.kafka_record import Output
from service.settings import Settings
from service.worker.delivery import AtLeastOnce


class Stuck:
    """A producer whose broker does not answer."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()

    async def send(self, *_: Any) -> asyncio.Future[object]:
        """Take a record."""
        self.asked.set()
        return self.answer


async def commit(*_: Any) -> None:
    """Commit nothing."""


class Acknowledging:
    """A producer that notes what it is sent, and when the acknowledgement of each arrives."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    async def send(self, topic: str, *_: Any) -> asyncio.Future[object]:
        """Take a record and acknowledge it later."""
        self.steps.append(f"{topic} sent")
        acknowledged: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(0.001, self._acknowledge, topic, acknowledged)
        return acknowledged

    def _acknowledge(self, topic: str, acknowledged: asyncio.Future[object]) -> None:
        self.steps.append(f"{topic} acknowledged")
        acknowledged.set_result(None)


async def test_flat_events_come_after_their_record() -> None:
    """At least once sends them when the record that names them is acknowledged, and commits after both."""
    producer = Acknowledging()

    async def note_commit(*_: Any) -> None:
        """Note the commit."""
        producer.steps.append("committed")

    delivery = AtLeastOnce(Settings(events_topic="events"), note_commit)
    delivery._producer = producer
    outputs = [Output(topic, b"key", b"value", (), 0) for topic in ("out", "events")]

    await delivery.deliver(TP("raw", 0), outputs, 1, "")

    assert producer.steps == ["out sent", "out acknowledged", "events sent", "events acknowledged", "committed"]


async def test_late_failures_are_not_logged_as_errors() -> None:
    """What fails after nobody waits for it any more is no news: its partition has been opened anew."""
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    producer = Stuck()
    delivery = AtLeastOnce(Settings(), commit)
    delivery._producer = producer
    output = Output("out", b"key", b"value", (), 0)
    deliver = asyncio.create_task(delivery.deliver(TP("raw", 0), [output], 1, ""))
    await producer.asked.wait()
    await asyncio.sleep(0)  # until it waits for the answer

    deliver.cancel()
    with pytest.raises(asyncio.CancelledError):
        await deliver
    producer.answer.set_exception(KafkaError("too late"))
    await asyncio.sleep(0)
    del deliver, producer.answer
    gc.collect()

    assert complaints == []
