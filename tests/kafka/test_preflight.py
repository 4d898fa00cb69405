"""The startup checks of a worker, which `newswire check` runs as well, with the same messages."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from service.local_kafka import Broker
from tests.kafka.harness import PATIENCE, Stream, await_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SHORT_WAIT = "from service.worker import preflight; preflight.WAIT_SECONDS = 1.0; preflight.CONNECT_SECONDS = 1.0"


@pytest.fixture
def stream(make_stream: Callable[..., Stream]) -> Stream:
    """Return a stream of four partitions, and create another topic with one."""
    stream = make_stream(partitions=4)
    with closing(KafkaAdminClient(bootstrap_servers=stream.bootstrap)) as admin:
        admin.create_topics([NewTopic(f"{stream.name}.narrow", 1, 1)], wait_for_metadata=True)
    return stream


@pytest.fixture
def absent(tmp_path: Path) -> Iterator[Stream]:
    """Return a stream whose broker is down."""
    with Broker(tmp_path) as broker:
        stream = Stream(broker.bootstrap_servers, folder=tmp_path, partitions=1)
        broker.stop()
        yield stream
        stream.stop()


def refusal_of_start(stream: Stream, **environment: str) -> str:
    """Return the error of a worker that does not start, after asserting that `newswire check` reports the same."""
    stream.environment = environment
    worker = stream.start()
    checked = stream.command("check")

    assert worker.wait() == 1
    [line] = worker.lines("worker_stops")
    assert checked.returncode == 1
    assert "Traceback" not in checked.stderr
    assert f"✗ {line['error']}" in checked.stderr
    return str(line["error"])


def test_suitable_topics_pass_the_check(stream: Stream) -> None:
    """With suitable topics and a model that works, the check exits with 0."""
    checked = stream.command("check")

    assert checked.returncode == 0, checked.stderr
    assert checked.stderr.startswith("✓")


def test_a_missing_topic_prevents_the_start(stream: Stream) -> None:
    """The error names the topic and the command that creates it."""
    error = refusal_of_start(stream, NEWSWIRE_ENRICHED_TOPIC="nowhere")

    assert error == "there is no topic nowhere: `newswire topics create` creates it"


@pytest.mark.parametrize("setting", ["NEWSWIRE_ENRICHED_TOPIC", "NEWSWIRE_EVENTS_TOPIC", "NEWSWIRE_DEAD_LETTER_TOPIC"])
def test_too_few_partitions_prevent_the_start(stream: Stream, setting: str) -> None:
    """A record keeps the partition number of its article, so output topics need as many as the raw topic."""
    error = refusal_of_start(stream, **{setting: f"{stream.name}.narrow"})

    assert f"{stream.name}.narrow has 1 partitions and {stream.raw} 4" in error


def test_an_events_topic_for_small_messages_prevents_the_start(stream: Stream) -> None:
    """The error says what to set: the limit of the events topic must not become that of the records."""
    stream.configure(stream.enriched, {"max.message.bytes": "200000"})
    error = refusal_of_start(stream, NEWSWIRE_EVENTS_TOPIC=stream.enriched)

    assert f"{stream.enriched} accepts 200,000 bytes: set its max.message.bytes to 262,144 or more" in error


def test_a_worker_gives_up_on_absent_brokers(absent: Stream) -> None:
    """After the waiting time the worker exits, and the error names the address and its setting."""
    worker = absent.start(before=SHORT_WAIT)

    assert worker.wait() == 1
    [line] = worker.lines("worker_stops")
    assert absent.bootstrap in line["error"]
    assert "KAFKA_BOOTSTRAP_SERVERS" in line["error"]


def test_a_waiting_worker_can_be_stopped(absent: Stream) -> None:
    """SIGTERM ends it with exit code 0, since it has nothing to deliver."""
    worker = absent.start(before=SHORT_WAIT.replace("WAIT_SECONDS = 1.0", "WAIT_SECONDS = 300.0"))
    await_(lambda: bool(worker.lines("waiting_for_brokers")), "the worker to wait", PATIENCE, [worker])

    assert worker.terminate() == 0


def test_a_worker_waits_for_late_brokers(tmp_path: Path) -> None:
    """A worker that is started before its brokers waits for them and then enriches."""
    with Broker(tmp_path) as broker:
        stream = Stream(broker.bootstrap_servers, folder=tmp_path, partitions=1)
        broker.stop()
        try:
            worker = stream.start()
            await_(lambda: bool(worker.lines("waiting_for_brokers")), "the worker to wait", PATIENCE, [worker])
            broker.start()
            stream.produce_light(10)
            stream.await_done()
        finally:
            stream.stop()
