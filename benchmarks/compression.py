"""Measure what compressing records saves and costs: bytes on the broker's disk, CPU time to write and to read."""

from __future__ import annotations

import asyncio
import time
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaProducer
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import NewTopic

from service.contract.outcomes import Message
from service.kafka.kafka_record import KafkaRecord, Output
from service.processes.processor import Processor
from service.settings import Settings
from service.worker.encoding import encode_outcome

CODECS = (None, "lz4", "zstd", "gzip")
BATCH_SIZES = (1, 4, 16)  # records sent together: one when articles trickle in, more under load
BATCH_BYTES = 256 * 1024  # the same as in the service's producers

if TYPE_CHECKING:
    from service.local_kafka import Broker


def measure(broker: Broker, values: list[bytes]) -> dict[str, Any]:
    """Write the records of *values* with every codec and batch size, and return bytes and CPU ms per record."""
    outputs = _outputs(values)
    rows = []
    for batch_size in BATCH_SIZES:
        for codec in CODECS:
            topic = f"compression-{uuid.uuid4().hex[:8]}"
            admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)
            admin.create_topics([NewTopic(topic, 1, 1)], wait_for_metadata=True)
            written = asyncio.run(_write(broker.bootstrap_servers, topic, outputs, codec, batch_size))
            size = _size(admin, topic)
            admin.close()
            read = _read(broker.bootstrap_servers, topic, len(outputs))
            rows.append(
                {
                    "codec": codec or "none",
                    "run": batch_size,
                    "bytes": size / len(outputs),
                    "write_ms": written / len(outputs) * 1e3,
                    "read_ms": read / len(outputs) * 1e3,
                }
            )
    return {
        "rows": rows,
        "article_bytes": sum(map(len, values)) / len(values),
        "record_bytes": sum(len(output.value or b"") for output in outputs) / len(outputs),
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


def _outputs(values: list[bytes]) -> list[Output]:
    """Return the records that the service would write for *values*."""
    settings = Settings()
    processor = Processor(settings)
    outputs = []
    for number, value in enumerate(values):
        record = KafkaRecord(settings.raw_topic, 0, number, 1_600_000_000_000, b"%d" % number, value, ())
        outcome = processor.process(Message(value, record.key))
        outputs.append(encode_outcome(settings, record, outcome, datetime.now(UTC), settings.max_record_bytes)[1])
    return outputs


async def _write(servers: str, topic: str, outputs: list[Output], codec: str | None, batch_size: int) -> float:
    """Send *outputs*, *batch_size* at a time, as the service does; return the CPU seconds spent."""
    async with AIOKafkaProducer(
        bootstrap_servers=servers,
        acks="all",
        enable_idempotence=True,
        max_batch_size=BATCH_BYTES,
        max_request_size=8_000_000,
        compression_type=codec,
    ) as producer:
        await producer.partitions_for(topic)
        started = time.process_time()
        for first in range(0, len(outputs), batch_size):
            futures = [
                await producer.send(topic, output.value, output.key, 0, headers=list(output.headers))
                for output in outputs[first : first + batch_size]
            ]
            await asyncio.gather(*futures)
        return time.process_time() - started


def _read(servers: str, topic: str, count: int) -> float:
    """Read *count* records and return the CPU seconds spent. No checksums: this client computes them in Python."""
    consumer = KafkaConsumer(bootstrap_servers=servers, isolation_level="read_committed", check_crcs=False)
    consumer.assign([TopicPartition(topic, 0)])
    consumer.seek_to_beginning()
    started = time.process_time()
    while count > 0:
        count -= sum(map(len, consumer.poll(timeout_ms=200).values()))
    cpu_seconds = time.process_time() - started
    consumer.close()
    return cpu_seconds
