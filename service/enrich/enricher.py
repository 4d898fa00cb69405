"""The stages in order: from a RawArticle to an EnrichedArticle. Pure: no clock in the value, no network, no random."""

from __future__ import annotations

import time
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from service.contract.enriched_article import EnrichedArticle, NoneFound
from service.enrich import counts, dates, entities, events, near_duplicates, places, quotes, span_check, tags
from service.enrich.fingerprint import describe
from service.enrich.gazetteer.places import Gazetteer
from service.enrich.language import LanguageDetector
from service.enrich.model import loading, tokenizing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from service.contract.raw_article import RawArticle
    from service.settings import Settings

COPIED = (
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
"""Fields that the record takes from the article as they are."""

KEPT_WORDS = 20_000
"""Words that the vocabulary keeps: those of some 200 articles, 5 MB."""
KEPT_LENGTH = 20_000
"""Code points of the longest article whose words are kept: a million of random letters would be a million words."""

NOT_FOUND = {
    "entities": "the text names no person, organisation, place or other thing",
    "locations": "the text names no place",
    "events": "no sentence states an event of the kinds that are coded",
}


class Enricher:
    """Holds the model and the data; `enrich` is a function of the article alone."""

    def __init__(self, settings: Settings) -> None:
        self._nlp = loading.load(settings.model)
        self._languages = LanguageDetector(settings.languages)
        self._gazetteer = Gazetteer()
        self._watched = frozenset(settings.watched)
        self._entities = entities.EntityFinder(self._gazetteer)
        self._pipeline = describe(settings, self._nlp, self._gazetteer)

    def enrich(self, article: RawArticle, seconds: dict[str, float]) -> EnrichedArticle:
        """Return the record of *article*, and add the time of each stage to *seconds*.

        Raises:
            SpanMismatchError: A stage gave a mention that is not in the text: a bug.
        """
        if article.status != "usable":
            return self._bare(article, "retracted", article.language, f"the article was {article.status} by its source")
        with _timed(seconds, "language"):
            language = self._languages.language(article)
        if not self._languages.supports(language):
            enriched = ", ".join(self._languages.supported)
            reason = f"the article's language is {language}; enriched are: {enriched}"
            return self._bare(article, "unsupported_language", language, reason)
        with self._memory(article):
            found = self._stages(article, seconds)
        with _timed(seconds, "check"):
            none_found = NoneFound(**{name: reason for name, reason in NOT_FOUND.items() if not found.get(name)})
            return span_check.check(self._record(article, "enriched", language, none_found, **found))

    def _memory(self, article: RawArticle) -> AbstractContextManager[Any]:
        """Let the vocabulary keep the words of the first articles; those of later ones go with their article.

        A known word costs the tokenizer a third of a new one, and a vocabulary that keeps all grows for ever.
        """
        if len(self._nlp.vocab) < KEPT_WORDS and len(article.text) < KEPT_LENGTH:
            return nullcontext()
        return self._nlp.memory_zone()

    def _stages(self, article: RawArticle, seconds: dict[str, float]) -> dict[str, Any]:
        """Return the record's lists by name: one line a stage, in the order in which each builds on those before."""
        found: dict[str, Any] = {}
        with _timed(seconds, "model"):
            doc = tokenizing.read(self._nlp, article.text)
        with _timed(seconds, "entities"):
            found["entities"] = self._entities.find(doc, headline=len(article.headline))
        with _timed(seconds, "locations"):
            found["locations"], found["countries"] = places.find(doc, article, self._gazetteer)
            found["watched"] = [row.code for row in found["countries"] if row.code in self._watched]
        with _timed(seconds, "events"):
            found["events"] = events.find(doc, found["locations"], article.published_at)
        with _timed(seconds, "tags"):
            found["tags"] = tags.assign(doc, found["events"])
        with _timed(seconds, "quotes"):
            found["quotes"] = quotes.find(doc)
        with _timed(seconds, "dates"):
            found["dates"] = dates.find(doc, article.published_at)
        with _timed(seconds, "counts"):
            found["counts"] = counts.find(doc)
        return found

    def _bare(self, article: RawArticle, status: str, language: str | None, reason: str) -> EnrichedArticle:
        none_found = NoneFound(**dict.fromkeys(NoneFound.model_fields, reason))
        return self._record(article, status, language, none_found)

    def _record(
        self, article: RawArticle, status: str, language: str | None, none_found: NoneFound, **found: Any
    ) -> EnrichedArticle:
        return EnrichedArticle.model_validate(
            {name: getattr(article, name) for name in COPIED}
            | {"story": [] if status == "retracted" else near_duplicates.bands(article.text)}
            | {"status": status, "language": language, "none_found": none_found, "pipeline": self._pipeline}
            | found
        )


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    seconds[stage] = seconds.get(stage, 0.0) + time.monotonic() - started
