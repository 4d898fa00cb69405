"""Inflect names of places and peoples by the endings of `gazetteer/languages/endings.tsv`.

A form that nobody writes does no harm in a table that is only looked up, so a word whose ending does not tell its
gender gets the forms of each. A form that is missing hides a place.
"""

from __future__ import annotations

import csv
from functools import cache
from itertools import product
from pathlib import Path

TABLES = Path(__file__).parent / "gazetteer" / "languages"
BACK, FRONT, NEUTRAL = set("aáoóuú"), set("eéiíöőüű"), set("éií")
HARMONY_VOWELS = 3
"""Vowels at the end of a Hungarian word that its endings agree with."""
DIGRAPHS = ("dzs", "sz", "zs", "cs", "gy", "ny", "ly", "ty", "dz")
Cells = tuple[tuple[str, ...], ...]


def rows(name: str) -> list[list[str]]:
    """Return the rows of a table of `gazetteer/languages`."""
    with (TABLES / name).open(encoding="utf-8") as lines:
        return list(csv.reader((line for line in lines if line[0] != "#"), delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def words_of(language: str, word_class: str) -> tuple[str, ...]:
    """Return the words or endings of a class that has no forms."""
    return tuple(endings()[language, word_class])


@cache
def endings() -> dict[tuple[str, str], dict[str, Cells]]:
    """Return the cells by language and class, and by ending."""
    table: dict[tuple[str, str], dict[str, Cells]] = {}
    for language, word_class, alternatives, *cells in rows("endings.tsv"):
        for ending in alternatives.split("|"):
            table.setdefault((language, word_class), {})["" if ending == "0" else ending] = tuple(
                tuple(cell.split("|")) for cell in cells
            )
    return table


def forms(name: str, language: str) -> set[str]:
    """Return *name*, the base form of a place, and its other forms."""
    words = name.split()
    if language == "bg":
        return {name, *_articles(words)}
    if language == "hu":
        return {name, *(form for form, _ in _suffixed(name, "place"))}
    if name.isupper():
        return {name}
    return {name, *(_romanian(words) if language == "ro" else _slovak(words))}


def people_forms(name: str, language: str) -> set[str]:
    """Return *name*, the base form of a people or an adjective, and its other forms."""
    if language == "hu":
        return {name, *(form for form, _ in _suffixed(name, "people"))}
    return {name, *(form for cell in _cells(name, language, "people") for form in cell)}


def adjective_in_i(name: str) -> set[str]:
    """Return the Hungarian adjective of a place: `Budapest` gives `budapesti`."""
    own = {f"{name}-i"} if " " in name or name.isupper() or name.endswith(words_of("hu", "silent ending")) else set()
    own.add(name if name.endswith("i") else f"{name}i")
    return {*own, f"{name}-beli", f"{name}beli"}


def _cells(word: str, language: str, word_class: str) -> list[set[str]]:
    """Return the forms of *word* by cell."""
    by_ending = endings()[language, word_class]
    ending = next(word[start:] for start in range(len(word) + 1) if word[start:] in by_ending)
    return [{_form(word, ending, code) for code in cell} for cell in by_ending[ending]]


def _form(word: str, ending: str, code: str) -> str:
    if not code:
        return word
    if code[0] == "+":
        return word + code[1:]
    if code[0] == "=":
        digraph = next((letters for letters in DIGRAPHS if word.endswith(letters)), word[-1:])
        return word[: -len(digraph)] + digraph[0] + digraph + code[1:]
    stem = word[: len(word) - len(ending)]
    return stem if code == "0" else stem + code


def _suffixed(name: str, word_class: str) -> list[tuple[str, str]]:
    """Return the Hungarian forms of *name* with their endings, by the harmony of its last vowels."""
    vowels = [letter for letter in name.lower() if letter in BACK | FRONT][-HARMONY_VOWELS:]
    last = vowels[-1] if vowels else "e"
    back, front = last in BACK or (last in NEUTRAL and not BACK.isdisjoint(vowels)), last in FRONT
    found = []
    for harmony, fits in (("back", back), ("front", front)):
        if not fits:
            continue
        by_ending = endings()["hu", f"{word_class}-{harmony}"]
        lower = name.lower()
        ending = next(lower[start:] for start in range(len(lower) + 1) if lower[start:] in by_ending)
        for code in by_ending[ending][0]:
            found.append((_form(name, "", code), code))
            if word_class == "place" and (name.isupper() or name.endswith(words_of("hu", "silent ending"))):
                found.append((f"{name}-{code[1:]}", code))
    return found


def _romanian(words: list[str]) -> set[str]:
    """Return the other forms: the first word is inflected and adjectives agree, or the last word is."""
    found = set()
    first, rest = words[0], words[1:]
    heads = _cells(first, "ro", "place")
    for index, cell in enumerate(heads):
        tails = [sorted({word, *_cells(word, "ro", "adjective")[index]}) for word in rest]
        found |= {" ".join(parts) for parts in product(sorted(cell), *tails)}
    if rest and rest[-1][0].isupper():
        found |= {" ".join([*words[:-1], form]) for cell in _cells(words[-1], "ro", "place") for form in cell}
    if "-" in first and not rest:  # Cluj-Napoca, Caraș-Severin
        start, _, last = first.rpartition("-")
        found |= {f"{start}-{form}" for cell in _cells(last, "ro", "place") for form in cell}
    return found


def _slovak(words: list[str]) -> set[str]:
    """Return the other forms: adjectives agree with the noun after them; what follows a preposition stays."""
    stop = next((at for at, word in enumerate(words) if at and word in words_of("sk", "stop")), len(words))
    head, tail = words[:stop], words[stop:]
    columns = [_cells(head[-1], "sk", "place")]
    for word in reversed(head[:-1]):
        is_adjective = word.endswith(("á", "é", "ý")) or word in words_of("sk", "short adjective")
        cells = _cells(word, "sk", "adjective") if is_adjective else [{word}]
        columns.insert(0, cells if len(cells) > 1 else cells * len(columns[-1]))
    width = min(map(len, columns))
    return {
        " ".join([*parts, *tail])
        for case in range(width)
        for parts in product(*(sorted(cell[case]) for cell in columns))
    }


def _articles(words: list[str]) -> set[str]:
    """Return the forms of a name of several words whose adjective has an article."""
    if len(words) == 1:
        return set()
    return {" ".join([form, *words[1:]]) for cell in _cells(words[0], "bg", "adjective") for form in cell}
