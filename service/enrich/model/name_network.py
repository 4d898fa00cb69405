"""The network for names in other languages than English: a trunk, and one linear layer for the tags of names."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from service.enrich.cedillas import WITH_COMMA
from service.enrich.model import trunk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from service.enrich.model.arrays import Floats

DOUBLE_PRIME = "\u2033"
"""A mark that some Bulgarian papers set for quotation marks."""
_SAME_SIGNS = WITH_COMMA | str.maketrans(DOUBLE_PRIME, '"')


class NameNetwork:
    """A trunk, and the layer that scores its vectors."""

    def __init__(self, path: Path) -> None:
        """Load the weights stored at *path*."""
        weights, vocabulary, names = trunk.load(path)
        self.labels = names["name_labels"]
        """Labels of names, in the order of the tags."""
        self._trunk = trunk.Trunk(weights, vocabulary)
        self._matrix, self._bias = weights["tags.w"], weights["tags.b"]

    def read(self, words: Sequence[str], headline_tokens: int) -> Floats:
        """Return the scores of the BILOU tags of the *words* of a text: (word, tag).

        Args:
            words: The words of a text.
            headline_tokens: How many of them are its headline.
        """
        _, hidden = self._trunk.read([as_read(word) for word in words] or [""], headline_tokens)
        scores: Floats = (hidden @ self._matrix + self._bias)[: len(words)]
        return scores


def as_read(word: str) -> str:
    """Return *word* as the network reads it: composed letters, and one letter for those that look alike."""
    return word if word.isascii() else unicodedata.normalize("NFC", word).translate(_SAME_SIGNS)
