"""Tables and views for Flink SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.sinks import columns
from service.sinks.columns import List, Object
from service.sinks.statements import render

if TYPE_CHECKING:
    from service.sinks.columns import Column, Type

_TYPES: dict[Type, str] = {
    "text": "STRING",
    "code": "STRING",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMP_LTZ(3)",
}


def statements() -> str:
    """Return the statements that create everything."""
    record = columns.of_records()
    return render(
        "flink.sql",
        record=_table(record),
        event=_table(columns.of_events()),
        lists={name: [column.name for column in items] for name, items in columns.lists(record).items()},
    )


def _table(members: tuple[Column, ...]) -> list[tuple[str, str, str]]:
    """Return name, type and description of every column."""
    return [(member.name, _sql_type(member.type), member.description) for member in members]


def _sql_type(column_type: Type) -> str:
    if isinstance(column_type, List):
        return f"ARRAY<{_sql_type(column_type.items)}>"
    if isinstance(column_type, Object):
        members = (f"`{column.name}` {_sql_type(column.type)}" for column in column_type.columns)
        return f"ROW<{', '.join(members)}>"
    return _TYPES[column_type]
