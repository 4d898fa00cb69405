"""The members of a JSON Schema as columns: values, objects and lists, with what may be null."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from service.contract import schemas

Schema = dict[str, Any]
Value = Literal["text", "code", "integer", "number", "boolean", "timestamp"]
"""A code is a text of few different values, such as a type or a country."""

_VALUES: dict[str, Value] = {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean"}
_CODE_KEYWORDS = {"enum", "const", "pattern"}
"""Keywords that only the schema of a code has. A timestamp has a pattern too, and a format."""


@dataclass(frozen=True, slots=True)
class Column:
    """A member of a record, or of an object in it."""

    name: str
    type: Type
    nullable: bool
    """Whether its value may be null, or missing from a record of an earlier 1.x."""
    description: str


@dataclass(frozen=True, slots=True)
class Object:
    """The type of a member that is an object."""

    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class List:
    """The type of a member that is a list."""

    items: Type


Type = Value | Object | List


def columns(schema: Schema) -> tuple[Column, ...]:
    """Return the columns of the object that the JSON Schema *schema* describes, in its order."""
    return _columns(schema, schema.get("$defs", {}))


def of_records() -> tuple[Column, ...]:
    """Return the columns of a record: the value on `newswire.enriched`."""
    return columns(schemas.closed()[schemas.ENRICHED])


def of_events() -> tuple[Column, ...]:
    """Return the columns of a flat event: the value on `newswire.events`."""
    return columns(schemas.closed()[schemas.FLAT_EVENT])


def lists(record: tuple[Column, ...]) -> dict[str, tuple[Column, ...]]:
    """Return the columns of the items of every list of objects in *record*, by the name of the list."""
    return {
        column.name: column.type.items.columns
        for column in record
        if isinstance(column.type, List) and isinstance(column.type.items, Object)
    }


def _columns(node: Schema, definitions: Schema) -> tuple[Column, ...]:
    required = node.get("required", ())
    return tuple(
        Column(
            name,
            _type(member, definitions),
            nullable=name not in required or {"type": "null"} in member.get("anyOf", ()),
            description=member.get("description", ""),
        )
        for name, member in node["properties"].items()
    )


def _type(node: Schema, definitions: Schema) -> Type:
    """Return the type of a member. A union has one branch besides null: the contract has no other unions."""
    if "anyOf" in node:
        (branch,) = (branch for branch in node["anyOf"] if branch != {"type": "null"})
        return _type(branch, definitions)
    if "$ref" in node:
        return _type(definitions[node["$ref"].rpartition("/")[2]], definitions)
    if node["type"] == "object":
        return Object(_columns(node, definitions))
    return List(_type(node["items"], definitions)) if node["type"] == "array" else _value(node)


def _value(node: Schema) -> Value:
    if node.get("format") == "date-time":
        return "timestamp"
    return "code" if node["type"] == "string" and node.keys() & _CODE_KEYWORDS else _VALUES[node["type"]]
