"""The arithmetic of the parser: from one vector per token to sentences and dependency trees.

Every token scores every word of its sentence as its head: by content (the dot product of two vectors) and by distance,
scored from both ends. A token that is its own head is the root. The scores follow Dozat and Manning (2017), with
relative distances in place of a recurrent network. If the best heads do not form a tree, the highest-scoring tree is
found by the algorithm of Chu and Liu (1965) and Edmonds (1967).
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.enrich.model.arrays import Booleans, Floats, Ints

CONTENT_WIDTH = 48
"""Width of the vectors by which a token and its head find each other."""
RELATION_WIDTH = 64
"""Width of the hidden layer that classifies the relation of a token to its head."""
DISTANCE_BAND_STARTS = np.array([1, 2, 3, 4, 5, 6, 8, 11, 16, 24])
"""Smallest distance of each band, in tokens: one band per near word, then wider and wider ones."""
DISTANCE_CLASSES = 2 * len(DISTANCE_BAND_STARTS) + 1
"""The bands to the left, distance 0, and the bands to the right."""
MAX_TOKENS_PER_SENTENCE = 200
"""A longer sentence is cut where a sentence most likely starts.

The score of every pair of tokens is held in memory: 200 * 200 * 4 bytes = 160 kB.
"""
SIDE_COLUMNS = 2
"""Columns that say on which side of the token its head stands."""


class Columns(NamedTuple):
    """Where the parts of a token's vector lie."""

    tags: slice
    sentence_start: slice
    dependent: slice
    """Content of the token as a dependent."""
    head: slice
    """Content of the token as a head."""
    head_distance: slice
    """Score of each distance class for the token's head."""
    dependent_distance: slice
    """Score of each distance class for the token's dependents."""
    relation_dependent: slice
    """The token as a dependent, for the relation."""
    relation_head: slice
    """The token as a head, for the relation."""


@functools.cache
def columns(tags: int) -> Columns:
    """Return where the parts of a token's vector lie if the model has so many *tags*."""
    sizes = (
        *(tags, 1, CONTENT_WIDTH, CONTENT_WIDTH),
        *(DISTANCE_CLASSES, DISTANCE_CLASSES, RELATION_WIDTH, RELATION_WIDTH),
    )
    ends = np.cumsum(sizes).tolist()
    return Columns(*(slice(end - size, end) for size, end in zip(sizes, ends, strict=True)))


def distance_classes(size: int) -> Ints:
    """Return the class of the distance between any two of *size* tokens: (from, to).

    *size* is at most `MAX_TOKENS_PER_SENTENCE`.
    """
    table: Ints = _distance_classes()[:size, :size]
    return table


@functools.cache
def _distance_classes() -> Ints:
    offset = np.arange(MAX_TOKENS_PER_SENTENCE)[None, :] - np.arange(MAX_TOKENS_PER_SENTENCE)[:, None]
    band = np.searchsorted(DISTANCE_BAND_STARTS, np.abs(offset), side="right")
    classes: Ints = np.where(offset < 0, len(DISTANCE_BAND_STARTS) - band, len(DISTANCE_BAND_STARTS) + band)
    return classes


def split_sentences(start_scores: Floats, known_starts: Booleans) -> list[tuple[int, int]]:
    """Return the sentences, `[start, end)` in tokens: they start at scores above zero and at *known_starts*."""
    opens = (start_scores > 0) | known_starts
    opens[0] = True
    starts = np.flatnonzero(opens).tolist()
    sentences: list[tuple[int, int]] = []
    for start, end in zip(starts, [*starts[1:], len(start_scores)], strict=True):
        sentences += _split_long_sentence(start_scores, start, end)
    return sentences


def _split_long_sentence(start_scores: Floats, start: int, end: int) -> list[tuple[int, int]]:
    sentences = []
    while end - start > MAX_TOKENS_PER_SENTENCE:
        candidates = start_scores[start + 1 : start + MAX_TOKENS_PER_SENTENCE + 1]
        cut = start + MAX_TOKENS_PER_SENTENCE - int(candidates[::-1].argmax())  # the last of equal scores
        sentences.append((start, cut))
        start = cut
    return [*sentences, (start, end)]


