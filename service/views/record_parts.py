"""What every view of a record shows."""

from __future__ import annotations

from textwrap import shorten
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.contract.annotations import CountryShare, Event, Location
    from service.contract.enriched_article import EnrichedArticle

MAX_TITLE_CHARACTERS = 120  # of the text, if there is no headline
AREA_KINDS = {"country", "admin1", "region", "continent", "water"}  # a point is only the middle of such a place
EVENT_FLAGS = ("main", "negated", "future", "hypothetical", "historical")


def title(record: EnrichedArticle) -> str:
    """Return the headline of *record*, or else the beginning of its text, or else its id."""
    return record.headline or shorten(record.text, MAX_TITLE_CHARACTERS, placeholder=" …") or record.id


def published(record: EnrichedArticle) -> str | None:
    """Return when *record* was published, to the minute; None if that is unknown."""
    return record.published_at.strftime("%Y-%m-%d %H:%M UTC") if record.published_at else None


def countries_about(record: EnrichedArticle) -> list[CountryShare]:
    """Return the countries that *record* is about, without those that it only mentions."""
    return [country for country in record.countries if country.about]


def located_places(record: EnrichedArticle) -> list[tuple[Location, float, float]]:
    """Return each place of *record* that has a point, with its latitude and longitude in degrees."""
    return [
        (place, place.lat, place.lon)
        for place in record.locations
        if place.lat is not None and place.lon is not None  # "the West" has none
    ]


def event_flags(event: Event) -> list[str]:
    """Return the names of the flags that are set on *event*."""
    return [flag for flag in EVENT_FLAGS if getattr(event, flag)]
