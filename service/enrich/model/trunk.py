"""The trunk of a network: reads the words of a text once, and gives each a vector that knows what stands around it.

Words become vectors (`word_features`). Each layer adds to a word's vector what stands around it, at a distance of 1
word, then of 3, 7 and 15: residual convolutions with maxout, as in spaCy's `MaxoutWindowEncoder`, dilated as by van den
Oord et al. (2016). Halfway, each word learns where it stands and what the article as a whole is about.

`training/student` trains it. A word's vector never depends on other words, so it is kept for the next article.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from service.enrich.model import word_features

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from service.enrich.model.arrays import Floats, Ints

REACHES = (1, 1, 1, 1, 3, 7, 15)
"""Distance in tokens of the neighbours that each layer sees, on either side."""
ARTICLE_LAYER = 4
"""Number of the layer before which words learn their position and what the article is about."""
POSITION_STARTS = np.array([0, 8, 16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1_024, 2_048])
"""First token of each class of position, from class 1 on. Class 0 is a headline."""
POSITIONS = len(POSITION_STARTS) + 1
NORM_EPSILON = 1e-5
MAX_KEPT_WORDS = 20_000
"""Words whose vectors are kept: 13 MB at a width of 160 in single precision."""


class Trunk:
    """The weights of words and layers, and the vectors of the words that were read before."""

    def __init__(self, weights: dict[str, Any], vocabulary: dict[str, int]) -> None:
        self._weights = weights
        self._vocabulary = vocabulary
        self._width = len(weights["mix.norm.g"])
        self._kept = np.empty((MAX_KEPT_WORDS, self._width), np.float32)
        self._rows: dict[str, int] = {}

    def read(self, words: Sequence[str], headline_tokens: int) -> tuple[Floats, Floats]:
        """Return two vectors of each of *words*: by itself, and in its text. *words* may not be empty.

        Args:
            words: The words of a text.
            headline_tokens: How many of them are its headline.
        """
        weights = self._weights
        lexical = self._vectors(words)
        hidden = lexical.copy()
        beside = np.zeros((len(words), 3 * self._width), np.float32)
        for number, reach in enumerate(REACHES):
            if number == ARTICLE_LAYER:
                summary = np.concatenate([hidden.mean(0), hidden.max(0)])
                hidden += np.maximum(summary @ weights["article.w"] + weights["article.b"], 0)
                hidden += weights["positions"][positions(len(words), headline_tokens)]
            hidden += self._layer(number, reach, hidden, beside)
        return lexical, hidden

    def _layer(self, number: int, reach: int, hidden: Floats, beside: Floats) -> Floats:
        """Return what layer *number* adds; *beside* holds, for each token, those before and after it."""
        width = self._width
        beside[:reach, :width] = 0
        beside[reach:, :width] = hidden[:-reach]
        beside[:, width : 2 * width] = hidden
        beside[-reach:, 2 * width :] = 0
        beside[:-reach, 2 * width :] = hidden[reach:]
        added = maxout(beside, self._weights[f"layers.{number}.w"], self._weights[f"layers.{number}.b"])
        return _normalize(added, self._weights[f"layers.{number}.norm.g"], self._weights[f"layers.{number}.norm.b"])

    def _vectors(self, words: Sequence[str]) -> Floats:
        """Return the vector of each of *words* by itself, from those that are kept if it is there.

        A new word is always computed alone: in a batch, the last bits of its vector would depend on the others.
        """
        vectors = np.empty((len(words), self._width), np.float32)
        known = [(at, row) for at, word in enumerate(words) if (row := self._rows.get(word)) is not None]
        if known:
            places, rows = np.array(known).T
            vectors[places] = self._kept[rows]
        computed: dict[str, Floats] = {}
        for at, word in enumerate(words):
            if word in self._rows:
                continue
            if word not in computed:
                computed[word] = self._vector(word)
            vectors[at] = computed[word]
        for word, vector in computed.items():
            if len(self._rows) < MAX_KEPT_WORDS:
                row = len(self._rows)
                self._kept[row] = vector
                self._rows[word] = row
        return vectors

    def _vector(self, word: str) -> Floats:
        weights = self._weights
        found = word_features.describe(word, self._vocabulary, len(weights["grams"]))
        features = np.concatenate(
            [
                weights["words"][found.word] * weights["words.scale"],
                weights["beginnings"][found.beginning] * weights["beginnings.scale"],
                weights["ends"][found.end] * weights["ends.scale"],
                weights["shapes"][found.shape] * weights["shapes.scale"],
                weights["grams"][list(found.grams)].astype(np.float32).mean(0) * weights["grams.scale"],
            ],
            dtype=np.float32,
        )[None]
        mixed = maxout(features, weights["mix.w"], weights["mix.b"])
        vector: Floats = _normalize(mixed, weights["mix.norm.g"], weights["mix.norm.b"])[0]
        return vector


def positions(tokens: int, headline_tokens: int) -> Ints:
    """Return the position class of each token: finer at the beginning; those of the headline are apart."""
    classes = np.searchsorted(POSITION_STARTS, np.arange(tokens), side="right")
    classes[:headline_tokens] = 0
    return classes


def maxout(rows: Floats, matrix: Floats, bias: Floats) -> Floats:
    """Return the greater of two linear layers that stand side by side in *matrix* (Goodfellow et al. 2013)."""
    both = rows @ matrix
    both += bias
    half = both.shape[1] // 2
    result: Floats = np.maximum(both[:, :half], both[:, half:])
    return result


def _normalize(rows: Floats, scale: Floats, shift: Floats) -> Floats:
    """Return *rows* with mean 0 and variance 1, then scaled and shifted (Ba et al. 2016, layer normalization)."""
    rows -= rows.mean(axis=1, keepdims=True)
    variance = np.einsum("tw,tw->t", rows, rows) / rows.shape[1]
    rows *= (1 / np.sqrt(variance + NORM_EPSILON))[:, None]
    rows *= scale
    rows += shift
    return rows


def load(path: Path) -> tuple[dict[str, Any], dict[str, int], dict[str, list[str]]]:
    """Return what is stored at *path*: weights, the row of each word of the vocabulary, and other names by kind."""
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files}
    names = {
        name.removeprefix("names."): bytes(arrays.pop(name)).decode().split("\0")
        for name in list(arrays)
        if name.startswith("names.")
    }
    vocabulary = {word: row for row, word in enumerate(names.pop("words"))}
    weights = {name: array if array.dtype == np.int8 else array.astype(np.float32) for name, array in arrays.items()}
    return weights, vocabulary, names
