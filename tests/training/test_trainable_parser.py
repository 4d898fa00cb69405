"""The gradients of the parser, checked against finite differences."""

from __future__ import annotations

import numpy as np
import pytest

from service.enrich.model import tree_decoding
from training.trainable_parser import cross_entropy, head_scores_backward

SIZE = 5
STEP = 1e-5


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("argument", range(4))
def test_gradients_are_those_of_the_scores(seed: int, argument: int) -> None:
    """A small change of a vector changes the loss as the gradient says."""
    random = np.random.default_rng(seed)
    content, distance = tree_decoding.CONTENT_WIDTH, tree_decoding.DISTANCE_CLASSES
    vectors = [random.normal(size=(SIZE, width)) for width in (content, content, distance, distance)]
    dependent, head, head_distance, dependent_distance = vectors
    classes, heads = tree_decoding.distance_classes(SIZE), random.integers(0, SIZE, SIZE)

    def loss_and_gradient() -> tuple[float, np.ndarray]:
        scores = tree_decoding.head_scores(dependent, head, head_distance, dependent_distance, classes)
        return cross_entropy(scores, heads)

    _, scores_gradient = loss_and_gradient()
    gradient = head_scores_backward(scores_gradient, dependent, head, classes)[argument]
    row, column = 2, int(classes[2, 3]) if argument > 1 else 7
    losses = []
    for step in (STEP, -STEP):
        vectors[argument][row, column] += step
        losses.append(loss_and_gradient()[0])
        vectors[argument][row, column] -= step
    assert gradient[row, column] == pytest.approx((losses[0] - losses[1]) / (2 * STEP), rel=1e-4, abs=1e-6)
