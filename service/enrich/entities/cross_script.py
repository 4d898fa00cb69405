"""Compare a name in Cyrillic with one in Latin letters: "Тереза Мей" and "Theresa May".

Cyrillic is transliterated by the Bulgarian law of 2009. The spelling of the original cannot be recovered from that, so
only the consonants are compared, and those that sound alike count as one.
"""

from __future__ import annotations

import functools
import re

from service.enrich import data_files
from service.enrich.data_files import DATA
from service.enrich.entities.name_forms import fold_name

CYRILLIC = re.compile(r"[\u0400-\u04ff]")
LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
SAME_SOUND = (
    (re.compile(r"dzh|zh"), ""),  # "Джонсън" is Johnson, "Жан" is Jean
    (re.compile(r"x"), "ks"),
    (re.compile(r"sch|ch|sh|ts"), "s"),
    (re.compile(r"ph|[vw]"), "f"),
    (re.compile(r"[zc](?=[eiy])|z"), "s"),
    (re.compile(r"[cqg]"), "k"),
    (re.compile(r"[^bdfklmnprst]"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)
MIN_CONSONANTS = 3
"""Consonants of a whole name that are compared; fewer fit too many names."""


@functools.cache
def _letters() -> dict[int, str]:
    table = data_files.read_as_written(DATA / "languages" / "bg" / "transliteration.yaml")
    return {ord(letter): latin for letter, latin in table.items()}


def in_latin(name: str) -> str:
    """Return *name* in lower case with its Cyrillic letters transliterated."""
    return name.lower().translate(_letters())


def script(name: str) -> str | None:
    """Return "Cyrillic" or "Latin", or None if *name* has letters of both or of neither."""
    cyrillic, latin = bool(CYRILLIC.search(name)), bool(LATIN.search(name))
    return None if cyrillic == latin else "Cyrillic" if cyrillic else "Latin"


@functools.lru_cache(maxsize=1024)
def consonants(name: str) -> str | None:
    """Return the consonants of *name*, equal for spellings that sound alike in any script; None if they are too few."""
    sounds = fold_name(in_latin(name))
    for pattern, replacement in SAME_SOUND:
        sounds = pattern.sub(replacement, sounds)
    return sounds if len(sounds) >= MIN_CONSONANTS else None
