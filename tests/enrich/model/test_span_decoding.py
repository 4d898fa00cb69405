"""The decoding of spans, checked against an enumeration of all tag sequences."""

from __future__ import annotations

import numpy as np
import pytest

from service.enrich.model.span_decoding import decode, viterbi
from tests.tag_sequences import LABELS, LENGTH, SEQUENCES, TAGS, random_scores, sequence_scores


@pytest.fixture(params=range(20))
def scores(request: pytest.FixtureRequest) -> np.ndarray:
    """Return random scores of a short text."""
    return random_scores(request.param)


def test_viterbi_finds_the_best_valid_sequence(scores: np.ndarray) -> None:
    """No valid sequence scores higher than the decoded one."""
    assert tuple(viterbi(scores[:, None])[:, 0]) == SEQUENCES[int(sequence_scores(scores).argmax())]


def test_decoded_spans_are_those_of_the_best_sequence(scores: np.ndarray) -> None:
    """Decoding yields the spans of the best valid sequence, in order and without overlap."""
    expected, first = [], 0
    for token, tag in enumerate(SEQUENCES[int(sequence_scores(scores).argmax())]):
        prefix, label = divmod(tag - 1, LABELS)
        if tag and prefix in {0, 3}:
            first = token
        if tag and prefix in {2, 3}:
            expected.append((first, token + 1, label))
    assert list(decode(scores)) == expected


def test_both_sides_of_a_clearly_outside_token_are_decoded_alone(scores: np.ndarray) -> None:
    """A token that is certainly outside of any span changes nothing on either side of it."""
    outside = np.zeros((1, TAGS))
    outside[0, 0] = 50.0
    shifted = [(start + LENGTH + 1, end + LENGTH + 1, label) for start, end, label in decode(scores)]
    assert list(decode(np.concatenate((scores, outside, scores)))) == [*decode(scores), *shifted]
