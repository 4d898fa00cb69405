"""The workflows and the file for Renovate are valid, and name what exists."""

from __future__ import annotations

import json
import re
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from service import __version__

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yaml"))


def errors(schema: str, value: Any) -> list[str]:
    """Return what *schema*, of those that check-jsonschema ships, says of *value*."""
    path = distribution("check-jsonschema").locate_file(f"check_jsonschema/builtin_schemas/vendor/{schema}.json")
    validator = jsonschema_rs.validator_for(json.loads(Path(str(path)).read_text()))
    return [error.message for error in validator.iter_errors(value)]


def loaded(path: Path) -> Any:
    """Return the parsed workflow. PyYAML reads the key `on` as true, by YAML 1.1."""
    workflow = yaml.safe_load(path.read_text())
    return {"on" if key is True else key: value for key, value in workflow.items()}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_the_workflow_is_valid(path: Path) -> None:
    """The workflow conforms to the JSON Schema of GitHub's workflows."""
    assert errors("github-workflows", loaded(path)) == []


def test_the_validator_reports_errors() -> None:
    """A misspelt key is an error; otherwise the test above would prove nothing."""
    workflow = loaded(WORKFLOWS[0])
    workflow["job"] = workflow.pop("jobs")

    assert errors("github-workflows", workflow)


def test_the_file_for_renovate_is_valid() -> None:
    """The file conforms to Renovate's JSON Schema."""
    assert errors("renovate", json.loads((ROOT / "renovate.json").read_text())) == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_the_workflow_may_no_more_than_it_needs(path: Path) -> None:
    """By default a job may only read, and its token is not left in the folder unless it pushes."""
    workflow = loaded(path)

    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        pushes = any("git push" in step.get("run", "") for step in job.get("steps", []))
        for step in job.get("steps", []):
            if step.get("uses", "").startswith("actions/checkout@"):
                assert pushes or step["with"] == {"persist-credentials": False}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_the_targets_exist(path: Path) -> None:
    """Each target of `make` that the workflow names is in the Makefile."""
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"\bmake (\w+)", path.read_text())) <= targets


def test_a_release_has_its_notes() -> None:
    """The changelog has a heading for the version, from which the release takes its text."""
    assert re.search(rf"^## {re.escape(__version__)}$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
