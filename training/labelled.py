"""Read the labelled articles into one form: tokens with the names, events and topics that are known of them.

The files are described in README.md. Three of them label names, events and topics; not every article is in each, and
what nobody labelled stays unknown, so that nothing wrong is learned from it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FLAGS = ("negated", "future", "hypothetical", "historical")
WIDER_LABELS = {
    "LOCATION": ("GPE", "LOC"),
    "MISC": ("EVENT", "WORK_OF_ART", "LAW", "PRODUCT", "LANGUAGE"),
}
"""Labels of world.jsonl that stand for one of several of ours."""
RENAMED_LABELS = {"WORK": "WORK_OF_ART"}


@dataclass(frozen=True, slots=True)
class Name:
    """A named entity: `[start, end)` in code points, and the labels of which one is right."""

    start: int
    end: int
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trigger:
    """The word that names an event."""

    start: int
    end: int
    type: str
    flags: tuple[bool, ...]
    main: bool


@dataclass(frozen=True, slots=True)
class LabelledArticle:
    """A text and what is known of it; `None` where nobody looked."""

    id: str
    outlet: str
    text: str
    sentences: tuple[tuple[int, int], ...] = ()
    names: tuple[Name, ...] | None = None
    events: tuple[Trigger, ...] | None = None
    topics: tuple[str, ...] | None = None
    part: str = field(default="train")

    @property
    def collection(self) -> str:
        """Where the article comes from: "world" or "wire", or "topics only" if only its topics were labelled."""
        if self.events is None:
            return "topics only"
        return "wire" if self.outlet == self.id else "world"


def read(folder: Path) -> Iterator[LabelledArticle]:
    """Yield every labelled article of *folder* once.

    Raises:
        ValueError: A label's text is not the article's text at its offsets.
    """
    names: dict[str, tuple[Name, ...]] = {}
    for file in ("articles.jsonl", "world.jsonl"):
        for row in _rows(folder / file):
            names[row["id"]] = tuple(_name(row, span) for span in row["entities"])
    for row in _rows(folder / "events.jsonl"):
        world = row["set"] == "world"
        outlet = outlet_of(row["id"]) if world else row["id"]
        yield LabelledArticle(
            id=row["id"],
            outlet=outlet,
            text=row["text"],
            sentences=tuple((start, end) for start, end in row["sentences"]),
            names=_within(row["text"], names.get(row["id"])),
            events=tuple(_trigger(row, event) for event in row["events"]),
            topics=tuple(row["topics"]),
            part=part_of_outlet(outlet) if world else part_of_article(row["id"]),
        )
    for row in _rows(folder / "topics.jsonl"):
        text = "\n\n".join(part for part in (row["headline"], row["text"]) if part)
        yield LabelledArticle(
            id=row["id"], outlet=row["id"], text=text, topics=tuple(row["topics"]), part=part_of_article(row["id"])
        )


def outlet_of(article_id: str) -> str:
    """Return the outlet of a world article: its id up to the last underscore."""
    return article_id.split(".txt", maxsplit=1)[0].rsplit("_", 1)[0]


def part_of_article(article_id: str) -> str:
    """Return the part of a wire article: a tenth is development, a tenth is test, by a hash of the id."""
    tenth = int(hashlib.sha256(article_id.encode()).hexdigest(), 16) % 10
    return {0: "test", 1: "development"}.get(tenth, "train")


def part_of_outlet(outlet: str) -> str:
    """Return the part of all articles of an outlet: a fifth of the outlets is test, a tenth is development."""
    tenth = int(hashlib.sha256(outlet.encode()).hexdigest(), 16) % 10
    return {0: "test", 5: "test", 1: "development"}.get(tenth, "train")


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _within(text: str, names: tuple[Name, ...] | None) -> tuple[Name, ...] | None:
    """Return the *names* that lie in *text*: some texts were cut after their names had been labelled."""
    return None if names is None else tuple(name for name in names if name.end <= len(text))


def _name(row: dict[str, Any], span: dict[str, Any]) -> Name:
    start, end, label = span["start"], span["end"], span["label"]
    if row["text"][start:end] != span["text"]:
        raise ValueError(f"{row['id']}: {span} is not the text of the article at these offsets")
    return Name(start, end, WIDER_LABELS.get(label, (RENAMED_LABELS.get(label, label),)))


def _trigger(row: dict[str, Any], event: dict[str, Any]) -> Trigger:
    start, end = event["trigger"]["start"], event["trigger"]["end"]
    if row["text"][start:end] != event["trigger"]["text"]:
        raise ValueError(f"{row['id']}: {event} is not the text of the article at these offsets")
    return Trigger(start, end, event["type"], tuple(event[flag] for flag in FLAGS), event.get("main", False))
