"""The package as a reader finds it: modules have names of their own, and none is too long."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

SERVICE = Path(__file__).parents[1] / "service"
MODULES = sorted(SERVICE.rglob("*.py"))
MAX_LINES = 300


def test_no_two_modules_share_a_name() -> None:
    """A traceback or an editor's tab shows the file name only. Modules of `cli` bear the name of their command."""
    folders = defaultdict(list)
    for path in MODULES:
        if path.parent.name != "cli" and path.name != "__init__.py":
            folders[path.name].append(path.parent)

    assert {name: places for name, places in folders.items() if len(places) > 1} == {}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SERVICE)))
def test_a_module_is_short_or_says_why_not(path: Path) -> None:
    """A module of more than 300 lines gives the reason in its docstring."""
    source = path.read_text()
    docstring = ast.get_docstring(ast.parse(source)) or ""

    assert len(source.splitlines()) <= MAX_LINES or "lines" in docstring


@pytest.mark.parametrize("folder", sorted({path.parent for path in MODULES}), ids=str)
def test_a_room_says_what_it_is(folder: Path) -> None:
    """The docstring of a package says what its modules have in common."""
    docstring = ast.get_docstring(ast.parse((folder / "__init__.py").read_text()))

    assert docstring
    assert "TODO" not in docstring
