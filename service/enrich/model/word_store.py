"""How long a pipeline keeps the words that it has read."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from spacy.language import Language

MAX_VOCABULARY_WORDS = 20_000
"""Words that the vocabulary keeps forever: those of about 200 articles, 5 MB."""
MAX_CODE_POINTS_TO_KEEP_WORDS = 20_000
"""Length of the longest article whose words are kept.

A million code points of random letters could add hundreds of thousands of words at once.
"""


def scope(nlp: Language, text: str) -> AbstractContextManager[Any]:
    """Keep the words of the first articles in the vocabulary, and drop those of later ones with their article.

    A known word costs the tokenizer a third of the time of a new one. But a vocabulary that keeps all words grows
    indefinitely.
    """
    if len(nlp.vocab) < MAX_VOCABULARY_WORDS and len(text) < MAX_CODE_POINTS_TO_KEEP_WORDS:
        return nullcontext()
    return nlp.memory_zone()
