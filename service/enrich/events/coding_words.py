"""The word lists of the coding of events, read once per process from `data/event_coding.yaml`."""

from __future__ import annotations

import functools

from service.enrich import data_files
from service.enrich.data_files import DATA, DataRow


class CodingWords(DataRow):
    """Words that `roles` reads. The file says what each list is for."""

    target_prepositions: tuple[str, ...]
    request_prepositions: tuple[str, ...]
    owner_prepositions: frozenset[str]
    owner_or_target_prepositions: frozenset[str]
    place_prepositions: frozenset[str]


@functools.cache
def coding_words() -> CodingWords:
    """Return the word lists."""
    return data_files.read_document(DATA / "event_coding.yaml", CodingWords)
