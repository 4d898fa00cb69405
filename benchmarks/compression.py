"""Measure what compressing the output saves and costs: bytes on the broker's disk, CPU time to write and to read.

Once with records alone, and once with the flat events of each in a topic of their own.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaProducer
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import NewTopic

from service.contract.outcomes import Enriched, Message
from service.kafka.kafka_record import KafkaRecord, Output
from service.processes.processor import Processor
from service.settings import Settings
from service.worker import flat_event_messages
from service.worker.encoding import encode_outcome

CODECS = (None, "lz4", "zstd", "gzip")
BATCH_SIZES = (1, 4, 16)  # records sent together: one when articles trickle in, more under load
BATCH_BYTES = 256 * 1024  # the same as in the service's producers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.local_kafka import Broker


def measure(broker: Broker, values: list[bytes]) -> dict[str, Any]:
    """Write the output of *values* with every codec and batch size, and return bytes and CPU ms per article."""
    articles = _outputs(values)
    records = [[record] for record, *_ in articles]
    rows = []
    for with_events, written in ((False, records), (True, articles)):
        for batch_size in BATCH_SIZES:
            for codec in CODECS:
                cost = _cost(broker.bootstrap_servers, written, codec, batch_size)
                rows.append({"codec": codec or "none", "run": batch_size, "events": with_events, **cost})
    events = [event for _, *events in articles for event in events]
    return {
        "rows": rows,
        "article_bytes": sum(map(len, values)) / len(values),
        "record_bytes": _value_bytes(record for record, *_ in articles) / len(articles),
        "event_bytes": _value_bytes(events) / len(events),
        "events": len(events) / len(articles),
    }


def _value_bytes(outputs: Iterable[Output]) -> int:
    return sum(len(output.value or b"") for output in outputs)


def _cost(servers: str, articles: list[list[Output]], codec: str | None, batch_size: int) -> dict[str, float]:
    """Write the outputs of *articles* to new topics and read them. Return bytes and CPU ms per article."""
    outputs = [output for outputs in articles for output in outputs]
    names = {topic: f"{topic}-{uuid.uuid4().hex[:8]}" for topic in {output.topic for output in outputs}}
    admin = KafkaAdminClient(bootstrap_servers=servers)
    admin.create_topics([NewTopic(name, 1, 1) for name in names.values()], wait_for_metadata=True)
    written = asyncio.run(_write(servers, names, articles, codec, batch_size))
    size = sum(_size(admin, name) for name in names.values())
    admin.close()
    read = _read(servers, list(names.values()), len(outputs))
    return {
        "bytes": size / len(articles),
        "write_ms": written / len(articles) * 1e3,
        "read_ms": read / len(articles) * 1e3,
    }


def _size(admin: KafkaAdminClient, topic: str) -> int:
    """Return the size of *topic* on the broker's disk, in bytes."""
    return sum(
        partition["partition_size"]
        for broker in admin.describe_log_dirs()
        for folder in broker["log_dirs"]
        for log in folder["topics"]
        if log["name"] == topic
        for partition in log["partitions"]
    )


def _outputs(values: list[bytes]) -> list[list[Output]]:
    """Return what the service would write for each of *values*: its record, then its flat events."""
    settings = Settings(events_topic="newswire.events")
    processor = Processor(settings)
    articles = []
    for number, value in enumerate(values):
        record = KafkaRecord(settings.raw_topic, 0, number, 1_600_000_000_000, b"%d" % number, value, ())
        now = datetime.now(UTC)
        outcome, made = encode_outcome(
            settings, record, processor.process(Message(value, record.key)), now, settings.max_record_bytes
        )
        outputs = [made]
        if isinstance(outcome, Enriched):
            events = {(outcome.id, event): row for event, row in outcome.flat_events.items()}
            outputs += flat_event_messages.encode(settings, record, events, now, outcome)
        articles.append(outputs)
    return articles


async def _write(
    servers: str, names: dict[str, str], articles: list[list[Output]], codec: str | None, batch_size: int
) -> float:
    """Send the outputs of *batch_size* articles at a time, as the service does; return the CPU seconds spent."""
    async with AIOKafkaProducer(
        bootstrap_servers=servers,
        acks="all",
        enable_idempotence=True,
        max_batch_size=BATCH_BYTES,
        max_request_size=8_000_000,
        compression_type=codec,
    ) as producer:
        for name in names.values():
            await producer.partitions_for(name)
        started = time.process_time()
        for first in range(0, len(articles), batch_size):
            futures = [
                await producer.send(names[output.topic], output.value, output.key, 0, headers=list(output.headers))
                for outputs in articles[first : first + batch_size]
                for output in outputs
            ]
            await asyncio.gather(*futures)
        return time.process_time() - started


def _read(servers: str, topics: list[str], count: int) -> float:
    """Read *count* messages of *topics* and return the CPU seconds spent.

    Without checksums, which this client computes in Python.
    """
    consumer = KafkaConsumer(bootstrap_servers=servers, isolation_level="read_committed", check_crcs=False)
    consumer.assign([TopicPartition(topic, 0) for topic in topics])
    consumer.seek_to_beginning()
    started = time.process_time()
    while count > 0:
        count -= sum(map(len, consumer.poll(timeout_ms=200).values()))
    cpu_seconds = time.process_time() - started
    consumer.close()
    return cpu_seconds
