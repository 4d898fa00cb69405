"""The span tagger's arithmetic, against all tag sequences written out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from spacy.tokens import Doc
from spacy.vocab import Vocab

from service.enrich.spans import decode, marginals, viterbi

LABELS = 2
TAGS = 1 + 4 * LABELS
LENGTH = 4


def _valid(tags: tuple[int, ...]) -> bool:
    """Tell whether *tags* is a sequence of whole spans."""
    inside = -1
    for tag in tags:
        place, label = (-1, -1) if tag == 0 else divmod(tag - 1, LABELS)
        if (label != inside) if place in {1, 2} else (inside >= 0):
            return False
        inside = label if place in {0, 1} else -1
    return inside < 0


SEQUENCES = [tags for tags in itertools.product(range(TAGS), repeat=LENGTH) if _valid(tags)]


@pytest.fixture(params=range(20))
def scores(request: pytest.FixtureRequest) -> np.ndarray:
    """Return scores of a short text."""
    return np.random.default_rng(request.param).normal(size=(LENGTH, TAGS)) * 2


def _weights(scores: np.ndarray) -> np.ndarray:
    return np.array([sum(scores[i, tag] for i, tag in enumerate(tags)) for tags in SEQUENCES])


def test_marginals_are_those_of_all_valid_sequences(scores: np.ndarray) -> None:
    """Forward-backward gives the sum over every valid sequence."""
    weights = _weights(scores)
    log_z = np.log(np.exp(weights).sum())
    expected = np.zeros((LENGTH, TAGS))
    for tags, weight in zip(SEQUENCES, weights, strict=True):
        for i, tag in enumerate(tags):
            expected[i, tag] += np.exp(weight - log_z)
    found_z, found = marginals(scores[:, None])
    assert found_z[0] == pytest.approx(log_z)
    np.testing.assert_allclose(found[:, 0], expected, atol=1e-9)


def test_viterbi_finds_the_best_valid_sequence(scores: np.ndarray) -> None:
    """No valid sequence scores higher than the one that is found."""
    assert tuple(viterbi(scores[:, None])[:, 0]) == SEQUENCES[int(_weights(scores).argmax())]


def test_spans_never_overlap_and_have_a_probability(scores: np.ndarray) -> None:
    """Decoded spans come in order, apart, each with a probability."""
    end = 0
    for start, stop, label, sure in decode(Doc(Vocab(), words=["word"] * LENGTH), scores):
        assert end <= start < stop
        assert 0 <= label < LABELS
        assert 0 < sure <= 1
        end = stop
