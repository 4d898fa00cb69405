"""The JSON Schemas in `schemas/`: made from the code, true of the examples, agreed on by two validators."""

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
from service.contract.records import EnrichedArticle
from service.enrich.grammar.date_expressions import resolve

FOLDER = Path(__file__).parents[2] / "schemas"
EXAMPLES = FOLDER / "examples"


def example_files(kind: str) -> list[Path]:
    """Return the example files that are *kind*: valid or invalid."""
    return sorted(EXAMPLES.glob(f"*/{kind}/*.json"))


def schema_of(example: Path) -> dict[str, Any]:
    """Return the published schema that *example* is of, as the file in `schemas/` has it."""
    document: dict[str, Any] = json.loads((FOLDER / f"{example.parents[1].name}.schema.json").read_bytes())
    return document


def verdicts(schema: dict[str, Any], value: object) -> tuple[bool, bool]:
    """Return what the two validators say of *value*."""
    checker = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    return checker.is_valid(value), jsonschema_rs.validator_for(schema, validate_formats=True).is_valid(value)


@pytest.mark.parametrize("name", schemas.documents())
def test_the_published_files_are_those_of_the_code(name: str) -> None:
    """A change of the records without `newswire schema --write schemas` is a drift, and fails here."""
    assert (FOLDER / name).read_bytes() == schemas.documents()[name]


def test_every_published_schema_is_made_by_the_code() -> None:
    """No schema file is left behind that nothing makes any more."""
    assert {path.name for path in FOLDER.glob("*.schema.json")} | {schemas.ASYNCAPI} == schemas.documents().keys()


@pytest.mark.parametrize("name", schemas.closed())
def test_the_schemas_are_good_json_schema(name: str) -> None:
    """Each is valid against the meta-schema of draft 2020-12, and its `$id` has the version in it."""
    schema = orjson.loads(schemas.documents()[name])

    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:newswire:{name.removesuffix('.v1.schema.json')}:1.0"
    assert schema["title"]
    assert schema["description"]


@pytest.mark.parametrize("name", schemas.closed())
def test_every_member_says_what_it_means(name: str) -> None:
    """A consumer need not read the code to know what a member is."""
    schema = orjson.loads(schemas.documents()[name])
    parts = [schema, *schema.get("$defs", {}).values()]

    silent = [member for part in parts for member, told in part["properties"].items() if not told.get("description")]

    assert silent == []
    assert all(part["description"] for part in parts)


@pytest.mark.parametrize("example", example_files("valid"), ids=lambda path: f"{path.parents[1].name}/{path.stem}")
def test_valid_examples_are_valid(example: Path) -> None:
    """Both validators accept every valid example."""
    assert verdicts(schema_of(example), json.loads(example.read_bytes())) == (True, True)


@pytest.mark.parametrize("example", example_files("invalid"), ids=lambda path: f"{path.parents[1].name}/{path.stem}")
def test_invalid_examples_are_invalid(example: Path) -> None:
    """Both validators refuse every invalid example."""
    assert verdicts(schema_of(example), json.loads(example.read_bytes())) == (False, False)


@pytest.mark.parametrize("name", schemas.closed())
def test_every_schema_has_examples_of_both_kinds(name: str) -> None:
    """A schema without an example that it refuses could allow anything."""
    folder = EXAMPLES / name.removesuffix(".schema.json")

    assert list(folder.glob("valid/*.json"))
    assert list(folder.glob("invalid/*.json"))


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("raw-article.v1/valid/*.json")), ids=lambda path: path.stem)
def test_what_the_raw_schema_allows_is_read(example: Path) -> None:
    """A producer who validates against the schema is understood."""
    sent = json.loads(example.read_bytes())

    article = wire.read(example.read_bytes(), {})

    assert article.headline == sent.get("headline", "")
    assert article.body == sent.get("body", "")
    assert article.status == sent.get("status", "usable")


def test_more_is_read_than_the_raw_schema_allows() -> None:
    """A time without zone does not fit the schema; it is read as UTC all the same, and the schema says so."""
    sent = {"body": "Text", "published_at": "2022-03-24T18:00:00"}
    schema = json.loads((FOLDER / schemas.RAW).read_bytes())

    assert verdicts(schema, sent) == (False, False)
    assert verdicts(schema, sent | {"published_at": "2022-03-24T18:00:00Z"}) == (True, True)
    assert wire.read(json.dumps(sent).encode(), {}).published_at == datetime(2022, 3, 24, 18, tzinfo=UTC)
    assert "read all the same, as UTC" in schema["properties"]["published_at"]["description"]


@pytest.mark.parametrize("words", ["2022", "March 2022", "last week", "March 24, 2022"])
def test_the_schema_names_every_form_of_a_date(words: str) -> None:
    """A consumer who reads dates by the schema is not surprised by the week of one."""
    date = resolve(words, datetime(2022, 3, 24, tzinfo=UTC).date())

    assert date is not None
    form = re.sub("[0-9]", "[0-9]", date)
    described = schemas.closed()[schemas.ENRICHED]["$defs"]["DateMention"]["properties"]["date"]["description"]
    assert re.search(rf"\b{form}(?![\w-])", described)


def test_our_own_records_name_every_member() -> None:
    """The closed form, which our own output is held to, refuses a member that the contract does not name."""
    record = json.loads((EXAMPLES / "enriched-article.v1/valid/enriched.json").read_bytes())
    closed = schemas.closed()[schemas.ENRICHED]

    assert verdicts(closed, record) == (True, True)
    assert verdicts(closed, record | {"mood": "glad"}) == (False, False)
    assert verdicts(orjson.loads(schemas.documents()[schemas.ENRICHED]), record | {"mood": "glad"}) == (True, True)


def test_the_example_record_is_what_the_service_would_write() -> None:
    """The example survives the trip through the model byte for byte, and its offsets point at its own words."""
    record = json.loads((EXAMPLES / "enriched-article.v1/valid/enriched.json").read_bytes())

    assert json.loads(EnrichedArticle.model_validate(record).model_dump_json()) == record
    assert list(wrong_mentions(record, record["text"])) == []


def wrong_mentions(value: object, text: str) -> list[str]:
    """Return the mentions anywhere in *value* whose words are not at their place in *text*."""
    if isinstance(value, list):
        return [wrong for item in value for wrong in wrong_mentions(item, text)]
    if not isinstance(value, dict):
        return []
    wrong = [mention for item in value.values() for mention in wrong_mentions(item, text)]
    if {"start", "end", "text"} <= value.keys() and text[value["start"] : value["end"]] != value["text"]:
        wrong.append(value["text"])
    return wrong
