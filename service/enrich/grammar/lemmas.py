"""The base form of an English word, from the word and its Penn Treebank tag.

Irregular forms come from a table; regular ones follow the spelling rules of English, checked against the known base
forms. So the spaCy pipeline needs no lemmatizer.
"""

from __future__ import annotations

import functools

from service.enrich.grammar.word_lists import irregular_forms, lemma_rows

VOWELS = frozenset("aeiou")
BASE_FORM_TAGS = frozenset({"VB", "VBP", "NN", "NNP", "JJ"})
SUFFIXES = (({"VBD", "VBN"}, "ed"), ({"VBG"}, "ing"), ({"JJR"}, "er"), ({"JJS"}, "est"))
MIN_STEM_LENGTH = 3


def part_of_speech(tag: str) -> str:
    """Return `v`, `n` or `a` for the Penn *tag* of a verb, noun or adjective; the empty string for any other."""
    return {"VB": "v", "NN": "n", "JJ": "a"}.get(tag[:2], "")


@functools.lru_cache(maxsize=8192)
def lemma(word: str, tag: str) -> str:
    """Return the base form of the lower-case *word* with the Penn *tag*; the word itself if no rule applies."""
    pos = part_of_speech(tag)
    if not pos or tag in BASE_FORM_TAGS:
        return irregular_forms().get((word, pos), word)
    irregular = irregular_forms().get((word, pos))
    if irregular:
        return irregular
    candidates = _base_forms(word, tag)
    known = lemma_rows()
    return next((base for base in candidates if base in known), candidates[0] if candidates else word)


def _base_forms(word: str, tag: str) -> list[str]:
    """Return the words that *word* may be an inflected form of, likeliest first."""
    if tag in {"NNS", "NNPS", "VBZ"} and word.endswith("s") and not word.endswith("ss"):
        if word.endswith("ies"):
            return [word[:-3] + "y", word[:-1]]
        if word.endswith(("ches", "shes", "sses", "xes", "zes", "oes")):
            return [word[:-2], word[:-1]]
        return [word[:-1], word[:-2]] if word.endswith("es") else [word[:-1]]
    for tags, suffix in SUFFIXES:
        if tag in tags and word.endswith(suffix) and len(word) >= len(suffix) + MIN_STEM_LENGTH:
            return _words_of_stem(word[: -len(suffix)])
    return []


def _words_of_stem(stem: str) -> list[str]:
    """Return the words that leave *stem* before "-ed" or "-ing": "carri" for carry, "mov" for move."""
    if stem.endswith("i"):
        return [stem[:-1] + "y", stem + "e"]
    last, *before = reversed(stem)
    if before and last == before[0] and last not in VOWELS:
        return [stem, stem[:-1]] if last in "ls" else [stem[:-1], stem]
    has_short_vowel = [letter in VOWELS for letter in before[:2]] == [True, False] and last not in VOWELS
    return [stem + "e", stem] if has_short_vowel or last in "cvsuz" else [stem, stem + "e"]
