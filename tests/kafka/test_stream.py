"""Articles from the raw topic of a real Kafka become records, in order, and are committed."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import orjson
import pytest

from tests.kafka.harness import BROKEN, PATIENCE, await_

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.kafka.harness import Stream

REAL = "service.processes.processor:Processor"


def test_an_article_becomes_a_record(make_stream: Callable[..., Stream], delivery: str) -> None:
    """The record has the article's key, partition and timestamp, and CloudEvents attributes as headers."""
    stream = make_stream(delivery=delivery)
    body = b'{"id": "a-1", "body": "The European Commission met in Brussels on Monday."}'
    stream.produce([(b"a-1", body)])
    [(partition, offset)] = stream.sent
    stream.start(REAL)
    stream.await_done()

    [record] = stream.read(stream.enriched)
    [article] = stream.read(stream.raw)
    headers = dict(record.headers)
    assert (record.key, record.partition, record.timestamp) == (b"a-1", partition, article.timestamp)
    assert orjson.loads(record.value)["id"] == "a-1"
    assert headers["newswire.origin"].decode() == f"{stream.raw}/{partition}/{offset}"
    assert headers["content-type"] == b"application/json"
    assert headers["ce_type"] == b"newswire.article.enriched.v1"
    assert headers["ce_subject"] == b"a-1"


def test_records_can_be_compressed(make_stream: Callable[..., Stream], delivery: str) -> None:
    """Compressed, as they are by default, the same records need less than half the space on the broker's disk."""
    values, sizes = [], []
    for environment in ({"NEWSWIRE_COMPRESSION": "none"}, {}, {"NEWSWIRE_COMPRESSION": "zstd"}):
        stream = make_stream(delivery=delivery, partitions=1)
        stream.produce_light(20, bytes=2_000)
        stream.start(**environment)
        stream.await_done()
        values.append([record.value for record in stream.read(stream.enriched)])
        sizes.append(stream.size_on_disk(stream.enriched))
    plain, *compressed = sizes
    assert values[0] == values[1] == values[2]
    assert max(compressed) < plain / 2


def test_the_trace_context_is_passed_on(make_stream: Callable[..., Stream]) -> None:
    """A record and a dead letter have the trace context of their article."""
    stream = make_stream()
    trace = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    stream.produce_with_headers(b"good", b'{"id": "good"}', [("traceparent", trace)])
    stream.produce_with_headers(b"bad", b'{"id": "bad", "do": "refuse"}', [("traceparent", trace)])
    worker = stream.start()
    stream.await_done()
    await_(lambda: len(worker.lines("article")) == 2, "both log lines, which follow the commit", PATIENCE, [worker])

    assert {line["trace_id"] for line in worker.lines("article")} == {"4bf92f3577b34da6a3ce929d0e0e4736"}
    [record], [letter] = stream.read(stream.enriched), stream.read(stream.dead)
    assert dict(record.headers)["traceparent"] == trace
    assert dict(letter.headers)["traceparent"] == trace


def test_order_and_commit(make_stream: Callable[..., Stream], delivery: str) -> None:
    """A thousand articles come out in the order of their partitions, and the group commits all of them."""
    stream = make_stream(delivery=delivery)
    stream.produce_light(1_000)
    worker = stream.start()
    stream.await_done()

    assert str(stream.ledger()) == "in 1000, out 1000, dead-lettered 0, lost 0, duplicated 0, out of order 0"
    await_(lambda: stream.committed() == 1_000, "the commit", PATIENCE, [worker])


def test_tombstones_are_passed_on(make_stream: Callable[..., Stream], delivery: str) -> None:
    """A null value is published as a null value with the same key, even without a key, where it deletes nothing."""
    stream = make_stream(delivery=delivery)
    stream.produce([(b"gone", None)])
    stream.produce_empty_record()
    stream.start()
    stream.await_done()

    records = stream.read(stream.enriched)
    assert {(record.key, record.value) for record in records} == {(b"gone", None), (None, None)}
    assert {dict(record.headers)["ce_type"] for record in records} == {b"newswire.article.deleted.v1"}


