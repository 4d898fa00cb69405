"""The README tells what the code does: its tables are made from it, its files exist."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from service.contract.outcomes import Enriched, Message
from service.processes.processor import Processor
from service.settings import Settings
from service.worker.in_flight import IN_FLIGHT_PER_LANE

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
script = runpy.run_path(str(ROOT / "scripts" / "readme.py"))


def test_the_tables_are_those_of_the_code() -> None:
    """Settings, metrics, commands and reasons in the README are those that the code has: `make readme` writes them."""
    text = README.read_text()

    assert text == script["made"](text)


@pytest.mark.parametrize("name", script["MAKERS"])
def test_every_table_is_there(name: str) -> None:
    """No table was taken out of the README by hand."""
    assert f"<!-- made from the code: {name} -->" in README.read_text()


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!http|#)([^)#]+)", README.read_text()))))
def test_links_lead_somewhere(link: str) -> None:
    """A file or folder that the README points to is in the repository."""
    assert (ROOT / link).exists()


def test_make_targets_exist() -> None:
    """Every `make` command of the README is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"^make ([a-z]+)", README.read_text(), re.MULTILINE)) <= targets


def test_the_example_is_what_comes_out() -> None:
    """Whatever the README shows of a record is in the record of the article above it."""
    article, record = re.findall(r"```json\n(.+?)```", README.read_text(), re.DOTALL)[:2]
    outcome = Processor(Settings()).process(Message(article.encode()))
    assert isinstance(outcome, Enriched)

    shown = json.loads(re.sub(r",\s*…|…\s*,", "", record))

    assert _missing(shown, json.loads(outcome.value)) == []


def _missing(shown: Any, record: Any, path: str = "") -> list[str]:
    """Return what of *shown* is not in *record*; of a list, some items may be shown."""
    if isinstance(shown, dict) and isinstance(record, dict):
        return [gap for name in shown for gap in _missing(shown[name], record.get(name), f"{path}.{name}")]
    if isinstance(shown, list) and isinstance(record, list):
        return [f"{path}: {item}" for item in shown if all(_missing(item, other) for other in record)]
    return [] if shown == record else [f"{path}: {shown}"]


def test_the_most_that_comes_twice_is_told() -> None:
    """How many articles may be repeated after a crash is the number that may be in flight."""
    assert f"at most {IN_FLIGHT_PER_LANE} articles a worker process" in README.read_text()
