"""The form of a place name that is compared, and the letter tables behind every comparison of names.

Two things are compared in two ways. A *place name* (`fold_place_name`) loses its punctuation and spells abbreviations
out, so that `St. Louis` and `Saint Louis`, `Târgu-Mureş` and `Targu Mures` are one key. A *name in an article*
(`entities.name_forms.fold_name`) keeps its hyphens, full stops and apostrophes, because the entity stage reads initials
(`j.`), particles (`al-assad`) and suffixes from them. Both use the letters below.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

UNDECOMPOSED_LETTERS = {
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ß": "ss",
    "\u0131": "i",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ð": "d",
}
"""Letters that Unicode does not decompose (Łódź, Tromsø, Đakovo), with their usual spelling in ASCII."""

_PLACE_NAME_CHARACTERS = str.maketrans(
    UNDECOMPOSED_LETTERS
    | dict.fromkeys("'\u2019\u2018`\u02bb\u02bc\u02b9.", "")  # apostrophes of all kinds, full stops
    | dict.fromkeys("-\u2013\u2014/,()", " ")
)
_SPELLED_OUT = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort", "&": "and"}
_MAX_INITIALS = 3
"""Letters of the longest initials. `IRAN` in a headline is a word in capitals."""


@lru_cache(maxsize=1024)
def fold_place_name(name: str) -> str:
    """Return the form of *name* that is compared: without case, accents or punctuation, `St` spelled `saint`.

    The keys of the shipped gazetteer are hashes of this form: after a change here, build the gazetteer again.
    """
    plain = name.casefold()
    if not plain.isascii():
        plain = without_combining_marks(unicodedata.normalize("NFKD", plain))
    return " ".join(_SPELLED_OUT.get(word, word) for word in plain.translate(_PLACE_NAME_CHARACTERS).split())


def without_combining_marks(decomposed: str) -> str:
    """Return *decomposed*, a text in NFKD, without its accents."""
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def is_initials(name: str) -> bool:
    """Report whether *name* is one to three capitals: `US`, `U.S.`, `D.C.`.

    Initials are looked up only as written, because in lower case they are other words (`us`). This is narrower than
    `entities.name_forms.is_acronym`, which asks for a word in capitals of any length (`UNESCO`) and accepts digits.
    """
    return name.isupper() and sum(map(str.isalpha, name)) <= _MAX_INITIALS
