"""Read the topics that the labels use: their codes, names and tree.

The tree is that of the IPTC Media Topics. A code is short for the id of a topic, for those who label by hand.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.enrich.media_topics import TopicTree

if TYPE_CHECKING:
    from pathlib import Path

TOP_LEVEL_UNIT, LOWER_LEVEL_BASE = 1_000_000, 20_000_000
"""IPTC numbers the top level in millions, and all below it from twenty million on."""


def read(path: Path) -> TopicTree:
    """Return the tree of the file at *path*, by code.

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


def media_topic(code: str) -> str:
    """Return the id of the Media Topic that *code* stands for, as in `data/topics.tsv`: eight digits.

    "M15" is 15000000, and "574" is 20000574.
    """
    top_level = code.startswith("M")
    number = int(code.removeprefix("M")) * TOP_LEVEL_UNIT if top_level else LOWER_LEVEL_BASE + int(code)
    return f"{number:08}"
