"""Labels of readers in place of the teacher's answers, where there are any."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training import examples
from training.label import KEPT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.documents import Document
    from training.inventory import Inventory
    from training.label import Labels
    from training.labelled import LabelledArticle
    from training.student.samples import Sample

LEAST_SHARE = 1e-3
"""Share of an allowed tag that the teacher does not think of."""


def correct(sample: Sample, document: Document, article: LabelledArticle, inventory: Inventory) -> None:
    """Replace the answers in *sample* by the labels of *article*, as far as there are any."""
    tokens = np.flatnonzero(~document.spaces)
    words = list(zip(document.starts[tokens].tolist(), document.ends[tokens].tolist(), strict=True))
    window = examples.Window(0, 0, [], words, [])
    gold = examples.targets(article, window, inventory.types, inventory.topics, inventory.tree)
    labels = sample.labels
    if gold.tags is not None:
        _allow(labels, tokens, gold.tags)
    if gold.types is not None and gold.flags is not None and gold.main is not None:
        labels.types[tokens] = np.arange(KEPT)
        labels.types[tokens, 0] = gold.types
        labels.type_shares[tokens] = np.eye(KEPT)[0]
        is_trigger = tokens[gold.types > 0]
        labels.flags[is_trigger] = gold.flags[gold.types > 0]
        sample.main = main = np.zeros(len(document.starts) + 1, np.float16)
        main[tokens] = gold.main / max(1, gold.main.sum())
        main[-1] = gold.main.sum() == 0
    if gold.topics is not None and gold.lead >= 0:
        labels.topics = gold.topics.astype(np.float16)
        labels.lead = np.eye(len(inventory.topics), dtype=np.float16)[gold.lead]


def _allow(labels: Labels, tokens: NDArray[np.int64], allowed: NDArray[np.bool_]) -> None:
    """Restrict the tags of *tokens* to those *allowed*; among several, the teacher's shares decide."""
    for token, row in zip(tokens.tolist(), allowed, strict=True):
        if row.all():
            continue
        columns = np.flatnonzero(row)
        known = dict(zip(labels.tags[token].tolist(), labels.tag_shares[token].tolist(), strict=True))
        shares = np.array([known.get(column, 0.0) + LEAST_SHARE for column in columns.tolist()], np.float32)
        best = np.argsort(-shares)[:KEPT]
        labels.tags[token] = 0
        labels.tag_shares[token] = 0
        labels.tags[token, : len(best)] = columns[best]
        labels.tag_shares[token, : len(best)] = shares[best] / shares[best].sum()
