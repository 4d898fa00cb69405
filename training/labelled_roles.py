"""Read the labelled articles whose events have actors and recipients.

`labels/participants.jsonl` has more of them for articles of the part "train" of `world.jsonl`: a row per article with
its `id` and `events`, which have `trigger`, `who` and `whom` as spans `[start, end)` in code points. One reader went
through events of the first sentences. Things to which something is done take part, too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from training.labelled import outlet_of, part_of_article, part_of_outlet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LABELS = Path(__file__).parent / "labels" / "participants.jsonl"
KEYS = (("who", "actors"), ("whom", "recipients"))


class RoleArticle(NamedTuple):
    """A text with labelled events; each has `trigger`, `actors` and `recipients` as spans in code points."""

    id: str
    text: str
    events: list[dict[str, Any]]
    part: str
    is_whole: bool
    """Whether all events of the text are there, and not the main ones alone."""


def read(folder: Path) -> Iterator[RoleArticle]:
    """Yield the articles of `articles.jsonl` with all their events, and others of `events.jsonl` with the main ones."""
    seen = set()
    for row in _rows(folder / "articles.jsonl"):
        seen.add(row["id"])
        yield RoleArticle(row["id"], row["text"], row["events"], part_of_article(row["id"]), is_whole=True)
    for row in _rows(folder / "events.jsonl"):
        if row["id"] not in seen:
            is_world = row["set"] == "world"
            part = part_of_outlet(outlet_of(row["id"])) if is_world else part_of_article(row["id"])
            yield RoleArticle(row["id"], row["text"], row["main"], part, is_whole=False)


def read_world(folder: Path) -> Iterator[RoleArticle]:
    """Yield the articles of `labels/participants.jsonl`; *folder* has `world.jsonl` with their texts."""
    texts = {row["id"]: row["text"] for row in _rows(folder / "world.jsonl")}
    for row in _rows(LABELS):
        events = [
            {"trigger": _span(event["trigger"])} | {name: [*map(_span, event[key])] for key, name in KEYS}
            for event in row["events"]
        ]
        part = part_of_outlet(outlet_of(row["id"]))
        yield RoleArticle(row["id"], texts[row["id"]], events, part, is_whole=False)


def _span(bounds: Sequence[int]) -> dict[str, int]:
    return {"start": bounds[0], "end": bounds[1]}


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
