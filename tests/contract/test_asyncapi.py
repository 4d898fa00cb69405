"""The AsyncAPI document is valid and agrees with the topics and schemas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import yaml

from service.contract.topics import declared
from service.settings import Settings

FOLDER = Path(__file__).parents[2] / "schemas"
OFFICIAL = Path(__file__).with_name("asyncapi-3.0.0.schema.json")
"""AsyncAPI's own JSON Schema, from the npm package @asyncapi/specs 6.11.1 (Apache-2.0), minified."""


def document() -> dict[str, Any]:
    """Return the published document."""
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / "asyncapi.yaml").read_text())
    return loaded


def references(value: object) -> list[str]:
    """Return every `$ref` in *value*."""
    if isinstance(value, list):
        return [reference for item in value for reference in references(item)]
    if not isinstance(value, dict):
        return []
    own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
    return own + [reference for item in value.values() for reference in references(item)]


def test_the_document_is_valid_by_the_official_schema() -> None:
    """Both validators accept the document, and reject it with an unknown action."""
    official = json.loads(OFFICIAL.read_bytes())
    broken = document()
    broken["operations"]["readArticles"]["action"] = "ponder"

    for value, verdict in ((document(), True), (broken, False)):
        assert jsonschema.Draft7Validator(official).is_valid(value) is verdict
        assert jsonschema_rs.Draft7Validator(official).is_valid(value) is verdict


def test_every_reference_resolves() -> None:
    """References inside the document resolve, and those to schema files name existing files."""
    whole = document()
    all_references = references(whole)
    assert all_references
    for reference in all_references:
        if reference.startswith("./"):
            assert (FOLDER / reference).is_file()
            continue
        target: Any = whole
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]


def test_the_channels_are_the_topics() -> None:
    """Names, partitions and configuration are those that `newswire topics create` uses."""
    channels = document()["channels"]

    assert list(channels) == [topic.role for topic in declared()]
    for topic in declared():
        kafka = channels[topic.role]["bindings"]["kafka"]
        assert (channels[topic.role]["address"], kafka["partitions"]) == (topic.name, topic.partitions)
        for name, value in kafka["topicConfiguration"].items():
            assert topic.config[name] == (",".join(value) if isinstance(value, list) else str(value))


def test_the_consumer_group_is_the_default_one() -> None:
    """The consumer group of the receiving operation is that of a worker with default settings."""
    binding = document()["operations"]["readArticles"]["bindings"]["kafka"]

    assert binding["groupId"]["default"] == Settings().group
