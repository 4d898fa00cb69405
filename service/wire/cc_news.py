"""Rows of CC-NEWS, the news part of Common Crawl, as published in data sets of articles."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from service.wire.article import Fields


def fields(row: Mapping[str, object]) -> Fields:
    """Map *row* to our fields."""
    return {
        "id": row.get("id") or row.get("url"),
        "source": {"name": row.get("domain")},
        "url": row.get("url"),
        "headline": row.get("title"),
        "body": row.get("text") or row.get("description"),
        "language": row.get("language"),
        "published_at": row.get("date"),
    }
