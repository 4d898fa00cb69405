"""The words that the student knows by themselves, and their vectors.

Labelled texts are few, and most words of the next article are in none of them. So the vocabulary also has the most
frequent words of each language, from `wordfreq` (Speer 2022), and every word starts, and stays, where the teacher puts
it. What the teacher says of a word alone is mapped to what it says of it in texts by a linear regression over the words
of which both are known.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
import wordfreq

from service.enrich.model import word_features
from service.enrich.model.name_network import as_read
from training.examples import BEGIN_PIECE, END_PIECE, PADDING_PIECE
from training.languages.words import splitter as make_splitter
from training.student.word_vectors import FIRST_SPREAD
from training.teacher import encoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.languages.gold import Text
    from training.student.word_vectors import WordVectors
    from training.teacher.encoder import Encoder

FREQUENT_WORDS = 25_000
"""Most frequent words of each language that are known."""
MIN_USES = 3
MIN_USES_IN_TEXTS = 5
"""Uses from which a word's vector is the mean of those in the texts."""
PIECES = 12
"""Word pieces that are read of a word by itself."""
WORDS_PER_BATCH = 512
RIDGE = 10.0


def vocabulary(texts: Sequence[Text], languages: Sequence[str]) -> dict[str, int]:
    """Return the rows of the words of *texts* that are used more than once or twice, and of frequent words."""
    uses: Counter[str] = Counter()
    splitter = make_splitter()
    for text in texts:
        words = (as_read(token.text[: word_features.MAX_LETTERS]) for token in splitter(text.text))
        uses.update(map(word_features.key, words))
    kept = {word for word, count in uses.items() if count >= MIN_USES}
    for language in languages:
        kept.update(
            word_features.key(as_read(word))
            for word in wordfreq.top_n_list(language, FREQUENT_WORDS)
            if len(word) <= word_features.MAX_LETTERS
        )
    return {word: row for row, word in enumerate(sorted(kept))}


def vectors(vocabulary: dict[str, int], seen: WordVectors, weights: Any, source: Encoder, width: int) -> Any:
    """Return the vectors of the words of *vocabulary*, in *width* principal components: (word, width).

    Args:
        vocabulary: The row of each word.
        seen: The teacher's vectors of words in texts, of the same or another vocabulary.
        weights: The teacher's.
        source: The teacher's encoder.
        width: Length of a vector.
    """
    words = list(vocabulary)
    alone = np.concatenate([_read(form, weights, source) for form in (words, [word.title() for word in words])], axis=1)
    alone = (alone - alone.mean(0)) / alone.std(0)
    rows = [(vocabulary[word], row) for word, row in seen.vocabulary.items() if word in vocabulary]
    known = [(to, row) for to, row in rows if seen.counts[row] >= MIN_USES_IN_TEXTS]
    places, sources = np.array(known).T
    in_texts = seen.sums[sources].astype(np.float64) / seen.counts[sources][:, None]
    centre = in_texts.mean(0)
    features = alone[places].astype(np.float64)
    matrix = np.linalg.solve(
        features.T @ features + RIDGE * np.eye(features.shape[1]), features.T @ (in_texts - centre)
    )
    table = alone.astype(np.float64) @ matrix
    table[places] = in_texts - centre
    _, components = np.linalg.eigh(table.T @ table / len(table))
    reduced = table @ components[:, ::-1][:, :width]
    return (reduced / reduced.std() * FIRST_SPREAD).astype(np.float32)


_forward = jax.jit(encoder.forward)


def _read(words: Sequence[str], weights: Any, source: Encoder) -> NDArray[np.float32]:
    """Return the vector of the first piece of each of *words*, read by itself: (word, width)."""
    results = []
    for begin in range(0, len(words), WORDS_PER_BATCH):
        batch = words[begin : begin + WORDS_PER_BATCH]
        pieces = np.full((WORDS_PER_BATCH, PIECES), PADDING_PIECE, np.int64)
        mask = np.zeros(pieces.shape, np.float32)
        for row, encoded in enumerate(source.tokenizer.encode_batch(list(batch), add_special_tokens=False)):
            ids = [BEGIN_PIECE, *encoded.ids[: PIECES - 2], END_PIECE]
            pieces[row, : len(ids)], mask[row, : len(ids)] = ids, 1
        hidden = np.asarray(_forward(weights["encoder"], source.embed(pieces), mask))
        results.append(hidden[: len(batch), 1])
    return np.concatenate(results)
