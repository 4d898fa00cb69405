"""The data files of the grammar, read once per process and never changed."""

from __future__ import annotations

import functools

from service.enrich import data_files
from service.enrich.data_files import DATA, CommaSeparatedSet, DataRow


class FlagWords(DataRow):
    """The words that set one flag of a clause. `clause_flags.yaml` says what each list is for."""

    determiners: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()
    adverbs: frozenset[str] = frozenset()
    after_not: frozenset[str] = frozenset()
    modals: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()
    modifiers: frozenset[str] = frozenset()
    prepositions: frozenset[str] = frozenset()
    governors: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()
    phrases: frozenset[str] = frozenset()
    that: frozenset[str] = frozenset()
    nouns: frozenset[str] = frozenset()
    examples: tuple[tuple[str, tuple[str, ...]], ...]
    """Sentence, and the flags that its event must have: read by the tests."""


class FunctionWords(DataRow):
    """Closed classes of words. `function_words.yaml` says what each is for."""

    relative_pronouns: frozenset[str]
    topic_prepositions: frozenset[str]
    accusing_prepositions: frozenset[str]
    scheduling_prepositions: frozenset[str]
    phrase_openers: frozenset[str]
    phrase_barriers: frozenset[str]
    place_prepositions: frozenset[str]
    scene_prepositions: frozenset[str]
    bounding_prepositions: frozenset[str]


class SpeechWords(DataRow):
    """Words that say who speaks."""

    verbs: CommaSeparatedSet
    """Lemmas of the verbs of speech."""
    certain: CommaSeparatedSet
    """Those of them whose subject speaks, whatever noun it is."""
    documents: CommaSeparatedSet
    """Things that are quoted as if they spoke."""
    quantifiers: CommaSeparatedSet
    """Words that name speakers before "of": "one of the participants"."""
    person_endings: CommaSeparatedSet
    """Endings of rare nouns that name persons: "rector"."""
    examples: tuple[tuple[str, str, str, str], ...]
    """Sentence, quotation, speaker and verb: read by the tests."""


@functools.cache
def word_classes() -> dict[str, frozenset[str]]:
    """Return the classes of lemmas by name."""
    classes = data_files.read_as_written(DATA / "word_classes.yaml")
    return {name: frozenset(word.strip() for word in words.split(",")) for name, words in classes.items()}


def word_class(name: str) -> frozenset[str]:
    """Return the lemmas of the class *name*."""
    return word_classes()[name]


@functools.cache
def function_words() -> FunctionWords:
    """Return the pronouns, prepositions and other closed classes of words."""
    return data_files.read_document(DATA / "function_words.yaml", FunctionWords)


@functools.cache
def speech_words() -> SpeechWords:
    """Return the verbs of speech, and the things that are quoted."""
    return data_files.read_document(DATA / "quotes.yaml", SpeechWords)


@functools.cache
def number_words() -> dict[str, dict[str, int]]:
    """Return the values of number words in three groups: `units`, `tens` and `scales`."""
    groups: dict[str, dict[str, int]] = data_files.read(DATA / "number_words.yaml")
    return groups


@functools.cache
def noun_classes() -> dict[str, str]:
    """Return what kind of thing each known noun names: `person`, `artifact`, `time` and so on."""
    classes = data_files.read_as_written(DATA / "noun_classes.yaml")
    return {noun: name for name, nouns in classes.items() for noun in nouns.split(", ")}


@functools.cache
def flag_lists() -> dict[str, FlagWords]:
    """Return the words of every flag of a clause, by the name of the flag."""
    return data_files.read_mapping(DATA / "clause_flags.yaml", FlagWords)


@functools.cache
def flag_words(flag: str) -> FlagWords:
    """Return the words that set *flag*."""
    return flag_lists()[flag]


@functools.cache
def irregular_forms() -> dict[tuple[str, str], str]:
    """Return the base forms that spelling rules do not give, by word and part of speech (`v`, `n`, `a`)."""
    rows = (line.split("\t") for line in _text("irregular_forms.tsv").splitlines() if not line.startswith("#"))
    return {(form, pos): base for form, pos, base in rows}


@functools.cache
def lemma_rows() -> dict[str, int]:
    """Return the known base forms, each with its line in the file."""
    return {lemma: row for row, lemma in enumerate(_text("lemmas.txt").split())}


def _text(name: str) -> str:
    return (DATA / name).read_text(encoding="utf-8")
