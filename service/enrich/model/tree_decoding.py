"""The arithmetic of the parser: from one vector a token to sentences and trees, and back to gradients.

Every token asks for its head by content (a dot product with each word of the sentence) and by place (how far off the
head stands, asked from both ends); a token that is its own head is the root. After Dozat and Manning (2017), with
relative places in the stead of a recurrent network, and the tree of the highest score by Chu and Liu (1965) and
Edmonds (1967) where the best heads make none by themselves.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.int64]

CONTENT_WIDTH = 48
"""Width of the vectors by which a token and its head find each other."""
RELATION_WIDTH = 64
"""Width of the hidden layer that names the relation of a token to its head."""
DISTANCE_BAND_STARTS = np.array([1, 2, 3, 4, 5, 6, 8, 11, 16, 24])
"""Least distances of the classes of distance: each word near by, ever wider bands farther off."""
DISTANCE_CLASSES = 2 * len(DISTANCE_BAND_STARTS) + 1
"""Classes of distance on both sides, and that of no distance."""
MAX_TOKENS_PER_SENTENCE = 200
"""Tokens of the longest sentence; a longer one is cut where a sentence most likely starts. The score of every pair
is kept: 200 * 200 * 4 bytes = 160 kB."""
SIDE_COLUMNS = 2
"""Columns that tell on which side the head stands."""


@functools.cache
def columns(tags: int) -> tuple[slice, ...]:
    """Return where the parts of a token's vector lie, for so many *tags*.

    They are: tags, start of a sentence, as dependent, as head, place of the head, of dependents, relation (two).
    """
    sizes = (tags, 1, CONTENT_WIDTH, CONTENT_WIDTH, DISTANCE_CLASSES, DISTANCE_CLASSES, RELATION_WIDTH, RELATION_WIDTH)
    ends = np.cumsum(sizes).tolist()
    return tuple(slice(end - size, end) for size, end in zip(sizes, ends, strict=True))


def distance_classes(size: int) -> Ints:
    """Return the class of the distance from each of *size* tokens to each other, (from, to); at most MAX_TOKENS_PER_SENTENCE tokens."""
    table: Ints = _distance_classes()[:size, :size]
    return table


@functools.cache
def _distance_classes() -> Ints:
    offset = np.arange(MAX_TOKENS_PER_SENTENCE)[None, :] - np.arange(MAX_TOKENS_PER_SENTENCE)[:, None]
    band = np.searchsorted(DISTANCE_BAND_STARTS, np.abs(offset), side="right")
    classes: Ints = np.where(offset < 0, len(DISTANCE_BAND_STARTS) - band, len(DISTANCE_BAND_STARTS) + band)
    return classes


def split_sentences(starts: Floats, known: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Cut at tokens whose score in *starts* is above zero, and at those *known* to start a sentence."""
    opens = (starts > 0) | known
    opens[0] = True
    first = np.flatnonzero(opens)
    found: list[tuple[int, int]] = []
    for start, end in zip(first.tolist(), [*first[1:].tolist(), len(starts)], strict=True):
        found += _split_long_sentence(starts, start, end)
    return found


def _split_long_sentence(starts: Floats, start: int, end: int) -> list[tuple[int, int]]:
    cuts = []
    while end - start > MAX_TOKENS_PER_SENTENCE:
        likely = starts[start + 1 : start + MAX_TOKENS_PER_SENTENCE + 1]
        cut = start + MAX_TOKENS_PER_SENTENCE - int(likely[::-1].argmax())  # the last of equals
        cuts.append((start, cut))
        start = cut
    return [*cuts, (start, end)]


def head_scores(dependent: Floats, head: Floats, place: Floats, expected: Floats, classes: Ints) -> Floats:
    """Return how well each word of a sentence would do as the head of each: (dependent, head)."""
    found: Floats = dependent @ head.T
    found += np.take_along_axis(place, classes, axis=1)
    found += np.take_along_axis(expected, classes, axis=1).T
    return found