def head_scores(
    dependent: Floats, head: Floats, head_distance: Floats, dependent_distance: Floats, classes: Ints
) -> Floats:
    """Return the score of each word of a sentence as the head of each: (dependent, head).

    Args:
        dependent: Content of each token as a dependent.
        head: Content of each token as a head.
        head_distance: Score of each distance class for each token's head.
        dependent_distance: Score of each distance class for each token's dependents.
        classes: Distance classes of the sentence, from `distance_classes`.
    """
    scores: Floats = dependent @ head.T
    scores += np.take_along_axis(head_distance, classes, axis=1)
    scores += np.take_along_axis(dependent_distance, classes, axis=1).T
    return scores


def relation_input(relation_dependent: Floats, relation_head: Floats, heads: Ints) -> Floats:
    """Return the input of the layer that classifies the relation of each token to its head in *heads*."""
    tokens = np.arange(len(heads))
    sides = np.stack((heads < tokens, heads > tokens), axis=1)
    return np.hstack((np.maximum(relation_dependent + relation_head[heads], 0), sides), dtype=np.float32)


def best_tree(scores: Floats) -> Ints:
    """Return the head of each token in the best tree under *scores*, (dependent, head).

    The root is chosen first: the one token that is its own head.
    """
    heads: Ints = scores.argmax(axis=1)
    roots = np.flatnonzero(heads == np.arange(len(heads)))
    if len(roots) == 1 and _is_tree(heads, int(roots[0])):
        return heads
    own = np.diagonal(scores)
    others = scores.copy()
    np.fill_diagonal(others, -np.inf)
    root = int((own - others.max(axis=1)).argmax()) if len(heads) > 1 else 0
    return _arborescence(others.astype(np.float64), root)


def _is_tree(heads: Ints, root: int) -> bool:
    """Return whether every token descends from *root*, that is, whether there is no cycle."""
    ancestors = heads
    for _ in range(len(heads).bit_length()):
        ancestors = ancestors[ancestors]
    return bool((ancestors == root).all())


def _arborescence(scores: NDArray[np.float64], root: int) -> Ints:
    """Return the heads of the highest-scoring tree that hangs on *root* (Chu and Liu, Edmonds)."""
    heads: Ints = scores.argmax(axis=1)
    heads[root] = root
    cycle = _find_cycle(heads)
    if cycle is None:
        return heads
    rest = np.setdiff1d(np.arange(len(heads)), cycle)
    merged = len(rest)  # index of the whole cycle in the smaller problem, where it is one token
    smaller = np.full((merged + 1, merged + 1), -np.inf)
    smaller[:merged, :merged] = scores[np.ix_(rest, rest)]
    leaving = scores[np.ix_(rest, cycle)]
    smaller[:merged, merged] = leaving.max(axis=1)
    entering = scores[np.ix_(cycle, rest)] - scores[cycle, heads[cycle]][:, None]
    smaller[merged, :merged] = entering.max(axis=0)
    smaller_heads = _arborescence(smaller, int(np.searchsorted(rest, root)))
    in_cycle = smaller_heads[:merged] == merged
    heads[rest] = np.where(
        in_cycle, cycle[leaving.argmax(axis=1)], rest[np.minimum(smaller_heads[:merged], merged - 1)]
    )
    heads[root] = root
    entered = int(smaller_heads[merged])
    heads[cycle[entering[:, entered].argmax()]] = rest[entered]
    return heads


def _find_cycle(heads: Ints) -> Ints | None:
    """Return the tokens of the first cycle, sorted, or None. A root, its own head, is not a cycle."""
    visit = np.zeros(len(heads), dtype=np.int64)
    for start in range(len(heads)):
        token = start
        while not visit[token]:
            visit[token] = start + 1
            if heads[token] == token:
                break
            token = int(heads[token])
        if visit[token] == start + 1 and heads[token] != token:
            cycle = [token]
            while heads[cycle[-1]] != token:
                cycle.append(int(heads[cycle[-1]]))
            return np.array(sorted(cycle))
    return None
