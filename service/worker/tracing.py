"""Trace each article with one span, from its acceptance to the commit of its record.

Tracing is off unless `OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` is set. OpenTelemetry's own
variables configure the rest. The span is a child of the one in the article's `traceparent`, and the record carries the
span's own `traceparent` (W3C Trace Context; OpenTelemetry semantic conventions for Kafka). Faust's own tracing ends a
span before the commit, so it is not used.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import structlog

from service import __version__
from service.contract.headers import TRACE_HEADERS
from service.contract.outcomes import Enriched, Refused

if TYPE_CHECKING:
    from service.contract.outcomes import Outcome
    from service.kafka.kafka_record import KafkaRecord, Output
    from service.settings import Settings

log = structlog.get_logger()

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
FLUSH_MILLISECONDS = 5_000  # for the last spans when the worker ends, even if the collector is away


class Tracing:
    """Creates spans, or does nothing if no collector is configured."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._provider: Any = _provider(settings) if any(map(os.environ.get, ENDPOINTS)) else None
        self._tracer: Any = self._provider and self._provider.get_tracer("newswire", __version__)

    def begin(self, record: KafkaRecord) -> Any:
        """Start the span of *record* and return it, or None without tracing."""
        if self._tracer is None:
            return None
        from opentelemetry import propagate, trace  # noqa: PLC0415 - an extra

        carrier = {name: value.decode("ascii", "replace") for name, value in record.trace.items()}
        return self._tracer.start_span(
            f"process {record.topic}",
            context=propagate.extract(carrier),
            kind=trace.SpanKind.CONSUMER,
            attributes={
                "messaging.system": "kafka",
                "messaging.operation.name": "process",
                "messaging.operation.type": "process",
                "messaging.destination.name": record.topic,
                "messaging.destination.partition.id": str(record.partition),
                "messaging.kafka.offset": record.offset,
                "messaging.consumer.group.name": self._settings.group,
                "messaging.message.body.size": len(record.value or b""),
            },
        )

    def carry(self, made: Output, span: Any) -> Output:
        """Return *made* with the context of *span* instead of the article's. A dead letter keeps the article's."""
        if span is None or made.topic == self._settings.dead_letter_topic:
            return made
        from opentelemetry import propagate, trace  # noqa: PLC0415 - an extra

        carrier: dict[str, str] = {}
        propagate.inject(carrier, trace.set_span_in_context(span))
        kept = tuple((name, value) for name, value in made.headers if name not in TRACE_HEADERS)
        return replace(made, headers=kept + tuple((name, value.encode()) for name, value in carrier.items()))

    def end(self, span: Any, outcome: Outcome) -> None:
        """End *span* after the commit, with the outcome as its attributes."""
        if span is None:
            return
        from opentelemetry import trace  # noqa: PLC0415 - an extra

        if isinstance(outcome, Enriched):
            span.set_attributes({"newswire.article.id": outcome.id, "newswire.outcome": outcome.status})
            span.set_attribute("newswire.superseded", outcome.superseded)
            span.set_attributes({f"newswire.seconds.{stage}": spent for stage, spent in outcome.seconds.items()})
        elif isinstance(outcome, Refused):
            span.set_attributes({"newswire.outcome": "rejected", "error.type": outcome.reason.value})
            span.set_status(trace.StatusCode.ERROR, outcome.detail)
        else:
            span.set_attribute("newswire.outcome", "deleted")
        span.end()

    def stop(self) -> None:
        """Export the spans that are left, within a time limit."""
        if self._provider is not None:
            self._provider.force_flush(FLUSH_MILLISECONDS)
            self._provider.shutdown()


def _provider(settings: Settings) -> Any:
    """Return the provider that OpenTelemetry's variables configure, or None if the extra is not installed."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - an extra
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - an extra
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - an extra
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - an extra
    except ImportError as error:
        log.warning(
            "no_traces", error=str(error), why="a collector is set; `pip install newswire-enricher[otel]` sends to it"
        )
        return None
    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": settings.group}
    provider = TracerProvider(resource=Resource.create(named | {"service.version": __version__}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
