"""JSON of the crawler news-please (https://github.com/fhamborg/news-please). Missing values are the text `None`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.wire.article import Fields, join_names

if TYPE_CHECKING:
    from collections.abc import Mapping


def fields(row: Mapping[str, object]) -> Fields:
    """Map the crawled article *row* to our fields."""
    row = {name: value for name, value in row.items() if value not in ("None", "")}
    return {
        "id": row.get("url"),
        "source": {"name": row.get("source_domain")},
        "url": row.get("url"),
        "headline": row.get("title"),
        "body": row.get("maintext") or row.get("text") or row.get("description"),
        "language": row.get("language"),
        "published_at": row.get("date_publish"),
        "updated_at": row.get("date_modify"),
        "byline": join_names(row.get("authors")),
    }
