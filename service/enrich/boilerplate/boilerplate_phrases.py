"""The phrases of `boilerplate.yaml`, compiled once per process and never changed."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from service.enrich import data_files
from service.enrich.data_files import DATA, CommaSeparatedList, CommaSeparatedSet, DataRow

if TYPE_CHECKING:
    from collections.abc import Iterable


class Phrases(DataRow):
    """The lists of phrases. `boilerplate.yaml` says what each is for."""

    labels: CommaSeparatedSet
    list_labels: CommaSeparatedSet
    list_openers: tuple[str, ...]
    prefixes: CommaSeparatedList
    strong: dict[str, tuple[str, ...]]
    weak: tuple[str, ...]
    link_openers: tuple[str, ...]
    link_closers: tuple[str, ...]
    bracketed_links: tuple[str, ...]
    openers: tuple[str, ...]
    agencies: CommaSeparatedList


@functools.cache
def phrases() -> Phrases:
    """Return the content of the file."""
    return data_files.read_document(DATA / "boilerplate.yaml", Phrases)


def any_of(patterns: Iterable[str]) -> str:
    """Return the pattern of what matches one of *patterns*."""
    return "(?:" + "|".join(f"(?:{pattern})" for pattern in patterns) + ")"


def any_word_of(words: Iterable[str]) -> str:
    """Return the pattern of what is one of *words*, the longest first."""
    return any_of(map(re.escape, sorted(words, key=len, reverse=True)))
