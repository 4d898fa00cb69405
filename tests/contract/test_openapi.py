"""The OpenAPI document is valid, and its schemas describe what the server answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import orjson
import pytest

from service.contract import problem_details, schemas
from service.contract.reject_reasons import RejectReason

FOLDER = Path(__file__).parents[2] / "schemas"
OFFICIAL = Path(__file__).with_name("openapi-3.1.schema.json")
"""OpenAPI's own JSON Schema, from the PyPI package openapi-spec-validator 0.9.0 (Apache-2.0), minified."""
DOCUMENT: dict[str, Any] = orjson.loads(schemas.openapi_document())


def validator(name: str) -> jsonschema.Draft202012Validator:
    """Return a validator for the schema of *name* in the document."""
    return jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{name}", **DOCUMENT})


def test_the_document_is_valid_by_the_official_schema() -> None:
    """Both validators accept the document, and reject it with an operation that has no method of HTTP."""
    official = json.loads(OFFICIAL.read_bytes())
    broken = json.loads(schemas.openapi_document())
    broken["paths"]["/enrich"]["ponder"] = {}

    for value, verdict in ((DOCUMENT, True), (broken, False)):
        assert jsonschema.Draft202012Validator(official).is_valid(value) is verdict
        assert jsonschema_rs.validator_for(official).is_valid(value) is verdict


@pytest.mark.parametrize("name", DOCUMENT["components"]["schemas"])
def test_every_schema_is_valid_and_open(name: str) -> None:
    """Every schema is valid by the meta-schema, and none refuses a member that a later version may add."""
    schema = DOCUMENT["components"]["schemas"][name]

    jsonschema.Draft202012Validator.check_schema(schema)
    assert "additionalProperties" not in schema
    assert schema["description"]


def test_every_reference_resolves() -> None:
    """A reader of the document finds everything in it."""
    names = [text.split('"')[0] for text in schemas.openapi_document().decode().split('"$ref": "')[1:]]

    assert names
    for name in names:
        target: Any = DOCUMENT
        for part in name.removeprefix("#/").split("/"):
            target = target[part]


@pytest.mark.parametrize(
    "example", sorted((FOLDER / "examples/enriched-article.v1/valid").glob("*.json")), ids=lambda path: path.stem
)
def test_a_record_is_described(example: Path) -> None:
    """The document describes a record as the schema of the topic does."""
    record = json.loads(example.read_bytes())

    assert validator("EnrichedArticle").is_valid(record)
    assert not validator("EnrichedArticle").is_valid(record | {"id": None})


@pytest.mark.parametrize("reason", RejectReason)
def test_every_reason_has_a_problem(reason: RejectReason) -> None:
    """A refusal for any reason is a problem as described, with the reason as a stable code."""
    problem = problem_details.of_article(reason, "wire", "half a pair: \ud800").model_dump(exclude_none=True)

    validator("ProblemDetails").validate(problem)
    assert problem["reason"] == reason
    assert problem["type"] == f"urn:newswire:problem:{reason}"


def test_only_a_fault_of_the_server_is_an_error_of_the_server() -> None:
    """A client can tell by the status whether the article is at fault."""
    statuses = {reason: problem_details.of_article(reason, "wire", "").status for reason in RejectReason}

    assert {reason for reason, status in statuses.items() if status >= 500} == {
        RejectReason.WORKER_CRASH,
        RejectReason.ENRICH_FAILED,
    }
    assert statuses[RejectReason.TOO_LARGE] == 413
