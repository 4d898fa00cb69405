"""JSON of the extractor trafilatura (https://trafilatura.readthedocs.io): `source` is the address of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from service.wire.article import Fields


def fields(row: Mapping[str, object]) -> Fields:
    """Map the extracted page *row* to our fields."""
    url = row.get("source") or row.get("url")
    author = row.get("author")
    return {
        "id": row.get("id") or url,
        "source": {"name": row.get("source-hostname") or row.get("sitename") or row.get("hostname")},
        "url": url,
        "headline": row.get("title"),
        "body": row.get("text") or row.get("raw_text") or row.get("excerpt"),
        "language": row.get("language"),
        "published_at": row.get("date"),
        "byline": author.replace("; ", ", ") if isinstance(author, str) else author,
    }
