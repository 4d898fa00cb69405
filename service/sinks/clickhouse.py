"""Tables and views for ClickHouse, and the tables that read from Kafka."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.sinks import columns
from service.sinks.columns import List, Object
from service.sinks.statements import render

if TYPE_CHECKING:
    from service.sinks.columns import Column, Type

_TYPES: dict[Type, str] = {
    "text": "String",
    "code": "LowCardinality(String)",
    "integer": "Int64",
    "number": "Float64",
    "boolean": "Bool",
    "timestamp": "DateTime64(3, 'UTC')",
}


def statements() -> str:
    """Return the statements that create tables and views."""
    record = columns.of_records()
    return render(
        "clickhouse.sql",
        record=_table(record),
        event=_table(columns.of_events()),
        lists={name: [column.name for column in items] for name, items in columns.lists(record).items()},
    )


def kafka_statements() -> str:
    """Return the statements that fill the tables from Kafka."""
    return render("clickhouse-kafka.sql", record=_table(columns.of_records()), event=_table(columns.of_events()))


def _table(members: tuple[Column, ...]) -> list[tuple[str, str, str]]:
    """Return name, type and description of every column."""
    return [(member.name, _sql_type(member.type, nullable=member.nullable), member.description) for member in members]


def _sql_type(column_type: Type, *, nullable: bool) -> str:
    """Return the type of a column. Lists and objects cannot be null: a list is empty, an object has null members."""
    if isinstance(column_type, List):
        return f"Array({_sql_type(column_type.items, nullable=False)})"
    if isinstance(column_type, Object):
        members = (
            f"`{column.name}` {_sql_type(column.type, nullable=nullable or column.nullable)}"
            for column in column_type.columns
        )
        return f"Tuple({', '.join(members)})"
    if not nullable:
        return _TYPES[column_type]
    return "LowCardinality(Nullable(String))" if column_type == "code" else f"Nullable({_TYPES[column_type]})"
