"""Find the mentions of places: the model's names and the gazetteer's, each correcting the other.

The model alone calls `Ukrainian` a city and misses `Kyiv's`; the gazetteer alone finds a place in every Paris Hilton.
So a name that the model calls a place is one unless the gazetteer or the article knows better (`labelled`); a name that
the gazetteer knows is one where the model has nothing else there and the words around it agree, and what is a place
once in an article is one wherever it stands alone (`overlooked`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.enrich.places import cues, labelled, overlooked_places
from service.enrich.places.mentions import BIG, Mentions, is_known
from service.enrich.places.words import read_words

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from service.contract.raw_article import RawArticle
    from service.enrich.gazetteer.places import Gazetteer
    from service.enrich.places.mentions import Toponym


def recognise(doc: Doc, article: RawArticle, gazetteer: Gazetteer) -> list[Toponym]:
    """Return the mentions of places in *doc*, in order and without overlap."""
    text = article.text
    mentions = Mentions(read_words(text, doc), gazetteer, cues.datelines(text, article))
    labelled.take(mentions)
    overlooked_places.take(mentions)
    return sorted(_without_diseases(mentions), key=lambda toponym: toponym.start)


def _without_diseases(mentions: Mentions) -> list[Toponym]:
    """Leave out the places that diseases were named after: `Ebola virus`, `West Nile fever`, and `Ebola` alone."""
    document = mentions.words.document
    named = {
        toponym.text
        for toponym in mentions.found
        if toponym.as_ != "demonym" and cues.DISEASE.match(document, toponym.end)
    }
    known = {text for text in named if is_known(mentions.gazetteer.candidates(text), BIG)}
    return [
        toponym
        for toponym in mentions.found
        if toponym.text not in named - known
        and not (toponym.text in known and cues.DISEASE.match(document, toponym.end))
    ]
