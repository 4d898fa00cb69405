"""The data files of the events: loaded once a process, never changed."""

from __future__ import annotations

import functools
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

import numpy as np

from service.enrich import data_files

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FOLDER = files("service.enrich") / "data"


def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _yaml(name: str) -> Any:
    """Read a YAML file with every scalar a string: "no" and "on" are words here."""
    return data_files.read_as_written(_FOLDER / name)


@functools.cache
def word_classes() -> dict[str, frozenset[str]]:
    """Return the classes of words that rules speak of, by name."""
    raw = _yaml("word_classes.yaml")
    return {name: frozenset(word.strip() for word in words.split(",")) for name, words in raw.items()}


def word_class(name: str) -> frozenset[str]:
    """Return the lemmas of the class *name*."""
    return word_classes()[name]


@functools.cache
def irregular_forms() -> dict[tuple[str, str], str]:
    """Return the base forms that spelling rules do not give, by word and kind (`v`, `n`, `a`)."""
    rows = (line.split("\t") for line in _text("irregular_forms.tsv").splitlines() if not line.startswith("#"))
    return {(form, kind): base for form, kind, base in rows}


@functools.cache
def known_lemmas() -> frozenset[str]:
    """Return the base forms that the word vectors know."""
    return frozenset(_text("lemmas.txt").split())


@functools.cache
def rule_rows() -> list[dict[str, Any]]:
    """Return the event rules as the file has them."""
    rows: list[dict[str, Any]] = _yaml("event_rules.yaml")
    return rows


@functools.cache
def lemma_rows() -> dict[str, int]:
    """Return the row of each lemma in `lemma_vectors`."""
    return {lemma: row for row, lemma in enumerate(_text("lemmas.txt").split())}


@functools.cache
def lemma_vectors() -> NDArray[np.float32]:
    """Return the word vectors, a row a lemma, of length near one."""
    with as_file(_FOLDER / "lemma_vectors.npy") as path:
        return np.load(path).astype(np.float32) / 127  # type: ignore[no-any-return]


@functools.cache
def _flags() -> dict[str, dict[str, list[Any]]]:
    raw: dict[str, dict[str, list[Any]]] = _yaml("event_flags.yaml")
    return raw


@functools.cache
def flag_words(flag: str) -> dict[str, frozenset[str]]:
    """Return the words of *flag*, by kind of word."""
    return {kind: frozenset(words) for kind, words in _flags()[flag].items() if kind != "examples"}


def flag_examples() -> list[tuple[str, list[str]]]:
    """Return sentences with the flags that their event must have."""
    return [(sentence, flags) for words in _flags().values() for sentence, flags in words["examples"]]


@functools.cache
def model_arrays() -> tuple[dict[str, NDArray[Any]], list[str], frozenset[tuple[str, str]]]:
    """Return the type model's arrays, the names of its sparse features and its candidate words."""
    with as_file(_FOLDER / "event_model.npz") as path, np.load(path) as arrays:
        found = {name: arrays[name] for name in arrays.files}
    names = bytes(found.pop("names")).decode().split("\0")
    words = (word.rpartition("/") for word in bytes(found.pop("candidates")).decode().split("\n"))
    return found, names, frozenset((kind, lemma) for lemma, _, kind in words)
