"""What `newswire schema --as` prints is complete and fits the sink."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from service.cli import app
from service.contract import schemas
from service.sinks import Sink, kits

EXAMPLES = Path(__file__).parents[2] / "schemas/examples"
RUNNER = CliRunner()


@pytest.mark.parametrize("sink", Sink)
def test_the_command_prints_what_a_sink_needs(sink: Sink) -> None:
    """The same arguments give the same bytes, whole files one after the other."""
    result = RUNNER.invoke(app, ["schema", "--as", sink])

    files = kits.files(sink)
    printed = [files[schemas.ENRICHED]] if sink is Sink.DRAFT_07 else files.values()
    assert result.exit_code == 0
    assert result.stdout_bytes == b"\n".join(printed)


def test_the_files_of_a_sink_are_written_to_a_folder(tmp_path: Path) -> None:
    """Draft-07 has every schema of the contract, under the names of the published ones."""
    result = RUNNER.invoke(app, ["schema", "--as", "draft-07", "--write", str(tmp_path)])

    assert result.exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == schemas.closed().keys()


@pytest.mark.parametrize("name", schemas.closed())
def test_draft_07_accepts_and_refuses_the_same_messages(name: str) -> None:
    """A validator that knows only draft-07 agrees with the published schema on every example."""
    schema = json.loads(kits.files(Sink.DRAFT_07)[name])
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    published = jsonschema.Draft202012Validator(json.loads(schemas.documents()[name]))

    examples = list((EXAMPLES / name.removesuffix(".schema.json")).rglob("*.json"))
    for path in examples:
        value = json.loads(path.read_bytes())
        assert validator.is_valid(value) == published.is_valid(value), path
    assert "$defs" not in json.dumps(schema)


@pytest.mark.parametrize("sink", ["postgres", "clickhouse", "duckdb", "flink"])
@pytest.mark.parametrize("name", [schemas.ENRICHED, schemas.FLAT_EVENT])
def test_every_member_is_in_the_tables(sink: str, name: str) -> None:
    """A member that is added to the contract is in every kit, without further work."""
    text = b"".join(kits.files(Sink(sink)).values()).decode()

    missing = [member for member in schemas.closed()[name]["properties"] if member not in text]
    assert missing == []


def test_opensearch_keeps_items_apart_and_knows_points() -> None:
    """Lists of objects are nested, whatever has coordinates has a point, and the words of a text are indexed once."""
    requests = json.loads(kits.files(Sink.OPENSEARCH)["opensearch.json"])
    articles = requests["_index_template/newswire-articles"]["template"]["mappings"]["properties"]
    events = requests["_index_template/newswire-events"]["template"]["mappings"]["properties"]

    assert articles.keys() == schemas.closed()[schemas.ENRICHED]["properties"].keys()
    assert events.keys() - {"point"} == schemas.closed()[schemas.FLAT_EVENT]["properties"].keys()
    assert articles["events"]["type"] == articles["entities"]["type"] == "nested"
    assert articles["locations"]["properties"]["point"] == events["point"] == {"type": "geo_point"}
    assert articles["text"] == {"type": "text", "analyzer": "english"}
