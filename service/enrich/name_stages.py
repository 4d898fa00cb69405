"""The stages that read an article in one of the other languages, in order: names, places, dates and quotations.

What happened, how many and what about is read in English only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from service.enrich import dates, entities, places, quotes
from service.enrich.fingerprint import describe_pipeline
from service.enrich.gazetteer.languages import LanguageGazetteer
from service.enrich.model import tokenizing, word_store
from service.enrich.timing import timed

if TYPE_CHECKING:
    from spacy.language import Language

    from service.contract.raw_article import RawArticle
    from service.enrich.gazetteer.places import Gazetteer
    from service.settings import Settings


REASONS_IF_NONE_FOUND = {
    "entities": "the text names no person, organisation, place or other thing",
    "locations": "the text names no place",
    "events": "events are coded in English articles only",
    "topics": "topics are assigned to English articles only",
    "counts": "numbers are read in English articles only",
}
"""The reason that a record gives for an empty list."""


class NameStages:
    """Holds the model of names and the place names of one language."""

    reasons_if_none_found = REASONS_IF_NONE_FOUND

    def __init__(self, language: str, nlp: Language, settings: Settings, gazetteer: Gazetteer) -> None:
        self._language = language
        self._nlp = nlp
        self._gazetteer = LanguageGazetteer(gazetteer, language)
        self.pipeline = describe_pipeline(settings, nlp, self._gazetteer.edition)

    def read(self, article: RawArticle, seconds: dict[str, float]) -> dict[str, Any]:
        """Return the record's lists by name, and add the wall-clock time of each stage to *seconds*."""
        with word_store.scope(self._nlp, article.text):
            return self._stages(article, seconds)

    def _stages(self, article: RawArticle, seconds: dict[str, float]) -> dict[str, Any]:
        lists: dict[str, Any] = {}
        with timed(seconds, "model"):
            doc = tokenizing.annotate(self._nlp, article.text)
        with timed(seconds, "entities"):
            lists["entities"] = entities.find_in(doc, self._language, self._gazetteer, headline=len(article.headline))
        with timed(seconds, "locations"):
            lists["locations"], lists["countries"] = places.find_in(doc, article, self._gazetteer, self._language)
        with timed(seconds, "dates"):
            lists["dates"] = dates.find_in(doc, article.published_at, self._language)
        with timed(seconds, "quotes"):
            lists["quotes"] = quotes.find_in(doc, self._language, lists["entities"])
        return lists
