"""Probabilities of BILOU tags over all valid tag sequences: for the span tagger's loss and for its confidence.

The column order and the rules for valid sequences are those of `service/enrich/model/span_decoding.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from spacy.util import minibatch

from service.enrich.model.span_decoding import SEQUENCES_PER_BATCH, pad

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spacy.tokens import Doc

    from service.enrich.model.arrays import Booleans, Floats
    from service.enrich.model.span_decoding import TokenSpan


def split_after_sentences(doc: Doc, outside: Booleans) -> Iterator[tuple[int, int]]:
    """Yield the pieces of *doc*, `[start, end)` in tokens, cut after full stops and line ends that are *outside* spans.

    Short sequences side by side are computed ten times as fast as long ones one after the other.
    """
    start = 0
    for token in doc:
        if outside[token.i] and (token.is_space or token.text in {".", "?", "!"}):
            yield start, token.i + 1
            start = token.i + 1
    if start < len(doc):
        yield start, len(doc)


def marginals(scores: Floats) -> tuple[Floats, Floats]:
    """Return log Z of each sequence, and the probability of each tag over all valid sequences.

    Forward-backward with scaling (Rabiner 1989). Two kinds of state suffice: outside of any span ("closed"), and
    within a span of some label ("open").

    Args:
        scores: (token, sequence, tag), as `pad` stacks them.

    Returns:
        Log Z: (sequence,). Probabilities: (token, sequence, tag).
    """
    length, sequences, tags = scores.shape
    count = (tags - 1) // 4
    begin, inside, last, unit = (slice(1 + i * count, 1 + (i + 1) * count) for i in range(4))
    top = scores.max(axis=2, keepdims=True)
    odds = np.exp(scores - top)
    forward = np.empty_like(odds)
    scale = np.empty((length, sequences, 1))
    closed, opened = np.ones((sequences, 1)), np.zeros((sequences, count))
    into = np.empty((sequences, tags))
    for t in range(length):
        into[:] = closed
        into[:, inside] = opened
        into[:, last] = opened
        step = np.multiply(odds[t], into, out=forward[t])
        total = step.sum(axis=1, keepdims=True)
        step /= total
        scale[t] = total
        opened = step[:, begin] + step[:, inside]
        closed = np.maximum(1.0 - opened.sum(axis=1, keepdims=True), 0.0)
    # A sequence whose last span is still open at the end is invalid.
    end = np.maximum(closed, 1e-300)
    backward = np.empty_like(odds)
    closed, opened = 1.0 / end, np.zeros((sequences, count))
    for t in range(length - 1, -1, -1):
        out = backward[t]
        out[:] = closed
        out[:, begin] = opened
        out[:, inside] = opened
        step = odds[t] * out / scale[t]
        opened = step[:, inside] + step[:, last]
        closed = step[:, :1] + step[:, begin].sum(axis=1, keepdims=True) + step[:, unit].sum(axis=1, keepdims=True)
    log_z = (np.log(scale) + top).sum(axis=0)[:, 0] + np.log(end)[:, 0]
    return log_z, forward * backward


def tag_probabilities(
    docs: Sequence[Doc], scores: Sequence[Floats], predictions: Sequence[Sequence[TokenSpan]]
) -> list[Floats]:
    """Return the probability of each token's tags, one table per doc: (token, tag).

    They are computed in sentences with a predicted span only. In all others every token counts as outside, with
    probability 1.
    """
    pieces, tables = [], []
    for number, (doc, table, spans) in enumerate(zip(docs, scores, predictions, strict=True)):
        inside = np.zeros(len(doc), dtype=bool)
        for start, end, _ in spans:
            inside[start:end] = True
        tables.append(np.zeros_like(table))
        tables[-1][:, 0] = 1.0
        pieces += [
            (number, start, table[start:end])
            for start, end in split_after_sentences(doc, ~inside)
            if inside[start:end].any()
        ]
    pieces.sort(key=lambda piece: len(piece[2]))
    for batch in minibatch(pieces, SEQUENCES_PER_BATCH):  # type: ignore[no-untyped-call]  # spaCy gives no types here
        _, probabilities = marginals(pad([piece[2] for piece in batch]))
        for column, (number, start, piece_scores) in enumerate(batch):
            tables[number][start : start + len(piece_scores)] = probabilities[: len(piece_scores), column]
    return tables


def span_probability(probabilities: Floats, span: TokenSpan) -> float:
    """Return the probability of *span*, which is that of its least probable tag.

    Args:
        probabilities: (token, tag), from `tag_probabilities`.
        span: A span of that document.
    """
    start, end, label = span
    count = (probabilities.shape[1] - 1) // 4
    if end - start == 1:
        return float(probabilities[start, 1 + 3 * count + label])
    inner = probabilities[start + 1 : end - 1, 1 + count + label]
    return float(min(probabilities[start, 1 + label], probabilities[end - 1, 1 + 2 * count + label], *inner))