@pytest.mark.parametrize(
    ("delivery", "stop"),
    [("at_least_once", signal.SIGTERM), ("exactly_once", signal.SIGTERM), ("exactly_once", signal.SIGINT)],
)
def test_a_signal_ends_the_worker_cleanly(
    make_stream: Callable[..., Stream], delivery: str, stop: signal.Signals
) -> None:
    """After a signal under load the exit code is 0, and exactly the published articles are committed."""
    stream = make_stream(delivery=delivery)
    stream.produce_light(5_000)
    worker = stream.start(TEST_SECONDS="0.005").await_ready()
    await_(lambda: worker.metric("newswire_articles_total") > 100, "some work", PATIENCE, [worker])
    worker.signal(stop)

    assert worker.wait() == 0
    assert 100 < stream.done() < 5_000
    assert stream.done() == stream.committed()


def test_a_signal_during_start(make_stream: Callable[..., Stream]) -> None:
    """A signal before the worker has joined the group ends it cleanly too."""
    stream = make_stream()
    worker = stream.start()
    await_(lambda: bool(worker.lines("model_loaded")), "the model", PATIENCE, [worker])

    assert worker.terminate() == 0


def test_a_model_that_cannot_be_loaded(make_stream: Callable[..., Stream]) -> None:
    """The worker logs the reason and ends, and no article becomes a dead letter."""
    stream = make_stream()
    stream.produce_light(10)
    worker = stream.start(BROKEN, NEWSWIRE_MODEL="en_nowhere")

    assert worker.wait() == 1
    [line] = worker.lines("worker_stops")
    assert "Can't find model 'en_nowhere'" in line["error"]
    assert stream.read(stream.dead) == []


def test_pages(make_stream: Callable[..., Stream]) -> None:
    """A worker serves liveness, readiness and metrics; a spare worker without partitions is ready too."""
    stream = make_stream(partitions=1)
    stream.produce_light(10)
    first = stream.start().await_ready()
    spare = stream.start().await_ready()
    stream.await_done()

    assert (first.page("/livez")[0], spare.page("/livez")[0]) == (200, 200)
    await_(
        lambda: {worker.metric("newswire_assigned_partitions") for worker in (first, spare)} == {0, 1},
        "a spare",
        PATIENCE,
        [first],
    )
    await_(
        lambda: first.metric("newswire_articles_total") + spare.metric("newswire_articles_total") == 10, "a count", 10
    )


def test_fausts_own_command(make_stream: Callable[..., Stream]) -> None:
    """`faust -A service.worker.app worker` runs the same worker."""
    stream = make_stream(partitions=1)
    stream.produce([(b"a-1", b'{"id": "a-1", "body": "The European Commission met in Brussels on Monday."}')])
    worker = stream.run([sys.executable, "-m", "faust", "-A", "service.worker.app", "worker"])
    stream.await_done()

    assert [record.key for record in stream.read(stream.enriched)] == [b"a-1"]
    assert worker.terminate() == 0


def test_null_headers(make_stream: Callable[..., Stream]) -> None:
    """Headers with a null value, which Kafka allows, do no harm and are kept in the dead letter."""
    stream = make_stream(partitions=1)
    stream.produce_with_headers(b"good", b'{"id": "good"}', [("note", None)])
    stream.produce_with_headers(b"bad", b'{"id": "bad", "do": "refuse"}', [("note", None), ("note", b"")])
    stream.start()
    stream.await_done()

    [letter] = stream.read(stream.dead)
    assert letter.headers[:2] == [("note", None), ("note", b"")]
    assert [record.key for record in stream.read(stream.enriched)] == [b"good"]


def test_fausts_own_variables_are_ignored(make_stream: Callable[..., Stream]) -> None:
    """A Kubernetes service named `web` sets WEB_PORT to a URL, and the worker starts all the same."""
    worker = make_stream().start(WEB_PORT="tcp://10.0.0.1:80", BROKER_URL="kafka://nowhere")

    assert worker.await_ready().terminate() == 0


def test_logs(make_stream: Callable[..., Stream]) -> None:
    """Every line of the log is a JSON object, and every article has exactly one line."""
    stream = make_stream()
    stream.produce_light(20)
    worker = stream.start()
    stream.await_done()
    assert worker.terminate() == 0

    lines = [orjson.loads(line) for line in worker.log.read_bytes().splitlines()]
    articles = [line for line in lines if line["event"] == "article"]
    assert len({line["origin"] for line in articles}) == len(articles) == 20
    assert articles[0].keys() >= {"id", "origin", "outcome", "entities", "ms", "level", "timestamp"}
