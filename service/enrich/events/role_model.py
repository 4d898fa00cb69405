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
    """(role, feature)."""
    layer: Floats
    """(width, role)."""

    def shares(self, rows: list[int]) -> Floats:
        """Return the probability of each role for each word: (word, role). *rows* are those of all words, in a line."""
        ids = np.array(rows, np.int64).reshape(-1, role_features.ALL)
        hidden = np.maximum(self.vectors[ids[:, : role_features.SINGLE]].sum(1), 0)
        totals = hidden @ self.layer + self.scores[:, ids].sum(2).T
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
            np.ascontiguousarray((stored["scores"] * stored["scores.scale"]).T),
            stored["layer"],
        )
