"""Three nodes: what is acknowledged outlives the loss of any one of them."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

from service.local_kafka import Cluster

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_record_outlives_the_node_that_took_it(tmp_path: Path) -> None:
    """A leader that is killed takes nothing with it that it has acknowledged."""
    kept = TopicPartition("kept", 0)
    with Cluster(tmp_path) as cluster:
        servers = cluster.bootstrap_servers
        with closing(KafkaAdminClient(bootstrap_servers=servers)) as admin:
            admin.create_topics([NewTopic(kept.topic, 1, len(cluster.brokers))], wait_for_metadata=True)
            leader = cluster.brokers[admin.describe_topics([kept.topic])[0]["partitions"][0]["leader_id"]]
        async with AIOKafkaProducer(bootstrap_servers=servers, acks="all") as producer:
            await producer.send_and_wait(kept.topic, b"news")

        leader.kill()
        async with AIOKafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest") as consumer:
            consumer.assign([kept])
            record = await consumer.getone()

    assert record.value == b"news"
