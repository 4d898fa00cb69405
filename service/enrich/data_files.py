"""Read the YAML files of `data/`: word lists, rules and vocabularies that people edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

# libyaml reads the same ten times as fast; PyYAML's wheels have it, a build of its own may not.
_SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BASE = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def read(path: Traversable) -> Any:
    """Return the content of the YAML file at *path*."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_SAFE)  # noqa: S506 - one of the two safe loaders


def read_as_written(path: Traversable) -> Any:
    """Return the content of the YAML file at *path* with every scalar a string: "no" and "on" are words there."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_BASE)  # noqa: S506 - the base loader makes strings only
