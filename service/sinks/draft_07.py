"""The JSON Schemas in draft-07, for registries and validators that know no later one."""

from __future__ import annotations

from typing import Any

from service.contract import schemas

_DIALECT = "http://json-schema.org/draft-07/schema#"


def documents() -> dict[str, schemas.Schema]:
    """Return every published schema by file name, in draft-07."""
    return {name: _root(schemas.open_for_readers(schema)) for name, schema in schemas.closed().items()}


def _root(schema: schemas.Schema) -> schemas.Schema:
    definitions = {"definitions": schema["$defs"]} if "$defs" in schema else {}
    converted = _convert({key: value for key, value in schema.items() if key != "$defs"} | definitions)
    return {**converted, "$schema": _DIALECT}


def _convert(node: Any) -> Any:
    """Return *node* with its references as draft-07 reads them: `$ref` hides every keyword beside it."""
    if isinstance(node, list):
        return [_convert(item) for item in node]
    if not isinstance(node, dict):
        return node
    beside = {key: _convert(value) for key, value in node.items() if key != "$ref"}
    if not isinstance(node.get("$ref"), str):
        return beside
    reference = {"$ref": node["$ref"].replace("#/$defs/", "#/definitions/")}
    return beside | {"allOf": [reference]} if beside else reference
