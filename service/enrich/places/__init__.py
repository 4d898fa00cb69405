"""Every place of an article, resolved to a place of the gazetteer, and the countries that the article is about.

Reading:
    words               the article's words, with the model's names over them
    cues                what the words around a name say about it
Recognition:
    recognition         the mentions of places in one article, from the two modules below
    labelled            places among the names that the model marked
    overlooked_places   places that the model did not mark
    toponyms            one mention, and the collector that these modules fill
    language_recognition  the mentions in an article of another language, with its words in `language_cues`
Resolution:
    place_names         from a name to its candidates in the gazetteer
    toponym_groups      the mentions of one name together, and what the text says about it
    resolution          which candidate each name stands for, all names of the article at once
    home_country        which country the article is written in or for, by its institutions, money and site
Summary:
    focus               the countries, and which of them the article is about
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.contract.annotations import Location, PlaceMention
from service.enrich.places import focus, home_country, language_cues, language_recognition
from service.enrich.places.recognition import recognise
from service.enrich.places.resolution import resolve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.tokens import Doc

    from service.contract.annotations import CountryShare, PlaceKind
    from service.contract.raw_article import RawArticle
    from service.enrich.gazetteer.places import Gazetteer
    from service.enrich.places.home_country import HomeEvidence
    from service.enrich.places.toponym_groups import ToponymGroup
    from service.enrich.places.toponyms import Toponym

__all__ = ["find", "find_in"]

KIND_OF_UNRESOLVED: dict[str, PlaceKind] = {"LOC": "region", "FAC": "facility"}
"""Kind of an unresolved name by the model's label. With any other label it is a city, as most small places are."""


def find(doc: Doc, article: RawArticle, gazetteer: Gazetteer) -> tuple[list[Location], list[CountryShare]]:
    """Return the places of *article* in the order of their first mention, and its countries.

    *doc* is the text of *article* with names in `doc.ents`. Any model may have given their labels, which are used as
    evidence and not trusted. Offsets are code points of `article.text`.
    """
    toponyms = recognise(doc, article, gazetteer)
    home = home_country.evidence(doc, article, toponyms, gazetteer)
    return _resolved(doc, article, toponyms, home, gazetteer, weights=focus.ENGLISH)


def find_in(
    doc: Doc, article: RawArticle, gazetteer: Gazetteer, language: str
) -> tuple[list[Location], list[CountryShare]]:
    """Return the places and the countries of an article in *language*, as `find` does; *doc* needs no parse.

    *gazetteer* is that of the language.
    """
    lists = language_cues.of(language)
    toponyms = language_recognition.recognise(doc, article, gazetteer, lists)
    home = home_country.evidence_in_language(doc, article, toponyms, gazetteer, lists.home)
    return _resolved(doc, article, toponyms, home, gazetteer, weights=focus.WITHOUT_PARSE)


def _resolved(
    doc: Doc,
    article: RawArticle,
    toponyms: Sequence[Toponym],
    home: HomeEvidence,
    gazetteer: Gazetteer,
    *,
    weights: focus.Weights,
) -> tuple[list[Location], list[CountryShare]]:
    context = [part.strip() for part in re.split("[,()/]", article.dateline or "") if part.strip()]
    groups = resolve(toponyms, context, home.total, gazetteer, article.text)
    return _locations(groups, gazetteer), focus.weigh(groups, article, doc, home, weights)


def _locations(groups: Sequence[ToponymGroup], gazetteer: Gazetteer) -> list[Location]:
    """Join the names of one place (`Romania`, `Romanian`) to one location."""
    by_place: dict[object, list[ToponymGroup]] = {}
    for group in groups:
        by_place.setdefault(group.place.row if group.place else group.name, []).append(group)
    locations = [_location(same_place, gazetteer) for same_place in by_place.values()]
    return sorted(locations, key=lambda location: location.mentions[0].start)


def _location(groups: Sequence[ToponymGroup], gazetteer: Gazetteer) -> Location:
    """Return the location of *groups*, which all stand for one place or are one unresolved name."""
    place = groups[0].place
    toponyms = sorted((toponym for group in groups for toponym in group.mentions), key=lambda toponym: toponym.start)
    mentions = [_mention(toponym) for toponym in toponyms]
    if place is None:
        kind = KIND_OF_UNRESOLVED.get(toponyms[0].label, "city")
        return Location(name=toponyms[0].text, kind=kind, confidence=0.0, mentions=mentions)
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
        confidence=round(max(group.confidence for group in groups), 3),
        mentions=mentions,
    )


def _mention(toponym: Toponym) -> PlaceMention:
    return PlaceMention(start=toponym.start, end=toponym.end, text=toponym.text, as_=toponym.as_)
