"""The decoding of sentences and trees, checked against an enumeration of all trees."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from service.enrich.model import tree_decoding

SIZE = 5


def _is_tree(heads: tuple[int, ...], root: int) -> bool:
    if [token for token, head in enumerate(heads) if token == head] != [root]:
        return False
    ancestors = np.array(heads)
    for _ in heads:
        ancestors = ancestors[ancestors]
    return bool((ancestors == root).all())


@pytest.fixture(params=range(20))
def random(request: pytest.FixtureRequest) -> np.random.Generator:
    """Return a source of random numbers."""
    return np.random.default_rng(request.param)


def test_the_tree_is_the_best_of_its_root(random: np.random.Generator) -> None:
    """No tree with the same root scores higher than the decoded one."""
    scores = random.normal(size=(SIZE, SIZE))
    decoded = tree_decoding.best_tree(scores)
    (root,) = [token for token in range(SIZE) if decoded[token] == token]
    every = np.arange(SIZE)
    trees = [heads for heads in itertools.product(range(SIZE), repeat=SIZE) if _is_tree(heads, root)]
    best = max(trees, key=lambda heads: scores[every, heads].sum())
    assert tuple(decoded) == best


def test_best_heads_that_form_a_tree_are_kept() -> None:
    """If the best heads of all tokens form a tree, it is the result."""
    heads = [1, 1, 1, 4, 2]
    assert tree_decoding.best_tree(np.eye(SIZE)[heads]).tolist() == heads


def test_long_sentences_are_split() -> None:
    """A text without any full stop is split into sentences whose table of scores is small enough."""
    starts = np.full(1_000, -3.0, dtype=np.float32)
    starts[[150, 420]] = -1.0
    sentences = tree_decoding.split_sentences(starts, np.zeros(1_000, dtype=bool))
    assert all(end - start <= tree_decoding.MAX_TOKENS_PER_SENTENCE for start, end in sentences)
    assert [start for start, _ in sentences] == [0, 150, 350, 420, 620, 820]
    assert [sentences[0][0], *(end for _, end in sentences)] == [*(start for start, _ in sentences), 1_000]


def test_distance_classes_depend_on_side_and_band() -> None:
    """Left and right share no class, every near distance has a class of its own, and far distances share one."""
    classes = tree_decoding.distance_classes(60)
    assert classes[30, 30] == tree_decoding.DISTANCE_CLASSES // 2
    assert len({int(classes[30, token]) for token in range(27, 34)}) == 7
    assert classes[0, 40] == classes[0, 50] == tree_decoding.DISTANCE_CLASSES - 1
    assert classes[40, 0] == classes[50, 0] == 0
