"""`newswire lag`: it counts articles only, and works before anything is committed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from service.kafka import admin, lag
from service.local_kafka import Broker
from service.settings import Settings
from tests.kafka.harness import PATIENCE, await_

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.kafka.harness import Stream


def test_a_broker_without_groups_has_no_lag(tmp_path: Path) -> None:
    """Before the first commit of any group, nothing is committed and the lag is 0, without an error."""
    with Broker(tmp_path) as broker:
        settings = Settings(bootstrap_servers=broker.bootstrap_servers)
        admin.create_topics(settings)

        rows = lag.partition_lags(settings)

    assert {(row.committed, row.end, row.lag) for row in rows} == {(None, 0, 0)}


def test_the_marker_of_a_transaction_does_not_count_as_lag(make_stream: Callable[..., Stream], delivery: str) -> None:
    """A transaction leaves a marker after its last article, which must not be counted."""
    stream = make_stream(delivery=delivery)
    producer = KafkaProducer(bootstrap_servers=stream.bootstrap, transactional_id=stream.name)
    producer.init_transactions()
    producer.begin_transaction()
    sent = [producer.send(stream.raw, b'{"id": "a"}', partition=number) for number in range(stream.partitions)]
    stream.sent += [(done.partition, done.offset) for done in (future.get(timeout=30) for future in sent)]
    producer.commit_transaction()
    producer.close()
    worker = stream.start().await_ready()
    stream.await_done()
    settings = Settings(bootstrap_servers=stream.bootstrap, raw_topic=stream.raw, group=stream.name)
    await_(lambda: sum(row.lag for row in lag.partition_lags(settings)) == 0, "the lag to be gone", PATIENCE, [worker])

    consumer = KafkaConsumer(bootstrap_servers=stream.bootstrap, group_id=stream.name)
    partitions = [TopicPartition(stream.raw, number) for number in range(stream.partitions)]
    ends = consumer.end_offsets(partitions)
    assert {tp: consumer.committed(tp) for tp in partitions} == ends
    consumer.close()
    assert set(ends.values()) == {2}
    stream.produce_light(40)
    stream.await_done()
    assert worker.terminate() == 0
    ledger = stream.ledger()
    assert (ledger.lost, ledger.duplicated, ledger.disordered) == (0, 0, 0)
