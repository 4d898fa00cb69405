"""Records as GeoJSON (RFC 7946), for any map: a point for every place that was resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.contract.enriched_article import EnrichedArticle


def feature_collection(records: Iterable[EnrichedArticle]) -> dict[str, Any]:
    """Return the places of *records* as a FeatureCollection; a place without a point (the West) has null for one.

    Properties are the record's own fields: the article's id, headline and time, the place's name, kind, ids and
    confidence, how often it is mentioned, and whether the article is about its country.
    """
    return {"type": "FeatureCollection", "features": [one for record in records for one in features(record)]}


def features(record: EnrichedArticle) -> list[dict[str, Any]]:
    """Return a Feature for every place of *record*, in the record's order."""
    about = {country.code for country in record.countries if country.about}
    return [
        {
            "type": "Feature",
            "geometry": None if place.lat is None else {"type": "Point", "coordinates": [place.lon, place.lat]},
            "properties": {
                "article": record.id,
                "headline": record.headline,
                "published_at": record.published_at.isoformat() if record.published_at else None,
                **place.model_dump(include={"name", "kind", "country", "admin1", "geonames_id", "confidence"}),
                "mentions": len(place.mentions),
                "about": place.country in about,
            },
        }
        for place in record.locations
    ]
