"""Tables, views and functions for PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.sinks import columns
from service.sinks.columns import List, Object
from service.sinks.statements import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.sinks.columns import Column, Type

_TYPES: dict[Type, str] = {
    "text": "text",
    "code": "text",
    "integer": "bigint",
    "number": "double precision",
    "boolean": "boolean",
    "timestamp": "timestamptz",
}


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a table or view, and how it is read from JSON."""

    name: str
    type: str
    required: bool
    expression: str
    """Its value in the `jsonb` named `value`."""
    description: str


def statements() -> str:
    """Return the statements that create everything."""
    record = columns.of_records()
    return render(
        "postgres.sql",
        article_columns=[column for column in _table(record) if column.type != "jsonb"],
        event_columns=list(_table(columns.of_events())),
        lists={name: list(_table(items)) for name, items in columns.lists(record).items()},
    )


def _table(members: tuple[Column, ...], path: tuple[str, ...] = (), *, required: bool = True) -> Iterator[TableColumn]:
    """Yield *members* as columns: those of an object within get its name before their own."""
    for member in members:
        always = required and not member.nullable
        inner = (*path, member.name)
        if isinstance(member.type, Object):
            yield from _table(member.type.columns, inner, required=always)
        else:
            sql_type = _sql_type(member.type)
            yield TableColumn("_".join(inner), sql_type, always, _read(inner, sql_type), member.description)


def _sql_type(column_type: Type) -> str:
    if isinstance(column_type, List):
        return "jsonb" if isinstance(column_type.items, Object) else f"{_sql_type(column_type.items)}[]"
    return _TYPES[column_type]


def _read(path: tuple[str, ...], sql_type: str) -> str:
    """Return the expression for the value at *path*. A list is empty if a record of an earlier 1.x lacks it."""
    if path == ("revision",):  # it may be missing too, and a comparison with null decides nothing
        return "coalesce(value ->> 'revision', '')"
    keys = f"'{{{','.join(path)}}}'"
    if sql_type == "jsonb":
        return f"value #> {keys}"
    if sql_type.endswith("[]"):
        return f"ARRAY(SELECT jsonb_array_elements_text(value #> {keys}))"
    return f"value #>> {keys}" if sql_type == "text" else f"(value #>> {keys})::{sql_type}"
