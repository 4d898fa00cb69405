"""How likely each word is an actor or a recipient of an event: a small network over the features of `role_features`.

A feature has a vector and a score for each role; those of two things at once have scores alone. The vectors of a word
are added and pass one layer, which learns what holds together; the scores are added to its answer.
`training/roles.py` writes the weights, `data/roles.npz`.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib.resources import as_file
from typing import TYPE_CHECKING

import numpy as np

from service.enrich.data_files import DATA
from service.enrich.events import role_features

if TYPE_CHECKING:
    from service.enrich.model.arrays import Floats

WEIGHTS = DATA / "roles.npz"
ROLES = ("none", "actor", "recipient")
"""Columns of the answer."""


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

    def shares(self, rows: list[int]) -> Floats:
        """Return the probability of each role for each word: (word, role). *rows* are those of all words, in a line."""
        columns = np.array(rows, np.int64).reshape(-1, role_features.ALL).T
        hidden = np.zeros((columns.shape[1], self.vectors.shape[1]), np.float32)
        for column in columns[: role_features.SINGLE]:  # a third of the time of one sum over an axis in the middle
            hidden += self.vectors.take(column, axis=0)
        totals = np.maximum(hidden, 0) @ self.layer
        for column in columns:
            totals += self.scores.take(column, axis=0)
        odds = np.exp(totals - totals.max(1, keepdims=True))
        shares: Floats = odds / odds.sum(1, keepdims=True)
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
