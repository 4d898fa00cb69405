"""What the queries of `deploy/sinks/queries` must answer, computed from the records."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.contract.flat_event import FlatEvent
    from tests.sinks.conftest import Stream

Rows = list[tuple[Any, ...]]
LABOUR = {"09000000", "20000509", "20000518"}
FULL_DATE = len("2022-03-24")


def arrests(stream: Stream) -> Rows:
    """Return who was arrested in Hungary in the last seven days, the latest first."""
    since = datetime.now(UTC).date() - timedelta(days=7)
    found = [
        (day(event), event)
        for event in happened(stream, "COERCE", "arrest")
        if event.country == "HU" and event.same_as is None and day(event) > since
    ]
    found.sort(key=lambda pair: pair[1].event_id)
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [(day, e.recipient_name, e.actor_name, e.place_name, e.sentence, e.url) for day, e in found]


def strikes(stream: Stream) -> Rows:
    """Return how many articles told of a strike, by country and week."""
    articles: dict[tuple[str, date], set[str]] = defaultdict(set)
    for event in happened(stream, "PROTEST", "strike"):
        if event.country is not None:
            articles[event.country, monday(event.published_at)].add(event.article_id)
    rows: Rows = [(country, week, len(ids)) for (country, week), ids in articles.items()]
    return sorted(rows, key=lambda row: (-row[1].toordinal(), -row[2], row[0]))


def protests(stream: Stream) -> Rows:
    """Return the places of protests in the last 30 days, with their coordinates."""
    articles: dict[tuple[str, float, float], set[str]] = defaultdict(set)
    for event in happened(stream, "PROTEST"):
        if event.place_name and event.lat is not None and event.lon is not None:
            articles[event.place_name, event.lat, event.lon].add(event.article_id)
    rows: Rows = [(*place, len(ids)) for place, ids in articles.items()]
    return sorted(rows, key=lambda row: (-row[3], *row[:3]))


def people(stream: Stream) -> Rows:
    """Return the people in the articles about Romania of the last seven days."""
    since = datetime.now(UTC) - timedelta(days=7)
    articles: dict[str, set[str]] = defaultdict(set)
    for record in stream.records.values():
        about = any(country.code == "RO" and country.about for country in record.countries)
        if about and record.published_at and record.published_at > since:
            for entity in record.entities:
                if entity.type == "PERSON":
                    articles[entity.name].add(record.id)
    rows: Rows = [(name, len(ids)) for name, ids in articles.items()]
    return sorted(rows, key=lambda row: (-row[1], row[0]))[:20]


def quotes(stream: Stream) -> Rows:
    """Return who said what in articles on labour, the latest first."""
    records = [record for record in stream.records.values() if LABOUR & {topic.medtop for topic in record.topics}]
    records.sort(key=lambda record: record.id)
    records.sort(key=lambda record: record.published_at or datetime.min.replace(tzinfo=UTC), reverse=True)
    rows: Rows = []
    for record in records:
        for quote in record.quotes:
            speaker = quote.speaker and quote.speaker.text
            if quote.speaker_entity is not None:
                speaker = record.entities[quote.speaker_entity].name
            rows.append((speaker, quote.quote.text, record.headline))
    return rows[:50]


def happened(stream: Stream, event_type: str, mode: str | None = None) -> Iterator[FlatEvent]:
    """Yield the events of *event_type* that the text states as facts."""
    for event in stream.events.values():
        unreal = event.negated or event.future or event.hypothetical or event.historical
        if event.type == event_type and mode in {None, event.mode} and not unreal:
            yield event


def day(event: FlatEvent) -> date:
    """Return the day of *event*, or that of the article if the text does not state it."""
    if event.event_date is not None and len(event.event_date) == FULL_DATE:
        return date.fromisoformat(event.event_date)
    assert event.published_at is not None
    return event.published_at.date()


def monday(time: datetime | None) -> date:
    """Return the first day of the week of *time*."""
    assert time is not None
    return time.date() - timedelta(days=time.weekday())
