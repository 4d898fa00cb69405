"""Articles of Event Registry (NewsAPI.ai), as its API returns a single article."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.wire.article import Fields, join_names

if TYPE_CHECKING:
    from collections.abc import Mapping


def fields(row: Mapping[str, object]) -> Fields:
    """Map the article *row* to our fields."""
    source = row.get("source")
    return {
        "id": row.get("uri"),
        "source": {"name": source.get("title"), "uri": source.get("uri")} if isinstance(source, dict) else source,
        "url": row.get("url"),
        "headline": row.get("title"),
        "body": row.get("body"),
        "language": row.get("lang"),
        "published_at": row.get("dateTimePub") or row.get("dateTime") or row.get("date"),
        "updated_at": row.get("dateTime"),
        "byline": join_names(row.get("authors")),
    }
