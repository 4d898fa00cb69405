"""Turn a RawArticle into an EnrichedArticle: decide its language, and let the stages of this language read it.

Pure: a record depends on its article, the data and the settings, not on time, network, randomness or other articles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from service.contract.enriched_article import EnrichedArticle, NoneFound
from service.enrich import near_duplicates, span_check
from service.enrich.data_files import LANGUAGES
from service.enrich.english_stages import EnglishStages
from service.enrich.gazetteer.places import Gazetteer
from service.enrich.language import LanguageDetector, primary
from service.enrich.model import loading
from service.enrich.name_stages import NameStages
from service.enrich.timing import timed

if TYPE_CHECKING:
    from service.contract.enriched_article import Pipeline
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


class Enricher:
    """Holds the models and the data. `enrich` is a pure function of the article."""

    def __init__(self, settings: Settings) -> None:
        self._languages = LanguageDetector(settings.languages)
        gazetteer = Gazetteer()
        self._watched = frozenset(settings.watched)
        self._english = EnglishStages(settings, gazetteer)
        self._others: dict[str, NameStages] = {}
        others = [language for language in self._languages.supported if language in LANGUAGES]
        if others:
            nlp = loading.load_names()
            self._others = {language: NameStages(language, nlp, settings, gazetteer) for language in others}

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
        with timed(seconds, "language"):
            language = self._languages.language(article)
        if not self._languages.supports(language):
            enriched = ", ".join(self._languages.supported)
            reason = f"the article's language is {language}; enriched are: {enriched}"
            return self._unread_record(article, "unsupported_language", language, reason)
        stages = self._others.get(primary(language or "en"), self._english)
        lists = stages.read(article, seconds)
        with timed(seconds, "check"):
            lists["watched"] = [row.code for row in lists["countries"] if row.code in self._watched]
            reasons = {name: reason for name, reason in stages.reasons_if_none_found.items() if not lists.get(name)}
            record = self._record(article, "enriched", language, NoneFound(**reasons), stages.pipeline, **lists)
            return span_check.check(record)

    def _unread_record(self, article: RawArticle, status: str, language: str | None, reason: str) -> EnrichedArticle:
        none_found = NoneFound(**dict.fromkeys(self._english.reasons_if_none_found, reason))
        return self._record(article, status, language, none_found, self._english.pipeline)

    def _record(
        self,
        article: RawArticle,
        status: str,
        language: str | None,
        none_found: NoneFound,
        pipeline: Pipeline,
        **lists: Any,
    ) -> EnrichedArticle:
        return EnrichedArticle.model_validate(
            {name: getattr(article, name) for name in COPIED_FIELDS}
            | {"story": [] if status == "retracted" else near_duplicates.bands(article.text)}
            | {"status": status, "language": language, "none_found": none_found, "pipeline": pipeline}
            | lists
        )
