"""A record as HTML: an entry of the live page, or a page of its own. Every value is escaped."""

from __future__ import annotations

import base64
import hashlib
import math
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from service.views import marking, record_parts, world_map

if TYPE_CHECKING:
    from service.contract.annotations import Location
    from service.contract.enriched_article import EnrichedArticle

MAX_CHARACTERS = 20_000  # of a text on the live page: about 3,000 words, ten times the usual article
MAX_ROWS = 50  # of a table on the live page
COLOURED_TYPES = {"PERSON", "ORG", "NORP"}  # entity types with a colour of their own
DOT_RADIUS = 0.008  # of a place with one mention, as a share of the width of the map
MAX_DOT_SCALE = 3.0  # reached at nine mentions


def fragment(record: EnrichedArticle) -> str:
    """Return *record* as one entry of the live page.

    Text and tables that are too long for a page are cut, and the entry says so. The entry of a retracted article has no
    text and no headline, which may be what the source took back.
    """
    if record.status == "retracted":
        return _environment().get_template("retracted.html").render(record=record)
    return _environment().get_template("fragment.html").render(_values(record, MAX_CHARACTERS, MAX_ROWS))


def document(record: EnrichedArticle) -> str:
    """Return *record*, uncut and with a map, as a page that needs no other file and runs no script."""
    style = (files("service.views") / "static/page.css").read_text()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        _environment()
        .get_template("document.html")
        .render(_values(record, None, None), style=style, policy=f"default-src 'none'; style-src 'sha256-{digest}'")
    )


def live(title: str) -> str:
    """Return the live page without records."""
    return _environment().get_template("live.html").render(title=title, world=world_map.WORLD)


def _values(record: EnrichedArticle, max_characters: int | None, max_rows: int | None) -> dict[str, Any]:
    points = record_parts.located_places(record)
    view = world_map.around([(latitude, longitude) for _, latitude, longitude in points])
    return {
        "record": record,
        "title": record_parts.title(record),
        "published": record_parts.published(record),
        "countries": record_parts.countries_about(record),
        "link": record.url if record.url and _is_web_address(record.url) else None,
        "segments": list(marking.segments(record.text, marking.marks(record), max_characters)),
        "cut": max(0, len(record.text) - max_characters) if max_characters else 0,
        "rows": max_rows,
        "points": points,
        "area_kinds": record_parts.AREA_KINDS,
        "event_flags": record_parts.event_flags,
        "view": view,
        "classes": _classes,
        "radius": lambda place: _radius(place, view),
        "entity_types": Counter(entity.type for entity in record.entities).most_common(),
    }


def _is_web_address(url: str) -> bool:
    """Return whether *url* may become a link: `javascript:` and `data:` would run in the page."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _classes(segment: marking.Segment) -> str:
    """Return the CSS classes of a marked segment."""
    kinds = {mark.kind for mark in segment.marks}
    types = {mark.label for mark in segment.marks if mark.kind == "entity"}
    main = {"main"} if any(mark.main for mark in segment.marks) else set()
    return " ".join(sorted(kinds | main | {name.lower() for name in types & COLOURED_TYPES}))


def _radius(place: Location, view: world_map.View) -> float:
    """Return the radius of the dot of a place, in degrees: its area grows with the number of mentions."""
    return round(view.width * DOT_RADIUS * min(MAX_DOT_SCALE, math.sqrt(len(place.mentions))), 2)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("service.views"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
