"""The stages in order: from a RawArticle to an EnrichedArticle. Pure: no clock, no network, no random."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

import spacy
from thinc.api import NumpyOps, set_current_ops

from service import __version__
from service.enrich import entities
from service.records import EnrichedArticle, NoneFound, Pipeline

if TYPE_CHECKING:
    from service.records import RawArticle
    from service.settings import Settings


class Enricher:
    """Holds the loaded model and data; `enrich` is a function of the article alone."""

    def __init__(self, settings: Settings) -> None:
        # OpenBLAS is four times as fast as BLIS' generic kernels on today's processors, for the same entities.
        set_current_ops(NumpyOps(use_blis=False))
        self._nlp = spacy.load(settings.model)
        self._settings = settings
        meta = self._nlp.meta
        parts = [__version__, settings.model, str(meta["version"]), "none", "none", *settings.watched]
        self._pipeline = Pipeline(
            service=__version__,
            model=settings.model,
            model_version=str(meta["version"]),
            gazetteer="none",
            rules="none",
            fingerprint=hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16],
        )

    def enrich(self, article: RawArticle, seconds: dict[str, float]) -> EnrichedArticle:
        """Return the record of *article*, and add the time of each stage to *seconds*."""
        started = time.monotonic()
        doc = self._nlp(article.text)
        seconds["model"] = time.monotonic() - started
        started = time.monotonic()
        found = entities.find(doc)
        seconds["entities"] = time.monotonic() - started
        return EnrichedArticle(
            **article.model_dump(
                include={
                    "id",
                    "version",
                    "source",
                    "url",
                    "headline",
                    "language",
                    "published_at",
                    "updated_at",
                    "embargoed_until",
                    "byline",
                    "dateline",
                }
            ),
            text=article.text,
            status="enriched",
            entities=found,
            none_found=NoneFound(entities=None if found else "the model found no name"),
            pipeline=self._pipeline,
        )
