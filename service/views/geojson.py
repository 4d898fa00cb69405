"""Records as GeoJSON (RFC 7946): one Feature per place that was resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from service.views import record_parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.contract.enriched_article import EnrichedArticle


def feature_collection(records: Iterable[EnrichedArticle]) -> dict[str, Any]:
    """Return the places of *records* as a FeatureCollection.

    The properties are fields of the record: id, headline and time of the article; name, kind, ids and confidence of the
    place; the number of its mentions, and whether the article is about its country. A place without a point ("the
    West") has null as its geometry.
    """
    return {"type": "FeatureCollection", "features": [feature for record in records for feature in features(record)]}


def features(record: EnrichedArticle) -> list[dict[str, Any]]:
    """Return a Feature for every place of *record*, in the order of the record."""
    about = {country.code for country in record_parts.countries_about(record)}
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
