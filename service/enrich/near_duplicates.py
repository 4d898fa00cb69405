"""A fingerprint by which takes of one story find each other: the same text, longer, shorter or edited.

MinHash (Broder 1997) over runs of three words, in eight bands of two hashes (locality-sensitive hashing; Leskovec,
Rajaraman and Ullman, Mining of Massive Datasets, chapter 3): texts that share a part J of their runs agree in one band
with probability J². Two agreed bands make a take: measured on 18,730 articles of 1987 to 2022, so are found 94 % of 400
texts cut to 70 %, 99.8 % with one word in twenty changed, 85 % with one in ten; of the 175 million pairs of articles
that share less than a fifth, 130 agree so, most of them forms filled in anew (bond issues, results).
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
    """Return the eight bands of *text*, each eight hexadecimal digits; none where it has no word.

    Two texts that have two bands or more in common are takes of one story; with one, they may be.
    """
    words = _WORD_PATTERN.findall(text.casefold())
    if not words:
        return []
    runs = list(map(" ".join, zip(words, words[1:], words[2:], strict=False))) or [" ".join(words)]
    minhash = RMinHash(num_perm=_BANDS * _HASHES_PER_BAND, seed=_SEED)
    minhash.update(runs)
    digest = minhash.digest()
    return [
        _band(number, digest[number * _HASHES_PER_BAND : (number + 1) * _HASHES_PER_BAND]) for number in range(_BANDS)
    ]


def _band(number: int, hashes: list[int]) -> str:
    """Write one band; its number goes in, so that equal hashes in two different bands do not meet."""
    return blake2s(repr((number, *hashes)).encode(), digest_size=4).hexdigest()
