"""The parser's arithmetic, against trees written out and gradients by differences."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from service.enrich.model import tree_decoding

SIZE = 5
STEP = 1e-5


def _is_tree(heads: tuple[int, ...], root: int) -> bool:
    if [at for at, head in enumerate(heads) if at == head] != [root]:
        return False
    above = np.array(heads)
    for _ in heads:
        above = above[above]
    return bool((above == root).all())


@pytest.fixture(params=range(20))
def random(request: pytest.FixtureRequest) -> np.random.Generator:
    """Return a source of random numbers."""
    return np.random.default_rng(request.param)


def test_the_tree_is_the_best_of_its_root(random: np.random.Generator) -> None:
    """No tree with the same root scores higher than the one that is found."""
    table = random.normal(size=(SIZE, SIZE))
    found = tree_decoding.best_tree(table)
    (root,) = [at for at in range(SIZE) if found[at] == at]
    every = np.arange(SIZE)
    trees = [heads for heads in itertools.product(range(SIZE), repeat=SIZE) if _is_tree(heads, root)]
    best = max(trees, key=lambda heads: table[every, heads].sum())
    assert tuple(found) == best


def test_clear_heads_are_taken_as_they_are() -> None:
    """Where every word's best head makes a tree, that is the tree."""
    heads = [1, 1, 1, 4, 2]
    assert tree_decoding.best_tree(np.eye(SIZE)[heads]).tolist() == heads


@pytest.mark.parametrize("argument", range(4))
def test_gradients_are_those_of_the_scores(random: np.random.Generator, argument: int) -> None:
    """A small change of a vector changes the loss as the gradient says."""
    widths = (
        tree_decoding.CONTENT_WIDTH,
        tree_decoding.CONTENT_WIDTH,
        tree_decoding.DISTANCE_CLASSES,
        tree_decoding.DISTANCE_CLASSES,
    )
    dependent, head, place, expected = vectors = [random.normal(size=(SIZE, width)) for width in widths]
    classes, heads = tree_decoding.distance_classes(SIZE), random.integers(0, SIZE, SIZE)
    _, change = tree_decoding.cross_entropy(tree_decoding.head_scores(dependent, head, place, expected, classes), heads)
    gradient = tree_decoding.head_scores_backward(change, dependent, head, classes)[argument]
    row, column = 2, int(classes[2, 3]) if argument > 1 else 7
    losses = []
    for step in (STEP, -STEP):
        vectors[argument][row, column] += step
        losses.append(
            tree_decoding.cross_entropy(tree_decoding.head_scores(dependent, head, place, expected, classes), heads)[0]
        )
        vectors[argument][row, column] -= step
    assert gradient[row, column] == pytest.approx((losses[0] - losses[1]) / (2 * STEP), rel=1e-4, abs=1e-6)


def test_endless_sentences_are_cut() -> None:
    """A text without any full stop comes in pieces that the scores of all pairs fit."""
    starts = np.full(1_000, -3.0, dtype=np.float32)
    starts[[150, 420]] = -1.0
    pieces = tree_decoding.split_sentences(starts, np.zeros(1_000, dtype=bool))
    assert all(end - start <= tree_decoding.MAX_TOKENS_PER_SENTENCE for start, end in pieces)
    assert [start for start, _ in pieces] == [0, 150, 350, 420, 620, 820]
    assert [pieces[0][0], *(end for _, end in pieces)] == [*(start for start, _ in pieces), 1_000]


def test_distances_are_told_by_side_and_by_band() -> None:
    """A head on the left is never in the class of one on the right, near ones have a class each, far ones share one."""
    classes = tree_decoding.distance_classes(60)
    assert classes[30, 30] == tree_decoding.DISTANCE_CLASSES // 2
    assert len({int(classes[30, at]) for at in range(27, 34)}) == 7
    assert classes[0, 40] == classes[0, 50] == tree_decoding.DISTANCE_CLASSES - 1
    assert classes[40, 0] == classes[50, 0] == 0
