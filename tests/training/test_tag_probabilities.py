"""Tag probabilities, checked against an enumeration of all tag sequences."""

from __future__ import annotations

import numpy as np
import pytest

from service.enrich.model.span_decoding import decode
from tests.tag_sequences import LABELS, LENGTH, SEQUENCES, TAGS, random_scores, sequence_scores
from training.tag_probabilities import marginals, span_probability


@pytest.fixture(params=range(20))
def scores(request: pytest.FixtureRequest) -> np.ndarray:
    """Return random scores of a short text."""
    return random_scores(request.param)


def test_marginals_sum_over_all_valid_sequences(scores: np.ndarray) -> None:
    """Forward-backward gives log Z and the tag probabilities of an enumeration."""
    weights = sequence_scores(scores)
    expected_log_z = np.log(np.exp(weights).sum())
    expected = np.zeros((LENGTH, TAGS))
    for tags, weight in zip(SEQUENCES, weights, strict=True):
        for token, tag in enumerate(tags):
            expected[token, tag] += np.exp(weight - expected_log_z)
    log_z, probabilities = marginals(scores[:, None])
    assert log_z[0] == pytest.approx(expected_log_z)
    np.testing.assert_allclose(probabilities[:, 0], expected, atol=1e-9)


def test_probability_of_a_span_is_that_of_its_least_probable_tag(scores: np.ndarray) -> None:
    """Every decoded span has a probability, that of its least certain tag."""
    _, probabilities = marginals(scores[:, None])
    for start, end, label in decode(scores):
        probability = span_probability(probabilities[:, 0], (start, end, label))
        tags = [1 + 3 * LABELS + label] if end - start == 1 else [1 + label, 1 + 2 * LABELS + label]
        edges = probabilities[start, 0, tags[0]], probabilities[end - 1, 0, tags[-1]]
        assert 0 < probability <= min(edges)
