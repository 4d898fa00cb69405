"""What is checked before the first article is read: by a worker, and in the same words by `newswire check`."""

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

SHORT_WAIT = "import service.kafka.preflight as preflight; preflight.WAIT_SECONDS = 1.0; preflight.SECONDS = 1.0"


@pytest.fixture
def stream(make_stream: Callable[..., Stream]) -> Stream:
    """Return a stream of four partitions, with a topic beside it that has one."""
    made = make_stream(partitions=4)
    with closing(KafkaAdminClient(bootstrap_servers=made.bootstrap)) as admin:
        admin.create_topics([NewTopic(f"{made.name}.narrow", 1, 1)], wait_for_metadata=True)
    return made


@pytest.fixture
def absent(tmp_path: Path) -> Iterator[Stream]:
    """Return a stream whose broker is away."""
    with Broker(tmp_path) as broker:
        made = Stream(broker.bootstrap_servers, folder=tmp_path, partitions=1)
        broker.stop()
        yield made
        made.stop()


def said(stream: Stream, **environment: str) -> str:
    """Return why a worker does not start, after having seen that `newswire check` says the same."""
    stream.environment = environment
    worker = stream.start()
    checked = stream.command("check")

    assert worker.wait() == 1
    [line] = worker.lines("worker_stops")
    assert checked.returncode == 1
    assert "Traceback" not in checked.stderr
    assert f"✗ {line['error']}" in checked.stderr
    return str(line["error"])


def test_a_healthy_stream_passes(stream: Stream) -> None:
    """With the topics as they must be and a model that works, the check says so and exits with 0."""
    checked = stream.command("check")

    assert checked.returncode == 0, checked.stderr
    assert checked.stderr.startswith("✓")


def test_a_missing_topic(stream: Stream) -> None:
    """Neither starts without a topic; both say which it is and how to create it."""
    error = said(stream, NEWSWIRE_ENRICHED_TOPIC="nowhere")

    assert error == "there is no topic nowhere: `newswire topics create` creates it"


@pytest.mark.parametrize("setting", ["NEWSWIRE_ENRICHED_TOPIC", "NEWSWIRE_DEAD_LETTER_TOPIC"])
def test_too_few_partitions(stream: Stream, setting: str) -> None:
    """A record goes to the partition of its article's number, so the outputs need as many as the raw topic."""
    error = said(stream, **{setting: f"{stream.name}.narrow"})

    assert f"{stream.name}.narrow has 1 partitions and {stream.raw} 4" in error


def test_brokers_that_do_not_come(absent: Stream) -> None:
    """After a while the worker ends and says where it looked."""
    worker = absent.start(before=SHORT_WAIT)

    assert worker.wait() == 1
    [line] = worker.lines("worker_stops")
    assert absent.bootstrap in line["error"]
    assert "KAFKA_BOOTSTRAP_SERVERS" in line["error"]


def test_a_worker_that_is_stopped_while_it_waits(absent: Stream) -> None:
    """SIGTERM ends it in order: it has nothing to deliver."""
    worker = absent.start(before=SHORT_WAIT.replace("WAIT_SECONDS = 1.0", "WAIT_SECONDS = 300.0"))
    await_(lambda: bool(worker.lines("waiting_for_brokers")), "the worker to wait", PATIENCE, [worker])

    assert worker.terminate() == 0


def test_brokers_that_come_late(tmp_path: Path) -> None:
    """A worker that is started before its brokers waits for them, and then does its work."""
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
