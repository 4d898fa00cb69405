"""Contender: a FastStream subscriber that calls the model on every article."""

from __future__ import annotations

import asyncio

from faststream import FastStream
from faststream.kafka import KafkaBroker, KafkaMessage, KafkaResponse

from benchmarks.contenders.naive import BROKER, GROUP, INPUT, OUTPUT, enrich

broker = KafkaBroker(BROKER)
app = FastStream(broker)


@broker.subscriber(INPUT, group_id=GROUP, auto_offset_reset="earliest")  # type: ignore[untyped-decorator]  # not in the lock
@broker.publisher(OUTPUT)  # type: ignore[untyped-decorator]  # not in the lock
async def handle(message: KafkaMessage) -> KafkaResponse:
    """Enrich one article."""
    return KafkaResponse(enrich(message.body), key=message.raw_message.key)


if __name__ == "__main__":
    asyncio.run(app.run())
