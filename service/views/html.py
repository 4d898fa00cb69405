"""A record → HTML: a fragment for the live page, or a page of its own. Pure; every value is escaped."""

from __future__ import annotations

import base64
import hashlib
import math
from collections import Counter
from functools import cache
from importlib.resources import files
from textwrap import shorten
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from service.views import marking, world_map

if TYPE_CHECKING:
    from service.contract.annotations import Location
    from service.contract.enriched_article import EnrichedArticle

SHOWN_CHARACTERS = 20_000  # of a text on the live page: some 3,000 words, ten times the usual article
SHOWN_ROWS = 50  # of a table on the live page
TITLE_CHARACTERS = 120  # of the text, where there is no headline
AREAS = {"country", "admin1", "region", "continent", "water"}  # their coordinates are only their middle
COLOURED = {"PERSON", "ORG", "NORP"}  # types of entity with a colour of their own


def fragment(record: EnrichedArticle) -> str:
    """Return *record* as one entry of the live page. What is too long for a page to bear is cut, and says so."""
    return _environment().get_template("fragment.html").render(_values(record, SHOWN_CHARACTERS, SHOWN_ROWS))


def document(record: EnrichedArticle) -> str:
    """Return *record* as a page of its own that needs nothing beside it: whole, with a map, without a script."""
    style = (files("service.views") / "static/page.css").read_text()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        _environment()
        .get_template("document.html")
        .render(_values(record, None, None), style=style, policy=f"default-src 'none'; style-src 'sha256-{digest}'")
    )


def live(title: str) -> str:
    """Return the live page, empty."""
    return _environment().get_template("live.html").render(title=title, world=world_map.WORLD)


def _values(record: EnrichedArticle, characters: int | None, rows: int | None) -> dict[str, Any]:
    points = [place for place in record.locations if place.lat is not None and place.lon is not None]
    view = world_map.around(
        [(place.lat, place.lon) for place in points if place.lat is not None and place.lon is not None]
    )
    return {
        "record": record,
        "title": record.headline or shorten(record.text, TITLE_CHARACTERS, placeholder=" …") or record.id,
        "link": record.url if record.url and _is_web(record.url) else None,
        "segments": list(marking.segments(record.text, marking.marks(record), characters)),
        "cut": max(0, len(record.text) - characters) if characters else 0,
        "rows": rows,
        "points": points,
        "areas": AREAS,
        "view": view,
        "classes": _classes,
        "radius": lambda place: _radius(place, view),
        "entity_types": Counter(entity.type for entity in record.entities).most_common(),
    }


def _is_web(url: str) -> bool:
    """Tell whether *url* may become a link: `javascript:` and `data:` would run in the page."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _classes(segment: marking.Segment) -> str:
    """Return the CSS classes of a marked segment."""
    names = {mark.kind for mark in segment.marks}
    types = {mark.label for mark in segment.marks if mark.kind == "entity"}
    return " ".join(sorted(names | {name.lower() for name in types & COLOURED}))


def _radius(place: Location, view: world_map.View) -> float:
    """Return the radius of a place's dot in degrees: by its mentions, a hundredth of the view's width and up."""
    return round(view.width * 0.008 * min(3.0, math.sqrt(len(place.mentions))), 2)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("service.views"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
