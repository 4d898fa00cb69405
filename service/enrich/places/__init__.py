"""Every place of an article, resolved to a real one, and the countries that the article is about.

words, cues   the article's words, and what those around a name tell
recognition   the mentions of places: `mentions` of one article, `labelled` by the model or `overlooked` by it
names         from a name to its candidates in the gazetteer
groups        the mentions of one name together, and what the text says of it
resolution    which of them each name stands for, all names of the article at once
focus         the countries, mentioned or written about
geojson       records for a map
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.contract.annotations import Location, PlaceMention
from service.enrich.places.focus import weigh
from service.enrich.places.recognition import recognise
from service.enrich.places.resolution import resolve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.tokens import Doc

    from service.contract.annotations import CountryShare, PlaceKind
    from service.contract.raw_article import RawArticle
    from service.enrich.gazetteer.places import Gazetteer
    from service.enrich.places.toponym_groups import Group

__all__ = ["find"]

UNRESOLVED: dict[str, PlaceKind] = {"LOC": "region", "FAC": "facility"}
"""What an unresolved name is taken for by the model's label; else a city, as most small places are."""


def find(doc: Doc, article: RawArticle, gazetteer: Gazetteer) -> tuple[list[Location], list[CountryShare]]:
    """Return the places of *article*, in the order of their first mention, and its countries.

    *doc* is the article's text with its names in `doc.ents`, whose labels any model may have given: they are taken for
    evidence, not for truth. Offsets are code points of `article.text`.
    """
    toponyms = recognise(doc, article, gazetteer)
    context = [part.strip() for part in re.split("[,()/]", article.dateline or "") if part.strip()]
    groups = resolve(toponyms, context, gazetteer, article.text)
    return _locations(groups, gazetteer), weigh(groups, article)


def _locations(groups: Sequence[Group], gazetteer: Gazetteer) -> list[Location]:
    """Join the names of one place (`Romania`, `Romanian`) to one location."""
    joined: dict[object, list[Group]] = {}
    for one in groups:
        joined.setdefault(one.place.row if one.place else one.name, []).append(one)
    locations = [_location(same, gazetteer) for same in joined.values()]
    return sorted(locations, key=lambda location: location.mentions[0].start)


def _location(same: Sequence[Group], gazetteer: Gazetteer) -> Location:
    place = same[0].place
    mentions = sorted((mention for one in same for mention in one.mentions), key=lambda mention: mention.start)
    written = [PlaceMention(start=one.start, end=one.end, text=one.text, as_=one.as_) for one in mentions]
    if place is None:
        kind = UNRESOLVED.get(mentions[0].label, "city")
        return Location(name=mentions[0].text, kind=kind, confidence=0.0, mentions=written)
    division = gazetteer.place(place.admin1).name if place.admin1 >= 0 and place.kind != "admin1" else None
    return Location(
        name=place.name,
        kind=place.kind,
        country=place.country,
        country3=place.country3,
        geonames_id=place.geonames_id,
        lat=place.lat,
        lon=place.lon,
        admin1=division,
        confidence=round(max(one.confidence for one in same), 3),
        mentions=written,
    )
