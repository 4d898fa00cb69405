"""The stages that read an English article, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from service.enrich import article_topics, counts, dates, entities, events, places, quotes, tags
from service.enrich.boilerplate import ArticleText
from service.enrich.entities import references
from service.enrich.fingerprint import describe_pipeline
from service.enrich.model import loading, tokenizing, word_store
from service.enrich.timing import timed

if TYPE_CHECKING:
    from service.contract.raw_article import RawArticle
    from service.enrich.gazetteer.places import Gazetteer
    from service.settings import Settings

REASONS_IF_NONE_FOUND = {
    "entities": "the text names no person, organisation, place or other thing",
    "locations": "the text names no place",
    "events": "no sentence states an event of the kinds that are coded",
    "topics": "no Media Topic scored high enough to be listed",
}
"""The reason that a record gives for an empty list."""


class EnglishStages:
    """Holds the English model and the data of the stages."""

    reasons_if_none_found = REASONS_IF_NONE_FOUND

    def __init__(self, settings: Settings, gazetteer: Gazetteer) -> None:
        self._nlp = loading.load(settings.model)
        self._gazetteer = gazetteer
        self._entities = entities.EntityFinder(gazetteer)
        self.pipeline = describe_pipeline(settings, self._nlp, gazetteer.edition)

    def read(self, article: RawArticle, seconds: dict[str, float]) -> dict[str, Any]:
        """Return the record's lists by name, and add the wall-clock time of each stage to *seconds*."""
        with timed(seconds, "boilerplate"):
            text = ArticleText(article)
        with word_store.scope(self._nlp, article.text):
            lists = self._stages(text.article, seconds)
        with timed(seconds, "boilerplate"):
            return text.restore(lists)

    def _stages(self, article: RawArticle, seconds: dict[str, float]) -> dict[str, Any]:
        """Return the lists by name: one line per stage, in an order in which each builds on those before.

        Two annotations are shared. The entities stage replaces the model's names in `doc.ents` by those it decided on.
        Then the parse is built from the doc, with these names in it; all stages after it read it.
        """
        lists: dict[str, Any] = {}
        with timed(seconds, "model"):
            doc = tokenizing.annotate(self._nlp, article.text)
        with timed(seconds, "entities"):
            lists["entities"] = self._entities.find(doc, headline=len(article.headline))
            # The first to read the parse, which is kept with the doc: one from before would hold the model's names.
            refers_to = references.find(doc, lists["entities"])
        with timed(seconds, "locations"):
            lists["locations"], lists["countries"] = places.find(doc, article, self._gazetteer)
        with timed(seconds, "dates"):
            lists["dates"] = dates.find(doc, article.published_at)
        with timed(seconds, "events"):
            lists["events"] = events.find(doc, lists["locations"], refers_to, lists["dates"])
        with timed(seconds, "topics"):
            lists["topics"] = article_topics.find(doc)
        with timed(seconds, "tags"):
            lists["tags"] = tags.assign(doc, lists["events"])
        with timed(seconds, "quotes"):
            lists["quotes"] = quotes.find(doc, refers_to)
        with timed(seconds, "counts"):
            lists["counts"] = counts.find(doc, lists["countries"])
        return lists
