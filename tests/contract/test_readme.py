"""The README tells what the code does: its tables are made from it, its files exist."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

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
