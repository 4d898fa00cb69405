"""Records as they come from the topic."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from service.page.publications import Publication

if TYPE_CHECKING:
    from service.contract.enriched_article import EnrichedArticle


def publication(article_id: str = "a", value: bytes = b"", **changes: Any) -> Publication:
    """Return a publication of *article_id* with *changes*."""
    fields: dict[str, Any] = {
        "key": article_id,
        "id": article_id,
        "revision": "",
        "status": "enriched",
        "embargoed_until": None,
        "superseded": False,
        "timestamp": 0,
        "value": value,
    }
    return Publication(**(fields | changes))


def published(record: EnrichedArticle, **changes: Any) -> Publication:
    """Return *record*, with *changes* to its fields, as it is published."""
    changed = record.model_copy(update=changes)
    until = changed.embargoed_until
    return publication(
        changed.id,
        changed.model_dump_json().encode(),
        revision=changed.revision,
        status=changed.status,
        embargoed_until=until if isinstance(until, datetime) else None,
    )
