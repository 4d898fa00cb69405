"""The patches for other projects fit what is installed, so a workaround that is no longer needed is noticed."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

PATCHES = sorted((Path(__file__).parents[1] / "docs/upstream").glob("*.patch"))


def installed(path: str) -> Path | None:
    """Return the installed file that a patch names; None if wheels do not contain it."""
    package, _, rest = path.partition("/")
    spec = importlib.util.find_spec(package) if package.isidentifier() else None
    if spec is None or spec.origin is None or not rest.endswith(".py"):
        return None
    return Path(spec.origin).parent / rest


def hunks(patch: str) -> list[tuple[str, str]]:
    """Return the path and the old lines of each hunk of *patch*."""
    found = []
    for part in re.split(r"^--- a/", patch, flags=re.MULTILINE)[1:]:
        path, *bodies = re.split(r"^@@.*\n", part, flags=re.MULTILINE)
        for body in bodies:
            old = "".join(f"{line[1:]}\n" for line in body.splitlines() if not line.startswith("+"))
            found.append((path.splitlines()[0], old))
    return found


@pytest.mark.parametrize("patch", PATCHES, ids=lambda path: path.stem)
def test_the_patch_is_still_needed(patch: Path) -> None:
    """What the patch changes is in the installed library as the patch expects it."""
    expected = hunks(patch.read_text())

    assert expected
    for path, old in expected:
        file = installed(path)
        assert file is None or old in file.read_text()
