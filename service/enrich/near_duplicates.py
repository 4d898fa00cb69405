"""Compute bands by which versions of one story find each other: the same text, made longer, shorter or edited.

The method is MinHash (Broder 1997) over shingles of three words, in eight bands of two hashes: locality-sensitive
hashing (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, chapter 3). Two texts with Jaccard similarity J
share a given band with probability J².

Texts that share two bands count as versions of one story. Measured on 18,730 articles of 1987 to 2022, this finds 94 %
of 400 texts cut to 70 %, 99.8 % with one word in twenty changed, and 85 % with one in ten changed. Of the 175 million
pairs of articles with a similarity below one fifth, 130 share two bands, most of them forms filled in anew (bond
issues, results).
"""

from __future__ import annotations

import re
from hashlib import blake2s

from rensa import RMinHash

_WORD_PATTERN = re.compile(r"\w+")
_BANDS = 8
_HASHES_PER_BAND = 2
_SEED = 1


def bands(text: str) -> list[str]:
    """Return the eight bands of *text*, each of eight hexadecimal digits, or none if the text has no word.

    Two texts that share two bands or more are versions of one story. Those that share one may be.
    """
    words = _WORD_PATTERN.findall(text.casefold())
    if not words:
        return []
    shingles = list(map(" ".join, zip(words, words[1:], words[2:], strict=False))) or [" ".join(words)]
    minhash = RMinHash(num_perm=_BANDS * _HASHES_PER_BAND, seed=_SEED)
    minhash.update(shingles)
    digest = minhash.digest()
    return [
        _band(number, digest[number * _HASHES_PER_BAND : (number + 1) * _HASHES_PER_BAND]) for number in range(_BANDS)
    ]


def _band(number: int, hashes: list[int]) -> str:
    """Return one band as text. Its number is hashed too, so that equal hashes in two different bands do not match."""
    return blake2s(repr((number, *hashes)).encode(), digest_size=4).hexdigest()
