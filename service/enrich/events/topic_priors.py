"""How the topics of an article bear on the types of its events: a match is won in sport, an election in politics.

Bayes' rule with topics and words taken as independent: the probability of a type by its words is multiplied by how much
more frequent the type is in articles of the topics.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from service.enrich.data_files import DATA
from service.enrich.media_topics import topic_tree

if TYPE_CHECKING:
    from service.enrich.model.arrays import Floats, Ints

WEIGHT = 1.5
"""Power of the ratios, chosen on the development part of the labelled articles."""


class _Ratios(NamedTuple):
    topics: Ints
    """Positions of the topics of the first level in the network's order."""
    logarithms: Floats
    """Of how much more frequent a type is with a topic than at all: (topic, type)."""


def weigh(types: Floats, names: tuple[str, ...], topics: Floats) -> Floats:
    """Return the probabilities of *types* given the *topics* of the article; that of no event stays.

    Args:
        types: Of no event, then of each type: (token, 1 + type).
        names: The names of the types.
        topics: Probabilities of the topics.
    """
    ratios = _ratios(names)
    shares = topics[ratios.topics]
    factors = np.exp(WEIGHT * (shares / max(float(shares.sum()), 1e-6)) @ ratios.logarithms)
    weighed = types.copy()
    weighed[:, 1:] *= factors
    sums = weighed[:, 1:].sum(axis=1, keepdims=True)
    weighed[:, 1:] *= (1 - types[:, :1]) / np.maximum(sums, 1e-9)
    return weighed


@functools.cache
def _ratios(names: tuple[str, ...]) -> _Ratios:
    """Return the ratios of the types *names*, as the file has them."""
    lines = (DATA / "type_priors.tsv").read_text(encoding="utf-8").splitlines()
    head, *rows = (line.split("\t") for line in lines if not line.startswith("#"))
    columns = [head.index(name) for name in names]
    ids = list(topic_tree().names)
    logarithms = np.array([[float(row[column]) for column in columns] for row in rows], dtype=np.float32)
    return _Ratios(np.array([ids.index(row[0]) for row in rows]), logarithms)
