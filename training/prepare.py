"""The texts that the student learns from, with the base model's grammar: raw news, labelled articles, their copies."""

from __future__ import annotations

import random
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, NamedTuple

from thinc.api import NumpyOps, set_current_ops

from training import augment, base_model, documents, stored

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from training.documents import Document
    from training.labelled import LabelledArticle

PROCESSES = 2
COPIES = 2
"""Copies of each article that is labelled in full; a pass of the student sees one of them."""


class Version(NamedTuple):
    """A labelled article, or a copy of it."""

    copy: int
    """0 for the article itself, else the number of the copy."""
    article: LabelledArticle
    document: Document


def raw_news(path: Path, without: frozenset[str], runs: Path) -> list[Document]:
    """Return the raw articles of the file at *path*, *without* those of these ids, each process storing its share."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        files = list(pool.map(partial(_parse_share, path, without, runs), range(PROCESSES)))
    return [document for file in files for document in stored.read(file)]


def _parse_share(path: Path, without: frozenset[str], runs: Path, share: int) -> Path:
    file = runs / f"raw-{share}.pickle"

    def parse() -> list[Document]:
        set_current_ops(NumpyOps(use_blis=False))
        raw = enumerate(documents.read_raw(path, without))
        texts = [(name, text, ()) for number, (name, text) in raw if number % PROCESSES == share]
        return list(documents.read_grammar(texts, base_model.grammar()))

    stored.kept(file, parse)
    return file


def versions(articles: Sequence[LabelledArticle]) -> list[Version]:
    """Return *articles* and their copies, with the base model's numbers and dates as names."""
    rng = random.Random(0)  # noqa: S311 - no secret
    originals = list(base_model.rehearse(articles, base_model.recognizer()))
    names = augment.names_in(originals)
    numbered = [(0, article) for article in originals]
    for copy in range(1, 1 + COPIES):
        numbered += [(copy, augment.vary(article, rng, names)) for article in originals if article.events is not None]
    texts = [(article.id, article.text, article.sentences) for _, article in numbered]
    parsed = documents.read_grammar(texts, base_model.grammar())
    return [Version(copy, article, document) for (copy, article), document in zip(numbered, parsed, strict=True)]
