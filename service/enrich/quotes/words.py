"""The verbs of speech, with examples."""

from __future__ import annotations

import functools

from service.enrich import data_files
from service.enrich.data_files import DATA, CommaSeparatedSet, DataRow


class QuoteWords(DataRow):
    """The content of `quotes.yaml`."""

    verbs: CommaSeparatedSet
    """Lemmas of the verbs of speech."""
    documents: CommaSeparatedSet
    examples: tuple[tuple[str, str, str, str], ...]
    """Sentence, quotation, speaker and verb: read by the tests."""


@functools.cache
def quote_words() -> QuoteWords:
    """Return the verbs of speech, with examples."""
    return data_files.read_document(DATA / "quotes.yaml", QuoteWords)
