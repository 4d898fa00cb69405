"""Shared by the tests of the sinks: some 500 messages of the two topics, as a worker writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from service.contract.raw_article import RawArticle
from service.enrich import flat_events
from service.enrich.enricher import Enricher
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.contract.enriched_article import EnrichedArticle
    from service.contract.flat_event import FlatEvent

ARTICLES = 480
DAYS = 24
"""The articles are of so many days before today, as many of each."""
CITIES = {"Hungary": ("Budapest", "Szeged"), "Romania": ("Bucharest", "Iasi"), "Slovakia": ("Kosice", "Nitra")}
PEOPLE = ("Ana Marin", "Peter Kovacs", "Jan Novak", "Maria Ionescu", "Eva Horvath")
STORIES = (
    "Police arrested {person} in {city}, {country}, after a robbery at a bank, a court spokesman told reporters.",
    "Nurses went on strike in {city}, {country}, to demand higher wages. “We cannot live on this pay,” said {person}.",
    "Thousands of people protested in {city}, {country}, against a new tax. The square was full by noon.",
    (
        "The work on a new railway in {country} could begin next year. “The train that everybody has waited for so "
        "long.” On Tuesday {person} met mayors in {city}, {country}."
    ),
    "A flood killed three people near {city}, {country}. {person}, who leads the rescue, said roads were closed.",
)


@dataclass(frozen=True)
class Published:
    """A message of `newswire.enriched` or `newswire.events`."""

    topic: str
    key: str
    value: str | None
    superseded: bool = False


@dataclass(frozen=True)
class Stream:
    """Everything that was published, and what a table must hold after it and the deletion."""

    messages: list[Published]
    records: dict[str, EnrichedArticle]
    """The valid version of every article that was not deleted."""
    events: dict[str, FlatEvent]
    """The events of these."""
    deleted: str
    """Id of the article that is deleted last, and whose events are."""


@pytest.fixture(scope="session")
def stream() -> Stream:
    """Return articles with later versions, late versions, withdrawals, a deletion and one in another language."""
    enricher = Enricher(Settings())
    messages: list[Published] = []
    records: dict[str, EnrichedArticle] = {}
    events: dict[str, FlatEvent] = {}
    for article in _articles():
        record = enricher.enrich(article, {})
        earlier = records.get(record.id)
        superseded = earlier is not None and earlier.revision > record.revision
        messages.append(Published("newswire.enriched", record.id, record.model_dump_json(), superseded))
        if superseded:
            continue
        rows = {row.event_id: row for row in flat_events.of(record).values()}
        gone = [key for key, row in events.items() if row.article_id == record.id and key not in rows]
        messages += [Published("newswire.events", key, None) for key in gone]
        messages += [Published("newswire.events", key, row.model_dump_json()) for key, row in rows.items()]
        records[record.id] = record
        events = {key: row for key, row in events.items() if key not in gone} | rows
    deleted = f"urn:example:{ARTICLES - 1}"
    del records[deleted]
    events = {key: row for key, row in events.items() if row.article_id != deleted}
    return Stream(messages, records, events, deleted)


def _articles() -> Iterator[RawArticle]:
    now = datetime.now(UTC).replace(microsecond=0)
    for number in range(ARTICLES):
        country = tuple(CITIES)[number % len(CITIES)]
        city = CITIES[country][number // 3 % 2]
        story = STORIES[number % len(STORIES)].format(
            city=city, country=country, person=PEOPLE[number // 5 % len(PEOPLE)]
        )
        first = RawArticle(
            id=f"urn:example:{number}",
            version="1",
            headline=f"Report {number} from {city}",
            body=story,
            language="en",
            url=f"https://wire.example/{number}",
            published_at=(published := now - timedelta(days=number % DAYS, hours=1)),
        )
        later = first.model_copy(update={"version": "2", "updated_at": published + timedelta(minutes=5)})
        match number % 20:
            case 3:
                yield from (first, later.model_copy(update={"body": "Nothing is known of it yet."}))
            case 7:
                yield from (later.model_copy(update={"headline": f"Report {number}, corrected"}), first)
            case 11:
                yield from (first, first.model_copy(update={"status": "canceled", "body": "", "headline": "Kill"}))
            case 13:
                yield first.model_copy(update={"language": "de"})
            case _:
                yield first
