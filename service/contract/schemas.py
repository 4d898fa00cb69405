"""The JSON Schemas of the contract (draft 2020-12), made from `records`.

Closed for us, open for readers: what is published allows members that it does not name, so that a consumer who
validates is not stopped by a field that a later 1.x adds; our own tests use the closed form, which allows none.
How the schemas may change is told in `schemas/README.md`.
"""

from __future__ import annotations

from typing import Any

import orjson
from pydantic.json_schema import GenerateJsonSchema

from service.contract import asyncapi
from service.contract.enriched_article import SCHEMA_VERSION, EnrichedArticle
from service.contract.headers import DeadLetterHeaders
from service.contract.raw_article import RawArticle
from service.contract.reject_reasons import RejectReason

Schema = dict[str, Any]

ENRICHED = "enriched-article.v1.schema.json"
RAW = "raw-article.v1.schema.json"
DEAD_LETTER = "dead-letter.v1.schema.json"
ASYNCAPI = "asyncapi.yaml"

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Generator(GenerateJsonSchema):
    """Leaves out the titles that only repeat a field's name."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - the base class hands it over
        return False


def documents() -> dict[str, bytes]:
    """Return what `schemas/` publishes by its file name: every JSON Schema, and the AsyncAPI document."""
    return {name: _file(open_for_readers(schema)) for name, schema in closed().items()} | {
        ASYNCAPI: asyncapi.document()
    }


def closed() -> dict[str, Schema]:
    """Return every schema by its file name, in the form that allows no member it does not name."""
    raw = RawArticle.model_json_schema(schema_generator=_Generator)
    raw["anyOf"] = [{"required": ["body"]}, {"required": ["headline"]}, {"required": ["id", "status"]}]
    enriched = EnrichedArticle.model_json_schema(mode="serialization", schema_generator=_Generator)
    dead_letter = DeadLetterHeaders.model_json_schema(mode="serialization", schema_generator=_Generator)
    # Not an enumeration: a reader must expect reasons that a later version adds.
    dead_letter["properties"]["newswire.reason"] |= {"pattern": "^[a-z0-9_]+$", "examples": list(RejectReason)}
    return {
        RAW: _headed("raw-article", "Raw article", raw),
        ENRICHED: _headed("enriched-article", "Enriched article", enriched),
        DEAD_LETTER: _headed("dead-letter", "Headers of a dead letter", dead_letter),
    }


def open_for_readers(schema: Schema) -> Schema:
    """Return *schema* without the `additionalProperties: false` of its objects."""
    return {
        key: _open(value) for key, value in schema.items() if not (key == "additionalProperties" and value is False)
    }


def _open(value: Any) -> Any:
    if isinstance(value, dict):
        return open_for_readers(value)
    return [_open(item) for item in value] if isinstance(value, list) else value


def _headed(name: str, title: str, schema: Schema) -> Schema:
    head = {"$schema": _DIALECT, "$id": f"urn:newswire:{name}:{SCHEMA_VERSION}", "title": title}
    return head | {key: value for key, value in schema.items() if key not in head}


def _file(schema: Schema) -> bytes:
    return orjson.dumps(schema, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
