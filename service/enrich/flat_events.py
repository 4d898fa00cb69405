"""The events of a record as flat rows, for the events topic."""

from __future__ import annotations

import functools
from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from service.contract.flat_event import MAX_TEXT_CHARACTERS, FlatEvent, event_key
from service.contract.headers import REVISION_CHARACTERS
from service.enrich.data_files import DATA, read

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.contract.annotations import Event, Location, Participant, Span
    from service.contract.enriched_article import EnrichedArticle

_YEAR_ONE = datetime(1, 1, 1, tzinfo=UTC)
_WITH_COUNTRY = frozenset({"GPE", "LOC", "FAC", "NORP"})
"""Types of entities that are a place, or are named by one."""


def of(record: EnrichedArticle) -> dict[str, FlatEvent]:
    """Return the events of *record* as flat rows, by their ids within the record, in the order of the text."""
    article = _article(record)
    places = _Places(record)
    return {str(event.id): _row(record, event, article, places) for event in record.events}


class _Places:
    """Finds the place that a span of the text names."""

    def __init__(self, record: EnrichedArticle) -> None:
        self._record = record
        mentions = [
            (mention.start, mention.end, number)
            for number, location in enumerate(record.locations)
            for mention in location.mentions
        ]
        self._mentions = sorted(mentions)
        self._country_of_entity: dict[int, str | None] = {}

    def within(self, span: Span) -> Location | None:
        """Return the place of the first mention inside *span*."""
        index = bisect_left(self._mentions, (span.start,))
        if index < len(self._mentions) and self._mentions[index][1] <= span.end:
            return self._record.locations[self._mentions[index][2]]
        return None

    def country(self, participant: Participant) -> str | None:
        """Return the country that the words of *participant* name, otherwise the one that its entity is."""
        place = self.within(participant)
        if place is not None and place.country is not None:
            return place.country
        return None if participant.entity is None else self._entity(participant.entity)

    def _entity(self, index: int) -> str | None:
        if index not in self._country_of_entity:
            entity = self._record.entities[index]
            mentions = entity.mentions if entity.type in _WITH_COUNTRY else []
            countries = (place.country for place in map(self.within, mentions) if place is not None)
            self._country_of_entity[index] = next(filter(None, countries), None)
        return self._country_of_entity[index]


def _article(record: EnrichedArticle) -> dict[str, Any]:
    """Return what all rows of *record* have in common."""
    time = record.updated_at or record.published_at
    return {
        "article_id": record.id,
        "revision": record.revision[:REVISION_CHARACTERS],
        "revision_order": 0 if time is None else (time - _YEAR_ONE) // timedelta(milliseconds=1),
        "published_at": record.published_at,
        "updated_at": record.updated_at,
        "headline": _cut(record.headline),
        "url": record.url if record.url and len(record.url) <= MAX_TEXT_CHARACTERS else None,
        "source": _cut(record.source.name or "") or None,
        "language": _cut(record.language or "") or None,
        "story": " ".join(record.story) or None,
        "fingerprint": record.pipeline.fingerprint,
    }


def _row(record: EnrichedArticle, event: Event, article: dict[str, Any], places: _Places) -> FlatEvent:
    same = None if event.same_as is None else str(record.events[event.same_as].id)
    return FlatEvent(
        **article,
        **_participants(record, "actor", event.actors, places),
        **_participants(record, "recipient", event.recipients, places),
        **_place(record, event, places),
        event_id=event_key(record.id, str(event.id)),
        event_date=event.date,
        type=event.type,
        mode=event.mode,
        contexts=" ".join(event.contexts) or None,
        tag=event.tag,
        quad_class=_quad_classes().get(event.type),
        main=event.main,
        negated=event.negated,
        future=event.future,
        hypothetical=event.hypothetical,
        historical=event.historical,
        confidence=event.confidence,
        rule=event.rule,
        trigger=_cut(event.trigger.text),
        sentence=_cut(record.text[event.sentence.start : event.sentence.end]),
        same_as=None if same is None else event_key(record.id, same),
    )


def _participants(
    record: EnrichedArticle, role: str, participants: list[Participant], places: _Places
) -> dict[str, Any]:
    """Return the members for the first of *participants*, and one with the names of the others."""
    if not participants:
        return {}
    first, *others = participants
    entity = None if first.entity is None else record.entities[first.entity]
    return {
        f"{role}_name": _cut(_name(record, first)),
        f"{role}_type": None if entity is None else entity.type,
        f"{role}_country": places.country(first),
        f"other_{role}s": _joined(_name(record, other) for other in others),
    }


def _name(record: EnrichedArticle, participant: Participant) -> str:
    return participant.text if participant.entity is None else record.entities[participant.entity].name


def _place(record: EnrichedArticle, event: Event, places: _Places) -> dict[str, Any]:
    """Return the members for the first place of *event*, and one with the names of the others."""
    found = [
        (place, places.within(place) if place.location is None else record.locations[place.location])
        for place in event.locations
    ]
    if not found:
        return {}
    names = [place.text if location is None else location.name for place, location in found]
    first = found[0][1]
    members = {"place_name": _cut(names[0]), "other_places": _joined(names[1:])}
    if first is not None:
        members |= {name: getattr(first, name) for name in ("geonames_id", "country", "country3", "lat", "lon")}
        members["admin1"] = _cut(first.admin1 or "") or None
    return members


def _joined(names: Iterable[str]) -> str | None:
    return _cut("; ".join(names)) or None


def _cut(text: str) -> str:
    """Return *text* on one line, without what is too long."""
    return " ".join(text.split())[:MAX_TEXT_CHARACTERS]


@functools.cache
def _quad_classes() -> dict[str, Any]:
    classes: dict[str, Any] = read(DATA / "quad_classes.yaml")
    return classes
