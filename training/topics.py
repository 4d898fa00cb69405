"""The topics of an article: the part of the IPTC Media Topics that the labels use, and the tree that they form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class TopicTree:
    """Codes in the order of the file, with name and parent; a top level has no parent."""

    names: dict[str, str]
    parents: dict[str, str]

    def with_ancestors(self, code: str) -> list[str]:
        """Return *code* and the codes above it, the most specific first."""
        codes = [code]
        while codes[-1] in self.parents:
            codes.append(self.parents[codes[-1]])
        return codes


def read(path: Path) -> TopicTree:
    """Return the tree of the file at *path*.

    A line is a top level ("M01 NAME"), or a second level with what is below it ("  2 name: 3 name, 4 name").
    """
    names: dict[str, str] = {}
    parents: dict[str, str] = {}
    top = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip():
            continue
        if not line.startswith(" "):
            top, _, name = line.partition(" ")
            names[top] = name.lower()
            continue
        second, _, below = line.strip().partition(": ")
        code, _, name = second.partition(" ")
        names[code], parents[code] = name, top
        for item in re.split(r", (?=\d)", below) if below else []:
            lower, _, lower_name = item.partition(" ")
            names[lower], parents[lower] = lower_name, code
    return TopicTree(names, parents)
