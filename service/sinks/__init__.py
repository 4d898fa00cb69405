"""What a sink needs to hold records and events: tables, views and mappings, made from the contract's JSON Schemas.

One module per sink, each a mapping of the schema's types to those of the sink; the statements themselves are templates
in `templates/`. Nothing here knows Kafka: how a sink connects is told in `deploy/sinks/`.
"""

from __future__ import annotations

from enum import StrEnum


class Sink(StrEnum):
    """What `newswire schema --as` prints."""

    POSTGRES = "postgres"
    CLICKHOUSE = "clickhouse"
    DUCKDB = "duckdb"
    OPENSEARCH = "opensearch"
    FLINK = "flink"
    DRAFT_07 = "draft-07"
