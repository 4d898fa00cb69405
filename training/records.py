"""Records of many texts, as the service writes them, by two processes."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from typing import TYPE_CHECKING

from service.contract.raw_article import RawArticle
from service.enrich.enricher import Enricher
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.contract.enriched_article import EnrichedArticle

PROCESSES = 2
TEXTS_PER_MESSAGE = 8
"""Texts that a process gets at once: few enough that both end at about the same time."""


def enrich(texts: Iterable[tuple[str, str]]) -> dict[str, EnrichedArticle]:
    """Return the record of each text by its id."""
    with processes(PROCESSES) as pool:
        records = list(pool.map(_record, texts, chunksize=TEXTS_PER_MESSAGE))
    return {record.id: record for record in records}


def processes(count: int) -> ProcessPoolExecutor:
    """Return *count* new processes, in which matrices are multiplied by one thread, as in the service."""
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")  # read by the processes as they start
    return ProcessPoolExecutor(count, mp_context=get_context("spawn"))


@cache
def _enricher() -> Enricher:
    return Enricher(Settings())


def _record(text: tuple[str, str]) -> EnrichedArticle:
    article_id, body = text
    return _enricher().enrich(RawArticle(id=article_id, body=body, language="en"), {})
