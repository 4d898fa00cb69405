"""Views over files of JSON lines for DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.sinks import columns
from service.sinks.columns import List, Object
from service.sinks.statements import render

if TYPE_CHECKING:
    from service.sinks.columns import Type

_TYPES: dict[Type, str] = {
    "text": "VARCHAR",
    "code": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMPTZ",
}


def statements() -> str:
    """Return the statements that create everything."""
    record = columns.of_records()
    return render(
        "duckdb.sql",
        record={column.name: _sql_type(column.type) for column in record},
        event={column.name: _sql_type(column.type) for column in columns.of_events()},
        lists=list(columns.lists(record)),
    )


def _sql_type(column_type: Type) -> str:
    if isinstance(column_type, List):
        return f"{_sql_type(column_type.items)}[]"
    if isinstance(column_type, Object):
        members = (f'"{column.name}" {_sql_type(column.type)}' for column in column_type.columns)
        return f"STRUCT({', '.join(members)})"
    return _TYPES[column_type]
