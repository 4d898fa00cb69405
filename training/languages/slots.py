"""Copies of labelled texts with other names in their places, in the same case as the name that stood there.

A name is replaced by analogy: what turns the base form of the old one into the form in the text is done to the new one.
"Budapesten" is "Budapest" with "en"; so "Bukarest" becomes "Bukaresten". Only names that end alike are put there.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import simplemma

from training.augment import by_character, spliced

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable
    from pathlib import Path

    from training.labelled import Name
    from training.languages.gold import Text

SHARE_OF_NAMES = 0.7
SHARE_IN_CAPITALS = 0.04
"""Share of texts whose first line is in capitals."""
DRAWS = 30
"""New names that are tried for a place."""
FRONT_VOWELS = frozenset("eéiíöőüű")
VOWELS = frozenset("aáâăäeéěiíîoóôöőuúůüűyýаеиоуъюяыэіїє")  # noqa: RUF001 - Cyrillic vowels are meant
LEMMATIZED = frozenset({"ro", "bg", "hu", "sk", "cs"})
MIN_WORD_LETTERS = 3


class Names:
    """Base forms of names by language: places, given names and family names of people."""

    def __init__(self, texts: Iterable[Text], folder: Path) -> None:
        """Collect the names of people in *texts*, and the places in the files of *folder*."""
        self._pools: dict[tuple[str, str], list[str]] = {}
        people: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for text in texts:
            for name in text.names:
                words = text.text[name.start : name.end].split()
                if name.labels == ("PERSON",) and len(words) == 2 and all(_is_plain(word) for word in words):  # noqa: PLR2004 - given name and family name
                    people[text.language, "given"][base(words[0], text.language)] = None
                    people[text.language, "family"][base(words[1], text.language)] = None
        self._pools |= {key: list(pool) for key, pool in people.items()}
        for path in sorted(folder.glob("*.tsv")):
            language = path.stem
            places: dict[str, None] = {}
            with path.open(encoding="utf-8") as lines:
                next(lines)
                for line in lines:
                    _, _, place, kind, status = line.rstrip("\n").split("\t")
                    if status == "preferred" and kind == "locality" and _is_plain(place):
                        places[place] = None
            self._pools[language, "place"] = list(places)

    def draw(self, form: str, language: str, kind: str, rng: random.Random) -> str:
        """Return another name of *kind* in the case of *form*, or *form* if none that was drawn ends alike."""
        pool = self._pools.get((language, kind))
        if not pool or not _is_plain(form):
            return form
        old = base(form, language)
        kept = len(_common_start(old, form))
        stripped, added = old[kept:], form[kept:]
        for _ in range(DRAWS):
            new = rng.choice(pool)
            stem = new[: len(new) - len(stripped)]
            if new.endswith(stripped) and stem and _ends_like(stem, old[:kept]):
                return stem + added
        return form


def _is_plain(word: str) -> bool:
    return word[:1].isupper() and word.isalpha() and len(word) >= MIN_WORD_LETTERS and not word.isupper()


@lru_cache(maxsize=200_000)
def base(word: str, language: str) -> str:
    """Return the base form of *word*, with a capital if it has one."""
    if language not in LEMMATIZED:
        return word
    found: str = simplemma.lemmatize(word, lang=language)
    return found[:1].upper() + found[1:] if word[:1].isupper() else found


def _common_start(first: str, second: str) -> str:
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return first[:count]


def _ends_like(new: str, old: str) -> bool:
    """Return whether both end in a vowel or in a consonant, and have last vowels of the same kind."""
    if not old:
        return False
    last = [next((letter for letter in reversed(name.lower()) if letter in VOWELS), "") for name in (new, old)]
    same_harmony = (last[0] in FRONT_VOWELS) == (last[1] in FRONT_VOWELS)
    return (new[-1].lower() in VOWELS) == (old[-1].lower() in VOWELS) and same_harmony


def vary(text: Text, names: Names, rng: random.Random) -> Text:
    """Return *text* with other names of people and places, and now and then with its first line in capitals."""
    edits: list[tuple[int, int, str]] = []
    others: dict[tuple[str, str], str] = {}
    for name in text.names:
        kind = {("PERSON",): "person", ("GPE",): "place", ("GPE", "LOC", "FAC"): "place"}.get(name.labels)
        if kind is None:
            continue
        words = text.text[name.start : name.end].split(" ")
        if kind == "place" and len(words) > 1:
            continue
        new = []
        for number, word in enumerate(words):
            pool = "place" if kind == "place" else "given" if number == 0 and len(words) > 1 else "family"
            if (word, pool) not in others:
                drawn = rng.random() < SHARE_OF_NAMES
                others[word, pool] = names.draw(word, text.language, pool, rng) if drawn else word
            new.append(others[word, pool])
        if (changed := " ".join(new)) != text.text[name.start : name.end]:
            edits.append((name.start, name.end, changed))
    varied = _edited(text, edits)
    if rng.random() < SHARE_IN_CAPITALS:
        end = varied.text.find("\n") if "\n" in varied.text else len(varied.text)
        capitals = by_character(varied.text[:end], str.upper)
        varied = replace(varied, text=capitals + varied.text[end:])
    return varied


def _edited(text: Text, edits: list[tuple[int, int, str]]) -> Text:
    """Apply *edits* (start, end, replacement), sorted and without overlap, and move the labels with the text."""
    changed, moved = spliced(text.text, edits)

    def move(name: Name) -> Name:
        return replace(name, start=moved(name.start), end=moved(name.end))

    return replace(
        text,
        text=changed,
        names=tuple(move(name) for name in text.names),
        open=tuple((moved(start), moved(end)) for start, end in text.open),
    )
