"""The files of every sink."""

from __future__ import annotations

from typing import Any

import orjson

from service.sinks import Sink, clickhouse, draft_07, duckdb, flink, opensearch, postgres


def files(sink: Sink) -> dict[str, bytes]:
    """Return the files for *sink* by name."""
    match sink:
        case Sink.POSTGRES:
            return {"postgres.sql": postgres.statements().encode()}
        case Sink.CLICKHOUSE:
            statements = {
                "clickhouse.sql": clickhouse.statements(),
                "clickhouse-kafka.sql": clickhouse.kafka_statements(),
            }
            return {name: text.encode() for name, text in statements.items()}
        case Sink.DUCKDB:
            return {"duckdb.sql": duckdb.statements().encode()}
        case Sink.FLINK:
            return {"flink.sql": flink.statements().encode()}
        case Sink.OPENSEARCH:
            return {"opensearch.json": _json(opensearch.requests())}
        case Sink.DRAFT_07:
            return {name: _json(schema) for name, schema in draft_07.documents().items()}


def _json(value: dict[str, Any]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
