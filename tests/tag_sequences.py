"""All valid sequences of span tags for a short text, to check the decoders against an enumeration."""

from __future__ import annotations

import itertools

import numpy as np

LABELS = 2
TAGS = 1 + 4 * LABELS
LENGTH = 4


def random_scores(seed: int) -> np.ndarray:
    """Return random scores of a text of `LENGTH` tokens, one column per tag."""
    return np.random.default_rng(seed).normal(size=(LENGTH, TAGS)) * 2


def sequence_scores(scores: np.ndarray) -> np.ndarray:
    """Return the score of each of `SEQUENCES`."""
    return np.array([sum(scores[i, tag] for i, tag in enumerate(tags)) for tags in SEQUENCES])


def _is_valid(tags: tuple[int, ...]) -> bool:
    """Return whether *tags* is a sequence of whole spans."""
    inside = -1
    for tag in tags:
        prefix, label = (-1, -1) if tag == 0 else divmod(tag - 1, LABELS)
        if (label != inside) if prefix in {1, 2} else (inside >= 0):
            return False
        inside = label if prefix in {0, 1} else -1
    return inside < 0


SEQUENCES = [tags for tags in itertools.product(range(TAGS), repeat=LENGTH) if _is_valid(tags)]
