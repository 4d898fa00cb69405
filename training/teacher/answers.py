"""What a teacher says of windows of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from training.teacher import heads
from training.teacher.batches import batches, to_batch
from training.teacher.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.examples import Window
    from training.teacher.encoder import Encoder


class Teacher:
    """An encoder with the weights that were fine-tuned for a task."""

    def __init__(self, source: Encoder, weights: dict[str, Any], task: str) -> None:
        self._source, self._weights, self._task = source, jax.tree.map(jnp.asarray, weights), TASKS[task]
        self.tokenizer = source.tokenizer
        self.width = source.words.shape[1]
        """Length of a word's vector."""

    def read(self, windows: Sequence[Window]) -> list[dict[str, Any]]:
        """Return the scores of its heads for each of *windows*, by the names that its task gives.

        `hidden` is the vector of each word's first piece.
        """
        results: list[dict[str, Any]] = [{} for _ in windows]
        for group, length in batches(windows, None):
            batch = to_batch(self._source, [windows[index] for index in group], length, None, 0)
            predicted = _predict(self._weights, batch["embedded"], batch["mask"], batch["number"])
            answers = (*self._task.of_words, *self._task.of_articles)
            scores = {name: np.asarray(predicted[name]) for name in answers}
            for row, index in enumerate(group):
                at = windows[index].first_pieces
                results[index] = {name: scores[name][row, at] for name in self._task.of_words}
                results[index] |= {name: scores[name][row] for name in self._task.of_articles}
        return results


@jax.jit  # type: ignore[untyped-decorator]  # JAX is not installed where types are checked
def _predict(weights: Any, embedded: Any, mask: Any, number: Any) -> Any:
    """Return the scores of all heads, without dropout. *number* is 0 for windows that begin an article, else 1."""
    return heads.outputs(weights, embedded, mask, None) | {"no_main": weights["heads"]["no_main"][number]}
