"""Find the mentions of places: the model's names and the gazetteer's, each correcting the other.

The model alone calls `Ukrainian` a city and misses `Kyiv's`; the gazetteer alone finds a place in every Paris Hilton.
Therefore a name that the model calls a place is one unless the gazetteer or the article contradicts it (`labelled`). A
name that only the gazetteer knows is a place if the model has no other name there and the words around it agree; and
a name that is a place once in an article is one wherever else it stands alone (`overlooked_places`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.enrich.places import cues, labelled, overlooked_places
from service.enrich.places.toponyms import POPULATION_KNOWN_BY_NAME, ToponymCollector, is_well_known
from service.enrich.places.words import read_words

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from service.contract.raw_article import RawArticle
    from service.enrich.gazetteer.places import Gazetteer
    from service.enrich.places.toponyms import Toponym

_DOLLARS = re.compile(r" ?\$ ?\d")


def recognise(doc: Doc, article: RawArticle, gazetteer: Gazetteer) -> list[Toponym]:
    """Return the mentions of places in *doc*, in text order and without overlap."""
    text = article.text
    collector = ToponymCollector(read_words(text, doc), gazetteer, cues.datelines(text, article))
    labelled.add_labelled(collector)
    overlooked_places.add_overlooked(collector)
    places = [toponym for toponym in _without_diseases(collector) if not _DOLLARS.match(text, toponym.end)]
    return sorted(places, key=lambda toponym: toponym.start)


def _without_diseases(collector: ToponymCollector) -> list[Toponym]:
    """Return the toponyms except those that name a disease: `Ebola virus`, `West Nile fever`, and `Ebola` alone.

    A well-known place is left out only where the disease is named: `China` beside `China flu` is still the country.
    """
    document = collector.words.document
    of_diseases = {
        toponym.text
        for toponym in collector.toponyms
        if toponym.as_ != "demonym" and cues.DISEASE.match(document, toponym.end)
    }
    well_known = {
        text for text in of_diseases if is_well_known(collector.gazetteer.candidates(text), POPULATION_KNOWN_BY_NAME)
    }
    return [
        toponym
        for toponym in collector.toponyms
        if toponym.text not in of_diseases - well_known
        and not (toponym.text in well_known and cues.DISEASE.match(document, toponym.end))
    ]
