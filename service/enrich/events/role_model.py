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
    from collections.abc import Iterable

    from service.enrich.model.arrays import Floats

WEIGHTS = DATA / "roles.npz"
ROLES = ("none", "actor", "recipient")
"""Columns of the answer."""


@dataclass(frozen=True, slots=True)
class RoleModel:
    """The weights. Row 0 stands for every feature that is not known, and is zero."""

    rows: dict[str, int]
    """Row of each feature; those with a vector come first."""
    vectors: Floats
    """(feature, width)."""
    scores: Floats
    """(feature, role)."""
    layer: Floats
    """(width, role)."""

    def shares(self, features: Iterable[list[str]]) -> Floats:
        """Return the probability of each role for each word that *features* describe: (word, role)."""
        get = self.rows.get
        ids = np.array([[get(name, 0) for name in names] for names in features], np.int64)
        if not len(ids):
            return np.empty((0, len(ROLES)), np.float32)
        hidden = np.maximum(self.vectors[ids[:, : role_features.SINGLE]].sum(1), 0)
        totals = hidden @ self.layer + self.scores[ids].sum(1)
        odds = np.exp(totals - totals.max(1, keepdims=True))
        shares: Floats = odds / odds.sum(1, keepdims=True)
        return shares


@functools.cache
def load() -> RoleModel:
    """Return the shipped weights."""
    with as_file(WEIGHTS) as path, np.load(path) as stored:
        names = bytes(stored["features"]).decode().split("\0")
        return RoleModel(
            {name: row for row, name in enumerate(names)},
            stored["vectors"] * stored["vectors.scale"],
            stored["scores"] * stored["scores.scale"],
            stored["layer"],
        )
