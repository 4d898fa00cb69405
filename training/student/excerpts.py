"""Single sentences of labelled articles as texts of their own: a wire also sends alerts of one line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from training.label import Labels

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

    from training.student.samples import Sample

MIN_TOKENS, MAX_TOKENS = 5, 48
"""Tokens of a sentence that is read alone. More do not fit into the smallest batch."""


def sentences(samples: Sequence[Sample], share: float, rng: random.Random) -> Iterator[Sample]:
    """Yield a *share* of the sentences of *samples*, without topics and main event."""
    for sample in samples:
        opens = np.flatnonzero(sample.grammar[:, 3]).tolist()
        for start, end in zip(opens, [*opens[1:], len(sample.forms)], strict=True):
            if MIN_TOKENS <= end - start <= MAX_TOKENS and rng.random() < share:
                yield _cut(sample, start, end)


def _cut(sample: Sample, start: int, end: int) -> Sample:
    grammar = sample.grammar[start:end].copy()
    grammar[:, 1] -= start
    outside = (grammar[:, 1] < 0) | (grammar[:, 1] >= end - start)
    grammar[outside, 1] = np.flatnonzero(outside)
    labels = sample.labels
    nothing = np.zeros(0, np.float16)
    cut = Labels(
        labels.tags[start:end], labels.tag_shares[start:end], labels.types[start:end], labels.type_shares[start:end],
        labels.flags[start:end], labels.main[start:end], nothing, nothing,
    )  # fmt: skip
    return replace(sample, forms=sample.forms[start:end], headline_tokens=0, grammar=grammar, labels=cut, main=None)
