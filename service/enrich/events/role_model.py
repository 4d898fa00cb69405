"""How likely each word is the actor or the recipient of an event: a small network over the features of `role_features`.

A feature has a vector and a score for each role; those of two things at once have scores alone. The vectors of a word
are added and pass one layer, which learns what holds together; the scores are added to its answer. For each role, the
words of a sentence and "nobody" share one probability: a likely actor makes all others less likely.
`training/roles.py` writes the weights, `data/roles.npz`.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass
from importlib.resources import as_file
from typing import TYPE_CHECKING

import numpy as np

from service.enrich.data_files import DATA
from service.enrich.events import role_features

if TYPE_CHECKING:
    from service.enrich.model.arrays import Floats

WEIGHTS = DATA / "roles.npz"
ROLES = ("actor", "recipient")
"""Columns of the answer."""
MAX_SCORE = 30.0
"""Greater scores are taken for this, whose exponential is far from the end of single precision."""


@dataclass(frozen=True, slots=True)
class RoleModel:
    """The weights. Row 0 stands for every feature that is not known, and is zero."""

    rows: dict[str, dict[str, int]]
    """Row of each feature, by group and value; those of one thing come first."""
    vectors: Floats
    """(feature of one thing, width)."""
    scores: Floats
    """(feature, role)."""
    layer: Floats
    """(width, role)."""

    def shares(self, rows: list[list[int]], counts: list[int]) -> Floats:
        """Return the probability of each word to be who takes each role in its event: (word, role).

        *rows* has, for each feature, those of all words of all events; *counts* has the numbers of words of each event.
        """
        columns = np.array(rows, np.int64)
        hidden = np.zeros((columns.shape[1], self.vectors.shape[1]), np.float32)
        for column in columns[: role_features.SINGLE]:  # a third of the time of one sum over an axis in the middle
            hidden += self.vectors.take(column, axis=0)
        totals = np.maximum(hidden, 0) @ self.layer
        for column in columns:
            totals += self.scores.take(column, axis=0)
        return shared(totals, counts)


def shared(scores: Floats, counts: list[int]) -> Floats:
    """Return the probabilities of *scores* of the words of events, of which "nobody" has the score 0: a softmax each.

    *counts* are the numbers of words of each event.
    """
    filled = [count for count in counts if count]
    if not filled:
        return scores
    odds = np.exp(np.minimum(scores, MAX_SCORE))
    sums = np.add.reduceat(odds, [0, *itertools.accumulate(filled[:-1])], axis=0)
    shares: Floats = odds / np.repeat(1 + sums, filled, axis=0)
    return shares


@functools.cache
def load() -> RoleModel:
    """Return the shipped weights."""
    with as_file(WEIGHTS) as path, np.load(path) as stored:
        rows: dict[str, dict[str, int]] = {}
        for row, feature in enumerate(bytes(stored["features"]).decode().split("\0"), start=1):
            group, value = feature.split("\t")
            rows.setdefault(group, {})[value] = row
        return RoleModel(
            rows,
            stored["vectors"] * stored["vectors.scale"],
            stored["scores"] * stored["scores.scale"],
            stored["layer"],
        )
