"""The watchdog itself: it does not die before the worker does. Stalls of a real worker are in `tests/kafka/faults`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer

from service.stream import watchdog as module
from service.stream.watchdog import Watchdog


async def test_a_consumer_that_still_looks_for_a_broker_is_not_dead() -> None:
    """Before it has found one it has no coordinator, and nothing has ended."""
    consumer = AIOKafkaConsumer(bootstrap_servers="127.0.0.1:1")
    app: Any = SimpleNamespace(consumer=SimpleNamespace(thread=SimpleNamespace(_consumer=consumer)))

    assert Watchdog(app)._dead() is None

    await consumer.stop()


async def test_a_fault_of_its_own_ends_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that nobody watches any more could do nothing for ever, so it ends."""
    monkeypatch.setattr(module, "ROUND", 0.0)
    failures: list[Exception] = []
    app: Any = SimpleNamespace(fail=failures.append)  # all else that it looks at is missing

    with pytest.raises(AttributeError):
        await Watchdog(app)._watch()

    assert [type(error) for error in failures] == [AttributeError]
