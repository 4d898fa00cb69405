"""At least once, whatever part of a delivery a crash leaves undone, the events topic ends with the newest events."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from service.contract.outcomes import Enriched, Outcome, Tombstone
from service.kafka.kafka_record import KafkaRecord
from service.settings import Settings
from service.worker import published_versions
from service.worker.publishing import Publisher
from service.worker.tracing import Tracing
from tests.kafka.test_events_topic import generated

if TYPE_CHECKING:
    from service.kafka.kafka_record import Output

SETTINGS = Settings(events_topic="events")


class CrashingDelivery:
    """Delivers like `AtLeastOnce`, records before events, and sometimes crashes somewhere in between."""

    def __init__(self, chance: random.Random) -> None:
        self.records: list[Output] = []
        self.events: list[Output] = []
        self._chance = chance

    async def deliver(self, _tp: object, outputs: list[Output], _offset: int, _metadata: str) -> None:
        """Write *outputs*, or a part of them and raise."""
        parts = [[output for output in outputs if (output.topic == "events") is events] for events in (False, True)]
        written = len(outputs) if self._chance.random() > 0.3 else self._chance.randrange(len(outputs) + 1)
        self.records += parts[0][:written]
        self.events += parts[1][: max(0, written - len(parts[0]))]
        if written < len(outputs):
            raise ConnectionError


def outcome(value: bytes | None) -> Outcome:
    """Return the outcome of a generated article."""
    if value is None:
        return Tombstone()
    article = orjson.loads(value)
    events = {event: orjson.dumps(int(article["revision"])) for event in article["events"]}
    status = article.get("status", "enriched")
    return Enriched(article["id"], b"{}", status, {}, article["revision"], flat_events=events)


@pytest.mark.parametrize("superseded", ["mark", "drop"])
@pytest.mark.parametrize("seed", range(5))
async def test_the_newest_events_are_left(monkeypatch: pytest.MonkeyPatch, seed: int, superseded: str) -> None:
    """Versions, late versions, retractions and deletions in deliveries of any size, three in ten with a crash."""
    monkeypatch.setattr(published_versions, "WINDOW_RECORDS", 10_000)
    chance = random.Random(seed)  # noqa: S311 - random, not secret
    messages, left = generated(150, chance)
    delivery: Any = CrashingDelivery(chance)
    accounting: Any = SimpleNamespace(failed=lambda _: None, in_flight=print, published=print, article=print)
    settings = SETTINGS.model_copy(update={"superseded": superseded})
    publisher = Publisher(
        settings, delivery, accounting, Tracing(settings), read_past=lambda _, offset: offset, on_exceeded=print
    )
    partition: Any = SimpleNamespace(tp=None, versions=published_versions.Versions(), name="raw/0")
    position = 0
    while position < len(messages):
        articles: Any = [
            SimpleNamespace(
                record=KafkaRecord("raw", 0, offset, 0, key, value, ()),
                outcome=SimpleNamespace(result=lambda value=value: outcome(value)),
                span=None,
            )
            for offset, (key, value) in enumerate(messages[position : position + chance.randrange(1, 40)], position)
        ]
        try:
            position += await publisher.publish(partition, articles)
        except ConnectionError:
            versions = map(published_versions._version, delivery.records)
            partition.versions = published_versions.Versions(filter(None, versions))

    last = {event.key.decode(): event.value for event in delivery.events}
    assert {key: orjson.loads(value) for key, value in last.items() if value is not None} == left
