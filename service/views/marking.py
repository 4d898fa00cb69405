"""Cut a text at every edge of a mention, so that mentions which overlap can be marked without being nested."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.contract.enriched_article import EnrichedArticle

Kind = Literal["entity", "place", "trigger"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of the text, `[start, end)` in code points, and what it is."""

    start: int
    end: int
    kind: Kind
    label: str
    """The entity's type, the place's kind, the event's type."""
    meaning: str
    """What to tell who points at it."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text in which the same marks hold."""

    text: str
    marks: tuple[Mark, ...]


def marks(record: EnrichedArticle) -> list[Mark]:
    """Return all marks of *record*: entities, places, triggers of events."""
    found = [
        Mark(mention.start, mention.end, "entity", entity.type, f"{entity.name} ({entity.type})")
        for entity in record.entities
        for mention in entity.mentions
    ]
    for place in record.locations:
        where = ", ".join(part for part in (place.name, place.admin1, place.country) if part)
        found += [
            Mark(mention.start, mention.end, "place", place.kind, f"{where}: {place.kind}, {place.confidence:.0%} sure")
            for mention in place.mentions
        ]
    for event in record.events:
        how = [name for name in ("negated", "future", "hypothetical", "historical") if getattr(event, name)]
        meaning = " ".join([event.type, *([event.mode] if event.mode else []), *how])
        found.append(Mark(event.trigger.start, event.trigger.end, "trigger", event.type, meaning))
    return found


def segments(text: str, found: list[Mark], limit: int | None = None) -> Iterator[Segment]:
    """Yield the first *limit* characters of *text* in pieces, each with the marks that cover it."""
    end = len(text) if limit is None else min(limit, len(text))
    opening: dict[int, list[Mark]] = {}
    closing: dict[int, list[Mark]] = {}
    for mark in found:
        if mark.start < mark.end and mark.start < end:
            opening.setdefault(mark.start, []).append(mark)
            closing.setdefault(min(mark.end, end), []).append(mark)
    edges = sorted({0, end, *opening, *closing})
    active: dict[int, Mark] = {}
    for start, stop in pairwise(edges):
        for mark in closing.get(start, ()):
            active.pop(id(mark), None)
        for mark in opening.get(start, ()):
            active[id(mark)] = mark
        yield Segment(text[start:stop], tuple(active.values()))
