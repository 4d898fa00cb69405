"""The mentions of a record as marks over its text, and the text cut at the edge of every mark.

Mentions overlap: "Cluj" is an entity and a place. Cut at every edge, a text can be marked without nested elements.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from service.views import record_parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.contract.enriched_article import EnrichedArticle

MarkKind = Literal["entity", "place", "trigger"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of the text, `[start, end)` in code points, and what it is."""

    start: int
    end: int
    kind: MarkKind
    label: str
    """The type of the entity; the country of the place, or else its kind; the type of the event."""
    meaning: str
    """What a tooltip says."""
    main: bool = False
    """Whether it is the trigger of the story's own event."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text that is covered by the same marks from end to end."""

    text: str
    marks: tuple[Mark, ...]


def marks(record: EnrichedArticle) -> list[Mark]:
    """Return all marks of *record*: its entities, then its places, then the triggers of its events."""
    entities = [
        Mark(mention.start, mention.end, "entity", entity.type, f"{entity.name} ({entity.type})")
        for entity in record.entities
        for mention in entity.mentions
    ]
    places = []
    for place in record.locations:
        address = ", ".join(part for part in (place.name, place.admin1, place.country) if part)
        meaning = f"{address}: {place.kind}, {place.confidence:.0%} sure"
        label = place.country or place.kind
        places += [Mark(mention.start, mention.end, "place", label, meaning) for mention in place.mentions]
    triggers = []
    for event in record.events:
        meaning = " ".join([event.type, *([event.mode] if event.mode else []), *record_parts.event_flags(event)])
        triggers.append(Mark(event.trigger.start, event.trigger.end, "trigger", event.type, meaning, main=event.main))
    return [*entities, *places, *triggers]


def segments(text: str, marks: list[Mark], limit: int | None = None) -> Iterator[Segment]:
    """Yield the first *limit* characters of *text* in pieces, each with the *marks* that cover it."""
    end = len(text) if limit is None else min(limit, len(text))
    opening: dict[int, list[Mark]] = {}
    closing: dict[int, list[Mark]] = {}
    for mark in marks:
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
