"""Documents with the teacher's answers, as samples to learn from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from service.enrich.model import word_features
from service.enrich.model.network_reading import headline_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from training.documents import Document
    from training.label import Labels

MIN_WORD_USES, MAX_WORDS = 5, 30_000
MIN_EVENT_CHANCE = 0.2
"""Tokens that name an event with a greater probability may be the main event."""


@dataclass(slots=True)
class Sample:
    """One article to learn from."""

    forms: NDArray[np.int32]
    """Number of each token among all distinct ones: (token,)."""
    headline_tokens: int
    """Tokens of the first line, if it stands apart as a headline."""
    grammar: NDArray[np.int16]
    """Part of speech, head, relation of each token, and whether it opens a sentence: (token, 4)."""
    labels: Labels
    main: NDArray[np.float16] | None
    """Share of each token, and of none, as the main event. None if the article has no event: (token + 1,)."""
    weight: float
    """How often the sample counts, as a factor of its losses."""


class Numbering:
    """Numbers of tags, relations and tokens, as far as *documents* have them; more tokens are added by `of`."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.tags = _numbered(tag for document in documents for tag in document.tags)
        self.relations = _numbered(name for document in documents for name in document.relations)
        self.forms: dict[str, int] = {}
        """Number of each distinct token."""

    def of(self, words: Iterable[str]) -> NDArray[np.int32]:
        """Return the number of each of *words*, adding those that are new: (word,)."""
        return np.array([self.forms.setdefault(word, len(self.forms)) for word in words], np.int32)

    def features(
        self, vocabulary: dict[str, int], gram_rows: int = word_features.GRAMS
    ) -> dict[str, NDArray[np.int32]]:
        """Return the features of all distinct tokens as columns, by name: (token, …).

        *gram_rows* is the number of vectors that sequences of letters share.
        `hidden` is what `word` would be if the word were not in the *vocabulary*.
        """
        described = [word_features.describe(form, vocabulary, gram_rows) for form in self.forms]
        grams = np.zeros((len(described), word_features.MAX_GRAMS_PER_WORD), np.int32)
        mask = np.zeros(grams.shape, np.float32)
        for row, one in enumerate(described):
            grams[row, : len(one.grams)], mask[row, : len(one.grams)] = one.grams, 1
        columns: dict[str, Any] = {
            name: np.array([getattr(one, name) for one in described], np.int32)
            for name in ("word", "beginning", "end", "shape")
        }
        hidden = [word_features.describe(form, {}).word + len(vocabulary) for form in self.forms]
        return columns | {"grams": grams, "gram_mask": mask, "hidden": np.array(hidden, np.int32)}


def _numbered(names: Iterable[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(sorted(set(names)))}


def vocabulary(documents: Iterable[Document]) -> dict[str, int]:
    """Return the rows of the words that occur most often in *documents*."""
    uses: Counter[str] = Counter()
    for document in documents:
        uses.update(document.words)
    keys: Counter[str] = Counter()
    for word, count in uses.items():
        keys[word_features.key(word[: word_features.MAX_LETTERS])] += count
    kept = [word for word, count in keys.most_common(MAX_WORDS) if count >= MIN_WORD_USES]
    return {word: row for row, word in enumerate(sorted(kept))}


def to_sample(document: Document, labels: Labels, numbering: Numbering, weight: float) -> Sample:
    """Return *document* with *labels* as a sample that counts *weight* times."""
    tags, relations = numbering.tags, numbering.relations
    grammar = np.stack(
        [
            np.array([tags.get(tag, 0) for tag in document.tags], np.int16),
            document.heads,
            np.array([relations.get(name, 0) for name in document.relations], np.int16),
            document.opens.astype(np.int16),
        ],
        1,
    )
    headline = headline_tokens(document.text, document.starts.astype(np.int64))
    return Sample(numbering.of(document.words), headline, grammar, labels, _main_shares(labels), weight)


def event_chances(labels: Labels) -> NDArray[np.float32]:
    """Return the probability that each token names an event: (token,)."""
    chances: NDArray[np.float32] = 1 - (labels.type_shares.astype(np.float32) * (labels.types == 0)).sum(1)
    return chances


def _main_shares(labels: Labels) -> NDArray[np.float16] | None:
    counted = np.where(event_chances(labels) > MIN_EVENT_CHANCE, labels.main.astype(np.float32), -np.inf)
    if not np.isfinite(counted).any():
        return None
    scores = np.append(counted, 0.0)
    odds = np.exp(scores - scores.max())
    shares: NDArray[np.float16] = (odds / odds.sum()).astype(np.float16)
    return shares
