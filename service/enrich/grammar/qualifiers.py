"""How exact a number is, by the words around it: "at least 20", "up to 20", "some 20", "20 or more"."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Literal, get_args

from service.enrich import data_files
from service.enrich.data_files import DATA, CommaSeparatedSet, DataRow

if TYPE_CHECKING:
    from collections.abc import Mapping

Qualifier = Literal["at_least", "at_most", "about"]

MAX_LENGTH = 24
"""Code points beside a number in which the words are: "no fewer than a "."""


class QualifierWords(DataRow):
    """The words by qualifier, before the number and after it."""

    before: dict[Qualifier, CommaSeparatedSet]
    after: dict[Qualifier, CommaSeparatedSet]


def read(text: str, start: int, end: int) -> Qualifier | None:
    """Return how exact the number at code points `[start, end)` of *text* is; None if it is exact."""
    match = _before().search(text, max(0, start - MAX_LENGTH), start) or _after().match(text, end, end + MAX_LENGTH)
    return next((name for name in get_args(Qualifier) if match[name]), None) if match else None


@functools.cache
def words() -> QualifierWords:
    """Return the words of the data file."""
    return data_files.read_document(DATA / "number_qualifiers.yaml", QualifierWords)


@functools.cache
def _before() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_groups(words().before)})\s+(?:an?\s+|the\s+)?$", re.IGNORECASE)


@functools.cache
def _after() -> re.Pattern[str]:
    return re.compile(rf"\s?(?:{_groups(words().after)})(?!\w)", re.IGNORECASE)


def _groups(phrases: Mapping[Qualifier, frozenset[str]]) -> str:
    """Return one pattern with a group for each qualifier; that of one without words never matches."""
    groups = []
    for name in get_args(Qualifier):
        pattern = "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in sorted(phrases.get(name, ())))
        groups.append(f"(?P<{name}>{pattern or '(?!)'})")
    return "|".join(groups)
