"""The JSON Schemas in `schemas/` match the code and the examples, and two validators agree on them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import orjson
import pytest

from service import wire
from service.contract import schemas
from service.contract.enriched_article import EnrichedArticle
from service.enrich.grammar.date_expressions import resolve

FOLDER = Path(__file__).parents[2] / "schemas"
EXAMPLES = FOLDER / "examples"


def example_files(kind: str) -> list[Path]:
    """Return the example files of *kind*: valid or invalid."""
    return sorted(EXAMPLES.glob(f"*/{kind}/*.json"))


def schema_of(example: Path) -> dict[str, Any]:
    """Return the published schema that describes *example*."""
    document: dict[str, Any] = json.loads((FOLDER / f"{example.parents[1].name}.schema.json").read_bytes())
    return document


def verdicts(schema: dict[str, Any], value: object) -> tuple[bool, bool]:
    """Return whether each of the two validators accepts *value*."""
    checker = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    return checker.is_valid(value), jsonschema_rs.validator_for(schema, validate_formats=True).is_valid(value)


@pytest.mark.parametrize("name", schemas.documents())
def test_the_published_files_match_the_code(name: str) -> None:
    """After a change of the models, `newswire schema --write schemas` must be run."""
    assert (FOLDER / name).read_bytes() == schemas.documents()[name]


def test_every_published_schema_is_generated() -> None:
    """No schema file is left over that the code no longer generates."""
    assert {path.name for path in FOLDER.glob("*.schema.json")} | {
        schemas.ASYNCAPI,
        schemas.OPENAPI,
        schemas.HEADERS,
    } == schemas.documents().keys()


@pytest.mark.parametrize("name", schemas.closed())
def test_the_schemas_are_valid_json_schema(name: str) -> None:
    """Every schema is valid by the meta-schema of draft 2020-12, and its `$id` contains the version."""
    schema = orjson.loads(schemas.documents()[name])

    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:newswire:{name.removesuffix('.v1.schema.json')}:1.0"
    assert schema["title"]
    assert schema["description"]


@pytest.mark.parametrize("name", schemas.closed())
def test_every_member_has_a_description(name: str) -> None:
    """A consumer can understand every member without reading the code."""
    schema = orjson.loads(schemas.documents()[name])
    parts = [schema, *schema.get("$defs", {}).values()]

    undescribed = [
        name for part in parts for name, member in part["properties"].items() if not member.get("description")
    ]

    assert undescribed == []
    assert all(part["description"] for part in parts)


@pytest.mark.parametrize("example", example_files("valid"), ids=lambda path: f"{path.parents[1].name}/{path.stem}")
def test_valid_examples_are_valid(example: Path) -> None:
    """Both validators accept every valid example."""
    assert verdicts(schema_of(example), json.loads(example.read_bytes())) == (True, True)


@pytest.mark.parametrize("example", example_files("invalid"), ids=lambda path: f"{path.parents[1].name}/{path.stem}")
def test_invalid_examples_are_invalid(example: Path) -> None:
    """Both validators reject every invalid example."""
    assert verdicts(schema_of(example), json.loads(example.read_bytes())) == (False, False)


@pytest.mark.parametrize("name", schemas.closed())
def test_every_schema_has_examples_of_both_kinds(name: str) -> None:
    """Every schema has examples that it accepts and examples that it rejects."""
    folder = EXAMPLES / name.removesuffix(".schema.json")

    assert list(folder.glob("valid/*.json"))
    assert list(folder.glob("invalid/*.json"))


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("raw-article.v1/valid/*.json")), ids=lambda path: path.stem)
def test_an_article_that_the_raw_schema_allows_is_read(example: Path) -> None:
    """An article that is valid by the schema is read with its headline, body and status."""
    sent = json.loads(example.read_bytes())

    article = wire.read(example.read_bytes(), {})

    assert article.headline == sent.get("headline", "")
    assert article.body == sent.get("body", "")
    assert article.status == sent.get("status", "usable")


def test_a_time_without_a_zone_is_read_although_the_schema_rejects_it() -> None:
    """Such a time is invalid by the schema but is read as UTC, and the schema says so."""
    sent = {"body": "Text", "published_at": "2022-03-24T18:00:00"}
    schema = json.loads((FOLDER / schemas.RAW).read_bytes())

    assert verdicts(schema, sent) == (False, False)
    assert verdicts(schema, sent | {"published_at": "2022-03-24T18:00:00Z"}) == (True, True)
    assert wire.read(json.dumps(sent).encode(), {}).published_at == datetime(2022, 3, 24, 18, tzinfo=UTC)
    assert "read all the same, as UTC" in schema["properties"]["published_at"]["description"]


@pytest.mark.parametrize("words", ["2022", "March 2022", "last week", "March 24, 2022"])
def test_the_schema_describes_every_form_of_a_date(words: str) -> None:
    """The description of a date shows a year, a month, a week and a day."""
    date = resolve(words, datetime(2022, 3, 24, tzinfo=UTC).date())

    assert date is not None
    form = re.sub("[0-9]", "[0-9]", date)
    described = schemas.closed()[schemas.ENRICHED]["$defs"]["DateMention"]["properties"]["date"]["description"]
    assert re.search(rf"\b{form}(?![\w-])", described)


def test_our_own_records_name_every_member() -> None:
    """The closed form, which our own records must match, rejects a member that the contract does not name."""
    record = json.loads((EXAMPLES / "enriched-article.v1/valid/enriched.json").read_bytes())
    closed = schemas.closed()[schemas.ENRICHED]

    assert verdicts(closed, record) == (True, True)
    assert verdicts(closed, record | {"mood": "glad"}) == (False, False)
    assert verdicts(orjson.loads(schemas.documents()[schemas.ENRICHED]), record | {"mood": "glad"}) == (True, True)


def test_the_example_record_survives_a_round_trip() -> None:
    """The model reproduces the example exactly, and its offsets match its words."""
    record = json.loads((EXAMPLES / "enriched-article.v1/valid/enriched.json").read_bytes())

    assert json.loads(EnrichedArticle.model_validate(record).model_dump_json()) == record
    assert list(wrong_mentions(record, record["text"])) == []


def wrong_mentions(value: object, text: str) -> list[str]:
    """Return the mentions anywhere in *value* whose words are not at their offsets in *text*."""
    if isinstance(value, list):
        return [wrong for item in value for wrong in wrong_mentions(item, text)]
    if not isinstance(value, dict):
        return []
    wrong = [mention for item in value.values() for mention in wrong_mentions(item, text)]
    if {"start", "end", "text"} <= value.keys() and text[value["start"] : value["end"]] != value["text"]:
        wrong.append(value["text"])
    return wrong
