"""Index templates and an ingest pipeline for OpenSearch and Elasticsearch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from service.sinks import columns
from service.sinks.columns import List, Object

if TYPE_CHECKING:
    from service.sinks.columns import Column, Type

PIPELINE = "newswire-points"
MAX_KEYWORD_CHARACTERS = 1_024
"""Longer ones are stored and not indexed. Lucene refuses a whole document for a term of more than 32,766 bytes."""
PROSE = {"headline", "text", "sentence"}
"""Members at the top of a record or flat event in which words are searched; all others are compared as a whole."""
OFFSETS = {"start", "end"}
"""Members that nobody searches for: they are stored and not indexed."""
POINTS_SCRIPT = """\
def items = new ArrayList();
if (ctx.locations != null) { items.addAll(ctx.locations); }
items.add(ctx);
for (item in items) {
  if (item.lat != null && item.lon != null) { item.point = ['lat': item.lat, 'lon': item.lon]; }
}"""

_TYPES: dict[Type, dict[str, Any]] = {
    "text": {"type": "keyword", "ignore_above": MAX_KEYWORD_CHARACTERS},
    "code": {"type": "keyword", "ignore_above": MAX_KEYWORD_CHARACTERS},
    "integer": {"type": "long"},
    "number": {"type": "double"},
    "boolean": {"type": "boolean"},
    "timestamp": {"type": "date"},
}


def requests() -> dict[str, dict[str, Any]]:
    """Return the body of every request by its path: each is sent with PUT, in this order."""
    return {
        f"_ingest/pipeline/{PIPELINE}": {
            "description": "Add a geo_point to everything that has coordinates.",
            "processors": [{"script": {"lang": "painless", "source": POINTS_SCRIPT}}],
        },
        "_index_template/newswire-articles": _index_template("newswire.enriched", columns.of_records()),
        "_index_template/newswire-events": _index_template("newswire.events", columns.of_events()),
    }


def _index_template(topic: str, members: tuple[Column, ...]) -> dict[str, Any]:
    """Return the template for indexes named after *topic*, as the sink connectors for Kafka name them."""
    properties = _properties(members, {"type": "nested"})
    for name in PROSE & properties.keys():
        properties[name] = {"type": "text", "analyzer": "english"}
    return {
        "index_patterns": [f"{topic}*"],
        "template": {
            "settings": {"index.default_pipeline": PIPELINE},
            # Members of a later 1.x are stored; they are indexed once the template names them.
            "mappings": {"dynamic": False, "properties": properties},
        },
    }


def _properties(members: tuple[Column, ...], of_lists: dict[str, str]) -> dict[str, Any]:
    """Return the mapping of every member, with *of_lists* in those of lists of objects.

    At the top these are nested, so that two items never match as one. In items they are not: a document has at most
    10,000 nested objects, and mentions alone may be more.
    """
    properties = {member.name: _mapping(member, of_lists) for member in members}
    if {"lat", "lon"} <= properties.keys():
        properties["point"] = {"type": "geo_point"}
    return properties


def _mapping(member: Column, of_lists: dict[str, str]) -> dict[str, Any]:
    if isinstance(member.type, Object):
        return {"properties": _properties(member.type.columns, {})}
    if isinstance(member.type, List):
        items = member.type.items
        return of_lists | {"properties": _properties(items.columns, {})} if isinstance(items, Object) else _TYPES[items]
    return _TYPES[member.type] | ({"index": False, "doc_values": False} if member.name in OFFSETS else {})
