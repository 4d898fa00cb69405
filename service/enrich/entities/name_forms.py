"""The anatomy of a name: its words, its folded key, its surname. Functions on strings; no spaCy."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

APOSTROPHES = "'\u2019\u2018\u02bc`\u00b4\u2032\x92"  # as typed; \x92 is cp1252 read as Latin-1
HYPHENS = "\u2010\u2011\u2013-"
DASHES = "\u2013\u2014-"
QUOTES = '"\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a'

LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "\u0131": "i", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
    | dict.fromkeys(APOSTROPHES, "'")
    | dict.fromkeys(HYPHENS, "-")
)  # fmt: skip
"""Letters that Unicode does not decompose, and the punctuation inside names."""

ENDING = re.compile(r"(?<=\w{4})(?:iy|yi|yy|ii|y|i)$")
"""The one Slavic ending that is written in six ways: Zelenskiy, Zelenskyi, Zelenskyy, Zelenskii, Zelensky, Zelenski."""

WORD = re.compile(r"[^\s,]+")


@lru_cache(maxsize=1024)
def fold(name: str) -> str:
    """Return *name* in lower-case ASCII where it has an equivalent, with single spaces: equal keys, equal names."""
    plain = unicodedata.normalize("NFKD", name).casefold().translate(LETTERS)
    if plain.isascii():
        return " ".join(plain.split())
    return " ".join("".join(char for char in plain if not unicodedata.combining(char)).split())


def is_acronym(surface: str) -> bool:
    """Tell whether *surface* is one word in capitals, full stops or digits, two letters at least: NATO, U.S., G7."""
    letters = [char for char in surface if char.isalpha()]
    return (
        len(letters) + sum(map(str.isdigit, surface)) > 1
        and all(map(str.isupper, letters))
        and " " not in surface
        and bool(letters)
    )


def words(name: str) -> list[str]:
    """Return the words of *name*, folded, without full stops and commas."""
    return [word for part in WORD.findall(fold(name)) if (word := part.strip(".'\"-"))]


def transliterated(word: str) -> str:
    """Return the folded *word* with the ending that varies by transliteration made one: zelenskiy → zelensk-."""
    return ENDING.sub("-", word)
