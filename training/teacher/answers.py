"""What the teacher says of windows of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from training.teacher import encoder, heads
from training.teacher.batches import batches, to_batch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.examples import Window

OF_WORDS = ("tags", "types", "flags", "main", "hidden")
"""Answers about each word: (word, …)."""
OF_ARTICLES = ("topics", "lead", "no_main")
"""Answers about a window as a whole."""


class Teacher:
    """The encoder with fine-tuned weights."""

    def __init__(self, source: encoder.Encoder, weights: dict[str, Any]) -> None:
        self._source, self._weights = source, jax.tree.map(jnp.asarray, weights)
        self.tokenizer = encoder.tokenizer()
        self.width = source.words.shape[1]
        """Length of a word's vector."""

    def read(self, windows: Sequence[Window]) -> list[dict[str, Any]]:
        """Return the scores of all heads for each of *windows*, by the names in `OF_WORDS` and `OF_ARTICLES`.

        `hidden` is the vector of each word's first piece.
        """
        results: list[dict[str, Any]] = [{} for _ in windows]
        for group, length in batches(windows, None):
            batch = to_batch(self._source, [windows[index] for index in group], length, None, 0)
            predicted = _predict(self._weights, batch["embedded"], batch["mask"], batch["number"])
            scores = {name: np.asarray(values) for name, values in predicted.items()}
            for row, index in enumerate(group):
                at = windows[index].first_pieces
                results[index] = {name: scores[name][row, at] for name in OF_WORDS}
                results[index] |= {name: scores[name][row] for name in OF_ARTICLES}
        return results


@jax.jit  # type: ignore[untyped-decorator]  # JAX is not installed where types are checked
def _predict(weights: Any, embedded: Any, mask: Any, number: Any) -> Any:
    """Return the scores of all heads, without dropout. *number* is 0 for windows that begin an article, else 1."""
    return heads.outputs(weights, embedded, mask, None) | {"no_main": weights["heads"]["no_main"][number]}
