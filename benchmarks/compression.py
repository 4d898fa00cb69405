"""What compressing the records would save, and cost: bytes on the broker's disk, CPU to write and to read them."""

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
RUNS = (1, 4, 16)  # records sent together: one where articles trickle in, more under load
BATCH_BYTES = 256 * 1024  # as the service's producers

if TYPE_CHECKING:
    from service.local_kafka import Broker


def measure(broker: Broker, values: list[bytes]) -> dict[str, Any]:
    """Write the records of *values* with each codec and return what each took, a record."""
    outputs = _outputs(values)
    rows = []
    for run in RUNS:
        for codec in CODECS:
            topic = f"compression-{uuid.uuid4().hex[:8]}"
            admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)
            admin.create_topics([NewTopic(topic, 1, 1)], wait_for_metadata=True)
            written = asyncio.run(_write(broker.bootstrap_servers, topic, outputs, codec, run))
            size = _size(admin, topic)
            admin.close()
            read = _read(broker.bootstrap_servers, topic, len(outputs))
            rows.append(
                {
                    "codec": codec or "none",
                    "run": run,
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
    """Return the bytes of *topic* on the broker's disk."""
    return sum(
        partition["partition_size"]
        for broker in admin.describe_log_dirs()
        for folder in broker["log_dirs"]
        for held in folder["topics"]
        if held["name"] == topic
        for partition in held["partitions"]
    )


def _outputs(values: list[bytes]) -> list[Output]:
    """Return what the service would write for *values*."""
    settings = Settings()
    processor = Processor(settings)
    made = []
    for number, value in enumerate(values):
        record = KafkaRecord(settings.raw_topic, 0, number, 1_600_000_000_000, b"%d" % number, value, ())
        outcome = processor.process(Message(value, record.key))
        made.append(encode_outcome(settings, record, outcome, datetime.now(UTC), settings.max_record_bytes)[1])
    return made


async def _write(servers: str, topic: str, outputs: list[Output], codec: str | None, run: int) -> float:
    """Send *outputs*, *run* at a time, as the service does; return the CPU seconds it took."""
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
        for first in range(0, len(outputs), run):
            sent = [
                await producer.send(topic, output.value, output.key, 0, headers=list(output.headers))
                for output in outputs[first : first + run]
            ]
            await asyncio.gather(*sent)
        return time.process_time() - started


def _read(servers: str, topic: str, count: int) -> float:
    """Read *count* records; return the CPU seconds it took, checksums left out: this client makes them in Python."""
    consumer = KafkaConsumer(bootstrap_servers=servers, isolation_level="read_committed", check_crcs=False)
    consumer.assign([TopicPartition(topic, 0)])
    consumer.seek_to_beginning()
    started = time.process_time()
    while count > 0:
        count -= sum(map(len, consumer.poll(timeout_ms=200).values()))
    spent = time.process_time() - started
    consumer.close()
    return spent
