"""Read the YAML files of `data/`: word lists, rules and vocabularies that people edit.

Files of rows have a schema that refuses unknown keys: a misspelt key is an error at load, not a condition that silently
never holds.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

DATA = files("service.enrich") / "data"
LANGUAGES = ("ro", "bg", "hu", "sk")
"""Languages beside English: each has a folder in `data/languages`."""

# libyaml reads the same ten times as fast. PyYAML's wheels include it; other builds may not.
_SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BASE = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class DataFileError(ValueError):
    """Raise when a data file does not follow its schema. The message names the file, the row and the key."""


class DataRow(BaseModel):
    """A row of a data file. Subclasses declare its keys; any other key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Row = TypeVar("Row", bound=DataRow)


def _split(words: object) -> object:
    return tuple(filter(None, map(str.strip, words.split(",")))) if isinstance(words, str) else words


CommaSeparatedList = Annotated[tuple[str, ...], BeforeValidator(_split)]
"""A field that the file writes as one string: `kill, slay, shoot dead`."""
CommaSeparatedSet = Annotated[frozenset[str], BeforeValidator(_split)]
"""The same, if the order does not matter."""


def read(path: Traversable) -> Any:
    """Return the content of the YAML file at *path*."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_SAFE)  # noqa: S506 - one of the two safe loaders


def read_as_written(path: Traversable) -> Any:
    """Return the content of the YAML file at *path* with every scalar a string: "no" and "on" are words there."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_BASE)  # noqa: S506 - the base loader makes strings only


def read_rows(path: Traversable, schema: type[Row], *, name: str) -> tuple[Row, ...]:
    """Return the rows of the YAML list at *path*; errors name a row by the value of its key *name*.

    Raises:
        DataFileError: A row does not follow *schema*.
    """
    return tuple(_row(path, schema, str(row.get(name, row)), row) for row in read_as_written(path))


def read_mapping(path: Traversable, schema: type[Row]) -> dict[str, Row]:
    """Return the rows of the YAML mapping at *path* by their keys.

    Raises:
        DataFileError: A row does not follow *schema*.
    """
    return {name: _row(path, schema, name, row) for name, row in read_as_written(path).items()}


def read_document(path: Traversable, schema: type[Row]) -> Row:
    """Return the YAML mapping at *path* as one row.

    Raises:
        DataFileError: It does not follow *schema*.
    """
    return _row(path, schema, "", read_as_written(path))


def _row(path: Traversable, schema: type[Row], name: str, row: Any) -> Row:
    try:
        return schema.model_validate(row)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors())
        where = f"{path.name}: row {name!r}" if name else path.name
        raise DataFileError(f"{where}: {problems}") from error
