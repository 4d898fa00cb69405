"""No schema breaks the one that was released: existing members stay as they are, and new members are optional.

The released copies are in `schemas/released`. A breaking change needs a new version beside the old one.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from service.contract import schemas
from service.contract.enriched_article import EnrichedArticle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FOLDER = Path(__file__).parents[2] / "schemas"
RELEASED = sorted((FOLDER / "released").glob("*.schema.json"))
ANNOTATIONS = {"title", "description", "default", "examples", "$defs", "$schema", "$id"}
"""Keywords that do not affect whether a value is valid."""
NESTED = {"properties", "items", "anyOf", "$ref", "required", "additionalProperties"}
"""Keywords whose content is compared member by member."""

Schema = dict[str, Any]


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """Return a description of every change from *old* to *new* that could break a reader or a producer."""
    before, after = dict(members(old, old)), dict(members(new, new))
    removed = [f"{''.join(path)} is gone" for path in before if path not in after]
    changed = [
        f"{''.join(path)}: {keyword} was {before[path].get(keyword)}, is {after[path].get(keyword)}"
        for path in before.keys() & after.keys()
        for keyword in sorted(before[path].keys() | after[path].keys())
        if before[path].get(keyword) != after[path].get(keyword)
    ]
    required = [
        f"{''.join(path)} is new and required"
        for path in after.keys() - before.keys()
        if after[path]["required"] and (path[:-1] in before or len(path) == 1)
    ]
    return sorted(removed + changed + required)


def members(
    node: Schema, root: Schema, path: tuple[str, ...] = (), *, required: bool = False
) -> Iterator[tuple[tuple[str, ...], Schema]]:
    """Yield the path of every member in *node* with the keywords that restrict its value."""
    if "$ref" in node:
        node = root["$defs"][node["$ref"].rpartition("/")[2]] | {key: node[key] for key in node if key != "$ref"}
    if path:
        restrictions = {keyword: value for keyword, value in node.items() if keyword not in ANNOTATIONS | NESTED}
        yield path, restrictions | {"required": required}
    for name, member in node.get("properties", {}).items():
        yield from members(member, root, (*path, f".{name}"), required=name in node.get("required", []))
    if "items" in node:
        yield from members(node["items"], root, (*path, "[]"), required=True)
    for branch in node.get("anyOf", []):
        if "type" in branch or "$ref" in branch:
            kind = branch.get("type") or branch["$ref"].rpartition("/")[2]
            yield from members(branch, root, (*path, f"({kind})"), required=True)


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.name)
def test_no_change_breaks_the_released_schema(path: Path) -> None:
    """There is no breaking change; it would belong in a new version of the schema, beside this one."""
    now = json.loads((FOLDER / path.name).read_bytes())

    assert breaking_changes(json.loads(path.read_bytes()), now) == []


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.name)
def test_a_reader_of_the_release_accepts_what_is_valid_today(path: Path) -> None:
    """A consumer that validates with the released schema reads records with members that it does not know."""
    released = jsonschema_rs.validator_for(json.loads(path.read_bytes()), validate_formats=True)

    examples = list((FOLDER / "examples" / path.name.removesuffix(".schema.json") / "valid").iterdir())
    assert examples
    assert [example.name for example in examples if not released.is_valid(json.loads(example.read_bytes()))] == []


def test_an_example_has_every_member_of_the_record() -> None:
    """So the test above reads every member that was added since the release."""
    example = json.loads((FOLDER / "examples/enriched-article.v1/valid/every-member.json").read_bytes())
    schema = schemas.closed()[schemas.ENRICHED]
    EnrichedArticle.model_validate(example)

    named = {tuple(part for part in path if "(" not in part) for path, _ in members(schema, schema)}
    assert named - set(filled(example)) == set()


def filled(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every member and item in *value*."""
    yield path
    if isinstance(value, dict):
        for name, member in value.items():
            yield from filled(member, (*path, f".{name}"))
    if isinstance(value, list):
        for item in value:
            yield from filled(item, (*path, "[]"))


def test_every_schema_has_a_released_copy() -> None:
    """Every published schema is compared with its release."""
    assert {path.name for path in RELEASED} == schemas.closed().keys()


def drop(name: str) -> Callable[[Schema], object]:
    """Return a change that removes the property *name*."""
    return lambda schema: schema["properties"].pop(name)


def put(name: str, **keywords: object) -> Callable[[Schema], object]:
    """Return a change that sets *keywords* on the property *name*."""
    return lambda schema: schema["properties"].setdefault(name, {}).update(keywords)


def put_inside(definition: str, name: str, **keywords: object) -> Callable[[Schema], object]:
    """Return a change that sets *keywords* on the property *name* of *definition*."""
    return lambda schema: schema["$defs"][definition]["properties"][name].update(keywords)


@pytest.mark.parametrize(
    ("change", "description"),
    [
        (drop("byline"), ".byline is gone"),
        (put("headline", type="integer"), ".headline: type was string, is integer"),
        (put("status", enum=["enriched"]), ".status: enum was ['enriched', 'unsupported_language', 'retracted']"),
        (put_inside("Entity", "salience", maximum=100), ".entities[].salience: maximum was 1, is 100"),
        (put_inside("Event", "type", pattern=".*"), ".events[].type: pattern was ^[A-Z]+$, is .*"),
        (put_inside("Mention", "start", type="string"), ".entities[].mentions[].start: type was integer, is string"),
        (lambda schema: schema["required"].remove("id"), ".id: required was True, is False"),
        (lambda schema: schema["required"].append("tags"), ".tags: required was False, is True"),
        (lambda schema: schema["properties"]["url"]["anyOf"].pop(), ".url(null) is gone"),
        (
            lambda schema: (put("mood", type="string")(schema), schema["required"].append("mood")),
            ".mood is new and required",
        ),
    ],
)
def test_a_breaking_change_is_described(change: Callable[[Schema], object], description: str) -> None:
    """Every kind of breaking change is found, and the description names the member."""
    old = json.loads(schemas.documents()[schemas.ENRICHED])
    new = copy.deepcopy(old)
    change(new)

    assert any(breaking.startswith(description) for breaking in breaking_changes(old, new))


@pytest.mark.parametrize(
    "change",
    [
        put("mood", type="string"),
        put("moods", type="array", items={"type": "object", "properties": {"x": {}}, "required": ["x"]}),
        put("headline", description="In other words."),
        put("byline", default="nobody"),
    ],
)
def test_a_compatible_change_is_accepted(change: Callable[[Schema], object]) -> None:
    """A new optional member and a better description are allowed within a version."""
    old = json.loads(schemas.documents()[schemas.ENRICHED])
    new = copy.deepcopy(old)
    change(new)

    assert breaking_changes(old, new) == []