def head_scores_backward(
    gradient: Floats, dependent: Floats, head: Floats, classes: Ints
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the gradients of the four arguments of `head_scores`."""
    size = len(gradient)
    cells = (classes + np.arange(size)[:, None] * DISTANCE_CLASSES).ravel()

    def gathered(values: Floats) -> Floats:
        summed = np.bincount(cells, weights=values.ravel(), minlength=size * DISTANCE_CLASSES)
        return summed.reshape(size, DISTANCE_CLASSES).astype(np.float32)

    return gradient @ head, gradient.T @ dependent, gathered(gradient), gathered(np.ascontiguousarray(gradient.T))


def relation_input(dependent: Floats, head: Floats, heads: Ints) -> Floats:
    """Return the input of the layer that names the relation of each token to its head in *heads*."""
    own = np.arange(len(heads))
    sides = np.stack((heads < own, heads > own), axis=1)
    return np.hstack((np.maximum(dependent + head[heads], 0), sides), dtype=np.float32)


def best_tree(table: Floats) -> Ints:
    """Return the head of each token in the best tree; the root, one word that is its own head, is chosen first."""
    heads: Ints = table.argmax(axis=1)
    roots = np.flatnonzero(heads == np.arange(len(heads)))
    if len(roots) == 1 and _is_tree(heads, int(roots[0])):
        return heads
    own = np.diagonal(table)
    others = table.copy()
    np.fill_diagonal(others, -np.inf)
    root = int((own - others.max(axis=1)).argmax()) if len(heads) > 1 else 0
    return _arborescence(others.astype(np.float64), root)


def _is_tree(heads: Ints, root: int) -> bool:
    """Tell whether all tokens hang on *root*: no circle."""
    above = heads
    for _ in range(len(heads).bit_length()):
        above = above[above]
    return bool((above == root).all())


def _arborescence(table: NDArray[np.float64], root: int) -> Ints:
    heads: Ints = table.argmax(axis=1)
    heads[root] = root
    circle = _find_cycle(heads)
    if circle is None:
        return heads
    rest = np.setdiff1d(np.arange(len(heads)), circle)
    one = len(rest)  # the circle, taken as one token
    smaller = np.full((one + 1, one + 1), -np.inf)
    smaller[:one, :one] = table[np.ix_(rest, rest)]
    leaving = table[np.ix_(rest, circle)]
    smaller[:one, one] = leaving.max(axis=1)
    entering = table[np.ix_(circle, rest)] - table[circle, heads[circle]][:, None]
    smaller[one, :one] = entering.max(axis=0)
    found = _arborescence(smaller, int(np.searchsorted(rest, root)))
    within = found[:one] == one
    heads[rest] = np.where(within, circle[leaving.argmax(axis=1)], rest[np.minimum(found[:one], one - 1)])
    heads[root] = root
    entered = int(found[one])
    heads[circle[entering[:, entered].argmax()]] = rest[entered]
    return heads


def _find_cycle(heads: Ints) -> Ints | None:
    """Return the tokens of the first circle, sorted; a root is none."""
    state = np.zeros(len(heads), dtype=np.int64)
    for start in range(len(heads)):
        at = start
        while not state[at]:
            state[at] = start + 1
            if heads[at] == at:
                break
            at = int(heads[at])
        if state[at] == start + 1 and heads[at] != at:
            found = [at]
            while heads[found[-1]] != at:
                found.append(int(heads[found[-1]]))
            return np.array(sorted(found))
    return None


def cross_entropy(logits: Floats, gold: Ints) -> tuple[float, Floats]:
    """Return the summed negative log likelihood of the columns *gold*, and its gradient."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    odds = np.exp(shifted)
    total = odds.sum(axis=1, keepdims=True)
    rows = np.arange(len(gold))
    gradient: Floats = odds / total
    loss = float((np.log(total[:, 0]) - shifted[rows, gold]).sum())
    gradient[rows, gold] -= 1.0
    return loss, gradient
