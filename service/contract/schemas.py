"""The documents in `schemas/`: JSON Schemas (draft 2020-12), AsyncAPI, OpenAPI and the tables of headers.

The published schemas are open: they allow members that they do not name, so that a consumer who validates can read
records of a later 1.x, which may have more members. The tests of this repository use the closed form, which allows
none. `schemas/README.md` says how the schemas may change.
"""

from __future__ import annotations

from typing import Any

import orjson
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from service.contract import asyncapi, headers, openapi
from service.contract.enriched_article import EnrichedArticle
from service.contract.field_types import SCHEMA_VERSION
from service.contract.flat_event import FlatEvent
from service.contract.problem_details import ProblemDetails
from service.contract.raw_article import RawArticle
from service.contract.reject_reasons import RejectReason

Schema = dict[str, Any]

ENRICHED = "enriched-article.v1.schema.json"
RAW = "raw-article.v1.schema.json"
FLAT_EVENT = "flat-event.v1.schema.json"
DEAD_LETTER = "dead-letter.v1.schema.json"
ASYNCAPI = "asyncapi.yaml"
OPENAPI = "openapi.json"
HEADERS = "headers.md"

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DEAD_LETTER_DESCRIPTION = """\
The headers that a dead letter has in addition to those of the refused message. All are text in UTF-8.

The first six are those of Kafka Streams (KIP-1034). Key, value and headers of the message are kept byte for byte."""


class _Generator(GenerateJsonSchema):
    """Generator that omits the titles that only repeat the name of a field."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - signature of the base class
        return False


def documents() -> dict[str, bytes]:
    """Return the content of every generated file in `schemas/` by file name."""
    json_schemas = {name: _file(open_for_readers(schema)) for name, schema in closed().items()}
    return json_schemas | {ASYNCAPI: asyncapi.document(), OPENAPI: openapi_document(), HEADERS: _header_tables()}


def openapi_document() -> bytes:
    """Return the OpenAPI document of `newswire serve`, which holds all its schemas."""
    _, models = models_json_schema(
        [(RawArticle, "validation"), (EnrichedArticle, "serialization"), (ProblemDetails, "serialization")],
        schema_generator=_Generator,
        ref_template="#/components/schemas/{model}",
    )
    return _file(openapi.document(open_for_readers(models["$defs"])))


def closed() -> dict[str, Schema]:
    """Return every JSON Schema by file name, in the closed form, which allows no member that it does not name."""
    raw = RawArticle.model_json_schema(schema_generator=_Generator)
    raw["anyOf"] = [{"required": ["body"]}, {"required": ["headline"]}, {"required": ["id", "status"]}]
    enriched = EnrichedArticle.model_json_schema(mode="serialization", schema_generator=_Generator)
    flat_event = FlatEvent.model_json_schema(mode="serialization", schema_generator=_Generator)
    return {
        RAW: _headed("raw-article", "Raw article", raw),
        ENRICHED: _headed("enriched-article", "Enriched article", enriched),
        FLAT_EVENT: _headed("flat-event", "Flat event", flat_event),
        DEAD_LETTER: _headed("dead-letter", "Headers of a dead letter", _dead_letter()),
    }


def _dead_letter() -> Schema:
    properties = {header.name: _header(header) for header in headers.DEAD_LETTER}
    # Not an enumeration, because later versions may add reasons.
    properties[headers.REASON] |= {"pattern": "^[a-z0-9_]+$", "examples": list(RejectReason)}
    return {
        "additionalProperties": False,
        "description": _DEAD_LETTER_DESCRIPTION,
        "properties": properties,
        "required": [header.name for header in headers.DEAD_LETTER if header.required],
        "type": "object",
    }


def _header(header: headers.Header) -> Schema:
    """Return the schema of one header. Version 1.0 was released with null as the default of an optional header."""
    facts = {"format": header.format, "pattern": header.pattern, "type": "string"}
    value = {keyword: fact for keyword, fact in facts.items() if fact is not None}
    if header.required:
        return {"description": header.meaning, **value}
    return {"anyOf": [value, {"type": "null"}], "default": None, "description": header.meaning}


def open_for_readers(schema: Schema) -> Schema:
    """Return *schema* without the `additionalProperties: false` of its objects, at any depth."""
    return {
        key: _open(value) for key, value in schema.items() if not (key == "additionalProperties" and value is False)
    }


def _open(value: Any) -> Any:
    if isinstance(value, dict):
        return open_for_readers(value)
    return [_open(item) for item in value] if isinstance(value, list) else value


def _header_tables() -> bytes:
    """Return a table of headers for every kind of message, in Markdown."""
    lines = [
        "# Headers",
        "",
        "<!-- Made by `newswire schema --write schemas` from service/contract/headers.py; do not edit. -->",
    ]
    for kind, declared_headers in headers.HEADERS.items():
        lines += ["", f"## {kind.capitalize()}", "", "| header | always there | meaning |", "|---|---|---|"]
        lines += [
            f"| `{header.name}` | {'yes' if header.required else 'no'} | {header.meaning} |"
            for header in declared_headers
        ]
    return "\n".join([*lines, ""]).encode()


def _headed(name: str, title: str, schema: Schema) -> Schema:
    head = {"$schema": _DIALECT, "$id": f"urn:newswire:{name}:{SCHEMA_VERSION}", "title": title}
    return head | {key: value for key, value in schema.items() if key not in head}


def _file(schema: Schema) -> bytes:
    return orjson.dumps(schema, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
