"""Run the stages in order: from a RawArticle to an EnrichedArticle.

Pure: a record depends on its article, the data and the settings, not on time, network, randomness or other articles.
"""

from __future__ import annotations

import time
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from service.contract.enriched_article import EnrichedArticle, NoneFound
from service.enrich import (
    article_topics,
    counts,
    dates,
    entities,
    events,
    near_duplicates,
    places,
    quotes,
    span_check,
    tags,
)
from service.enrich.boilerplate import ArticleText
from service.enrich.entities import references
from service.enrich.fingerprint import describe_pipeline
from service.enrich.gazetteer.places import Gazetteer
from service.enrich.language import LanguageDetector
from service.enrich.model import loading, tokenizing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from service.contract.raw_article import RawArticle
    from service.settings import Settings

COPIED_FIELDS = (
    "id",
    "version",
    "revision",
    "source",
    "url",
    "headline",
    "text",
    "published_at",
    "updated_at",
    "embargoed_until",
    "byline",
    "dateline",
)
"""Fields that the record copies from the article unchanged."""

MAX_VOCABULARY_WORDS = 20_000
"""Words that the vocabulary keeps forever: those of about 200 articles, 5 MB."""
MAX_CODE_POINTS_TO_KEEP_WORDS = 20_000
"""Length of the longest article whose words are kept.

A million code points of random letters could add hundreds of thousands of words at once.
"""

REASONS_IF_NONE_FOUND = {
    "entities": "the text names no person, organisation, place or other thing",
    "locations": "the text names no place",
    "events": "no sentence states an event of the kinds that are coded",
    "topics": "no Media Topic scored high enough to be listed",
}
"""The reason that a record gives for an empty list."""


class Enricher:
    """Holds the model and the data. `enrich` is a pure function of the article."""

    def __init__(self, settings: Settings) -> None:
        self._nlp = loading.load(settings.model)
        self._languages = LanguageDetector(settings.languages)
        self._gazetteer = Gazetteer()
        self._watched = frozenset(settings.watched)
        self._entities = entities.EntityFinder(self._gazetteer)
        self._pipeline = describe_pipeline(settings, self._nlp, self._gazetteer)

    def enrich(self, article: RawArticle, seconds: dict[str, float]) -> EnrichedArticle:
        """Return the record of *article*, and add the wall-clock time of each stage to *seconds*.

        A withdrawn article and one in another language are not read: their record says why.

        Raises:
            SpanMismatchError: A stage returned a mention that is not in the text, which is a bug.
        """
        if article.status != "usable":
            return self._unread_record(
                article, "retracted", article.language, f"the article was {article.status} by its source"
            )
        with _timed(seconds, "language"):
            language = self._languages.language(article)
        if not self._languages.supports(language):
            enriched = ", ".join(self._languages.supported)
            reason = f"the article's language is {language}; enriched are: {enriched}"
            return self._unread_record(article, "unsupported_language", language, reason)
        with _timed(seconds, "boilerplate"):
            text = ArticleText(article)
        with self._vocabulary_scope(article):
            lists = self._stages(text.article, seconds)
        with _timed(seconds, "boilerplate"):
            lists = text.restore(lists)
        with _timed(seconds, "check"):
            none_found = NoneFound(
                **{name: reason for name, reason in REASONS_IF_NONE_FOUND.items() if not lists.get(name)}
            )
            return span_check.check(self._record(article, "enriched", language, none_found, **lists))

    def _vocabulary_scope(self, article: RawArticle) -> AbstractContextManager[Any]:
        """Keep the words of the first articles in the vocabulary, and drop those of later ones with their article.

        A known word costs the tokenizer a third of the time of a new one. But a vocabulary that keeps all words grows
        indefinitely.
        """
        if len(self._nlp.vocab) < MAX_VOCABULARY_WORDS and len(article.text) < MAX_CODE_POINTS_TO_KEEP_WORDS:
            return nullcontext()
        return self._nlp.memory_zone()

    def _stages(self, article: RawArticle, seconds: dict[str, float]) -> dict[str, Any]:
        """Return the record's lists by name: one line per stage, in an order in which each builds on those before.

        Two annotations are shared. The entities stage replaces the model's names in `doc.ents` by those it decided on.
        Then the parse is built from the doc, with these names in it; all stages after it read it.
        """
        lists: dict[str, Any] = {}
        with _timed(seconds, "model"):
            doc = tokenizing.annotate(self._nlp, article.text)
        with _timed(seconds, "entities"):
            lists["entities"] = self._entities.find(doc, headline=len(article.headline))
            # The first to read the parse, which is kept with the doc: one from before would hold the model's names.
            refers_to = references.find(doc, lists["entities"])
        with _timed(seconds, "locations"):
            lists["locations"], lists["countries"] = places.find(doc, article, self._gazetteer)
            lists["watched"] = [row.code for row in lists["countries"] if row.code in self._watched]
        with _timed(seconds, "dates"):
            lists["dates"] = dates.find(doc, article.published_at)
        with _timed(seconds, "events"):
            lists["events"] = events.find(doc, lists["locations"], refers_to, lists["dates"])
        with _timed(seconds, "topics"):
            lists["topics"] = article_topics.find(doc)
        with _timed(seconds, "tags"):
            lists["tags"] = tags.assign(doc, lists["events"])
        with _timed(seconds, "quotes"):
            lists["quotes"] = quotes.find(doc, refers_to)
        with _timed(seconds, "counts"):
            lists["counts"] = counts.find(doc, lists["countries"])
        return lists

    def _unread_record(self, article: RawArticle, status: str, language: str | None, reason: str) -> EnrichedArticle:
        none_found = NoneFound(**dict.fromkeys(NoneFound.model_fields, reason))
        return self._record(article, status, language, none_found)

    def _record(
        self, article: RawArticle, status: str, language: str | None, none_found: NoneFound, **lists: Any
    ) -> EnrichedArticle:
        return EnrichedArticle.model_validate(
            {name: getattr(article, name) for name in COPIED_FIELDS}
            | {"story": [] if status == "retracted" else near_duplicates.bands(article.text)}
            | {"status": status, "language": language, "none_found": none_found, "pipeline": self._pipeline}
            | lists
        )


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    seconds[stage] = seconds.get(stage, 0.0) + time.monotonic() - started
