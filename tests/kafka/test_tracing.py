"""Traces across Kafka: a real worker sends its spans to a collector by OTLP over HTTP."""

from __future__ import annotations

import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.kafka.harness import Stream

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
HEADERS = [("traceparent", f"00-{TRACE}-{PARENT}-01".encode()), ("tracestate", b"wire=1")]


class Collector:
    """Collects the spans that it receives."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        spans = self.spans

        class Handler(BaseHTTPRequestHandler):
            """Receives spans as OTLP in Protobuf."""

            def do_POST(self) -> None:
                """Store the spans of a request."""
                body = self.rfile.read(int(self.headers["Content-Length"]))
                for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                    for scope in resource.scope_spans:
                        spans.extend(scope.spans)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Keep the test's output clean."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        """Stop the server."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def collector() -> Iterator[Collector]:
    """Run a collector during the test."""
    running = Collector()
    yield running
    running.close()


def attributes(span: Any) -> dict[str, Any]:
    """Return the attributes of *span*."""
    return {
        pair.key: pair.value.string_value or pair.value.int_value or pair.value.double_value for pair in span.attributes
    }


def test_an_article_is_one_span_across_kafka(make_stream: Callable[..., Stream], collector: Collector) -> None:
    """The span is a child of the producer's, has the outcome of the article, and is the parent in the record."""
    stream = make_stream(partitions=1)
    worker = stream.start(OTEL_EXPORTER_OTLP_ENDPOINT=collector.endpoint).await_ready()
    stream.produce_with_headers(b"a", orjson.dumps({"id": "a"}), HEADERS)
    stream.produce_with_headers(b"b", orjson.dumps({"id": "b", "do": "refuse"}), HEADERS)
    stream.await_done()
    assert worker.terminate() == 0  # the worker exports the last spans before it ends

    spans = {attributes(span)["messaging.kafka.offset"]: span for span in collector.spans}
    (record,), (letter,) = stream.read(stream.enriched), stream.read(stream.dead)
    assert spans.keys() == {0, 1}
    for span in spans.values():
        assert span.name == f"process {stream.raw}"
        assert span.trace_id.hex() == TRACE
        assert span.parent_span_id.hex() == PARENT
        assert span.end_time_unix_nano > span.start_time_unix_nano
        assert attributes(span)["messaging.consumer.group.name"] == stream.name
    assert attributes(spans[0])["newswire.article.id"] == "a"
    assert attributes(spans[0])["newswire.outcome"] == "enriched"
    assert attributes(spans[1])["error.type"] == "empty_text"
    headers = defaultdict(list)
    for name, value in record.headers:
        headers[name].append(value)
    assert headers["traceparent"] == [f"00-{TRACE}-{spans[0].span_id.hex()}-01".encode()]
    assert headers["tracestate"] == [b"wire=1"]
    assert dict(letter.headers)["traceparent"] == HEADERS[0][1]


def test_trace_headers_are_case_insensitive(make_stream: Callable[..., Stream], collector: Collector) -> None:
    """The last header called `traceparent`, in any case, names the parent of the span and the trace in the log."""
    stream = make_stream(partitions=1)
    worker = stream.start(OTEL_EXPORTER_OTLP_ENDPOINT=collector.endpoint).await_ready()
    earlier = ("traceparent", f"00-{'1' * 32}-{'2' * 16}-01".encode())
    stream.produce_with_headers(b"a", orjson.dumps({"id": "a"}), [earlier, ("Traceparent", HEADERS[0][1])])
    stream.await_done()
    assert worker.terminate() == 0

    (span,) = collector.spans
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, PARENT)
    (line,) = worker.lines("article")
    assert line["trace_id"] == TRACE
    (record,) = stream.read(stream.enriched)
    traces = [value for name, value in record.headers if name.lower() == "traceparent"]
    assert traces == [f"00-{TRACE}-{span.span_id.hex()}-01".encode()]


def test_an_unreachable_collector_delays_nothing(make_stream: Callable[..., Stream]) -> None:
    """Without a reachable collector articles are delivered and the worker ends cleanly."""
    stream = make_stream(partitions=1)
    worker = stream.start(OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9").await_ready()
    stream.produce_light(20)
    stream.await_done()

    assert worker.terminate() == 0
    assert stream.ledger().lost == 0


def test_there_are_no_spans_by_default(make_stream: Callable[..., Stream]) -> None:
    """Without a configured collector the record has the unchanged trace context of the article."""
    stream = make_stream(partitions=1)
    stream.start().await_ready()
    stream.produce_with_headers(b"a", orjson.dumps({"id": "a"}), HEADERS)
    stream.await_done()

    (record,) = stream.read(stream.enriched)
    assert [pair for pair in record.headers if pair[0] in {"traceparent", "tracestate"}] == HEADERS
