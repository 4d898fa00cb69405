"""The span tagger's arithmetic, against all tag sequences written out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from service.enrich.model.span_decoding import decode, marginals, probability, viterbi

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


def test_decoded_spans_are_those_of_the_best_sequence(scores: np.ndarray) -> None:
    """Decoding gives the spans of the best valid sequence, in order and apart."""
    expected, first = [], 0
    for at, tag in enumerate(SEQUENCES[int(_weights(scores).argmax())]):
        place, label = divmod(tag - 1, LABELS)
        if tag and place in {0, 3}:
            first = at
        if tag and place in {2, 3}:
            expected.append((first, at + 1, label))
    assert list(decode(scores)) == expected


def test_clearly_outside_words_part_what_is_decoded_apart(scores: np.ndarray) -> None:
    """A word that is surely outside of any span changes nothing on either side of it."""
    outside = np.zeros((1, TAGS))
    outside[0, 0] = 50.0
    shifted = [(start + LENGTH + 1, end + LENGTH + 1, label) for start, end, label in decode(scores)]
    assert list(decode(np.concatenate((scores, outside, scores)))) == [*decode(scores), *shifted]


def test_probability_of_a_span_is_that_of_its_least_probable_tag(scores: np.ndarray) -> None:
    """Every decoded span has a probability, that of the tag that is least sure."""
    _, table = marginals(scores[:, None])
    for start, end, label in decode(scores):
        found = probability(table[:, 0], (start, end, label))
        tags = [1 + 3 * LABELS + label] if end - start == 1 else [1 + label, 1 + 2 * LABELS + label]
        edges = table[start, 0, tags[0]], table[end - 1, 0, tags[-1]]
        assert 0 < found <= min(edges)
