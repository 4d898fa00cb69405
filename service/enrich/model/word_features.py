"""What the network sees of a word by itself: its form, its beginning and end, its shape, and its letters.

A word of the vocabulary has a vector of its own. Any other word shares one with those of the same hash (Weinberger et
al. 2009, feature hashing); its letters say more about it, as in fastText (Bojanowski et al. 2017).
"""

from __future__ import annotations

import functools
import zlib
from typing import NamedTuple

HASHED_WORDS, AFFIXES, SHAPES, GRAMS = 2_048, 2_048, 512, 8_192
"""Vectors that words outside the vocabulary, beginnings and ends, shapes, and sequences of letters share."""
AFFIX_LETTERS, GRAM_LETTERS = 3, 4
MAX_GRAMS_PER_WORD = 12
MAX_SHAPE_RUN = 3
"""Letters of the same kind in a row that a shape counts: "Bucharest" and "Romania" have the same shape."""
MAX_LETTERS = 40
"""Letters of a word that are read: a longer one is no word."""


class WordFeatures(NamedTuple):
    """Rows of the network's tables for one word."""

    word: int
    """Row of the word: below the size of the vocabulary its own, otherwise that of its hash."""
    beginning: int
    end: int
    shape: int
    grams: tuple[int, ...]
    """Rows of its sequences of letters, at most `MAX_GRAMS_PER_WORD`."""


def describe(text: str, vocabulary: dict[str, int], gram_rows: int = GRAMS) -> WordFeatures:
    """Return the features of the word *text*.

    Args:
        text: The word.
        vocabulary: The row of each `key` that the network knows.
        gram_rows: Vectors that sequences of letters share.
    """
    text = text[:MAX_LETTERS]
    word = key(text)
    row = vocabulary.get(word)
    marked = f"<{word}>"
    grams = (marked[at : at + GRAM_LETTERS] for at in range(max(1, len(marked) - GRAM_LETTERS + 1)))
    return WordFeatures(
        len(vocabulary) + _hash("w" + word) % HASHED_WORDS if row is None else row,
        _hash("b" + word[:AFFIX_LETTERS]) % AFFIXES,
        _hash("e" + word[-AFFIX_LETTERS:]) % AFFIXES,
        _hash(shape(text)) % SHAPES,
        tuple(_hash(gram) % gram_rows for gram in list(grams)[:MAX_GRAMS_PER_WORD]),
    )


def key(text: str) -> str:
    """Return the form by which the vocabulary knows a word: in lower case, with all digits alike."""
    return text.lower().translate(_DIGITS)


_DIGITS = dict.fromkeys(range(ord("1"), ord("9") + 1), "0")


def shape(text: str) -> str:
    """Return the shape of a word: X for a capital, x for a small letter, d for a digit, others as they are."""
    kinds = []
    last, run = "", 0
    for letter in text:
        kind = "x" if letter.islower() else "X" if letter.isupper() else "d" if letter.isdigit() else letter
        run = run + 1 if kind == last else 1
        last = kind
        if run <= MAX_SHAPE_RUN:
            kinds.append(kind)
    return "".join(kinds)


@functools.lru_cache(maxsize=65_536)
def _hash(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))
