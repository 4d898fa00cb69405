"""The parts and forms of a name: its words, its folded key, its transliterations. Functions on strings; no spaCy."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from service.enrich.gazetteer.folding import UNDECOMPOSED_LETTERS, without_combining_marks

APOSTROPHES = "'\u2019\u2018\u02bc`\u00b4\u2032\x92"  # as typed; \x92 is cp1252 read as Latin-1
HYPHENS = "\u2010\u2011\u2013-"
DASHES = "\u2013\u2014-"
QUOTES = '"\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a'

_NAME_CHARACTERS = str.maketrans(UNDECOMPOSED_LETTERS | dict.fromkeys(APOSTROPHES, "'") | dict.fromkeys(HYPHENS, "-"))

SLAVIC_ENDING = re.compile(r"(?<=\w{4})(?:iy|yi|yy|ii|y|i)$")
"""One ending in six spellings: Zelenskiy, Zelenskyi, Zelenskyy, Zelenskii, Zelensky, Zelenski."""

WORD = re.compile(r"[^\s,]+")


@lru_cache(maxsize=1024)
def fold_name(name: str) -> str:
    """Return *name* in lower case, in ASCII as far as possible, with single spaces; names with equal keys are equal.

    Unlike `gazetteer.folding.fold_place_name` it keeps full stops, hyphens and apostrophes, in one spelling each, and
    no abbreviation is spelled out: initials, particles and suffixes are read from the key.
    """
    plain = unicodedata.normalize("NFKD", name).casefold().translate(_NAME_CHARACTERS)
    return " ".join((plain if plain.isascii() else without_combining_marks(plain)).split())


def is_acronym(surface: str) -> bool:
    """Report whether *surface* is one word of two or more capitals, digits and full stops: NATO, U.S., G7.

    Any length counts, because only the case of an acronym matters here. The gazetteer's `is_initials` is narrower.
    """
    letters = [char for char in surface if char.isalpha()]
    return (
        len(letters) + sum(map(str.isdigit, surface)) > 1
        and all(map(str.isupper, letters))
        and " " not in surface
        and bool(letters)
    )


def folded_words(name: str) -> list[str]:
    """Return the words of *name*, folded, without full stops and commas."""
    return [word for part in WORD.findall(fold_name(name)) if (word := part.strip(".'\"-"))]


def transliterated(word: str) -> str:
    """Return the folded *word* with the ending that varies by transliteration replaced: zelenskiy → zelensk-."""
    return SLAVIC_ENDING.sub("-", word)
