"""Windows and their targets as arrays of few sizes, so that few programs are compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from training.examples import NAME_TAGS, PADDING_PIECE

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from training.examples import Targets, Window
    from training.teacher.encoder import Encoder

PIECES_PER_BATCH = 1_536
LENGTHS = (64, 128, 192)
"""Lengths in word pieces to which windows are padded: one compiled program each."""
LENGTH_NOISE = 10
"""Word pieces by which windows are out of order while training, so that not every pass has the same batches."""


def batches(windows: Sequence[Window], rng: random.Random | None) -> list[tuple[list[int], int]]:
    """Return the indexes of windows of like length, and the length to which they are padded.

    With *rng*, batches come in a random order.
    """
    noise = [rng.random() * LENGTH_NOISE if rng else 0.0 for _ in windows]
    order = sorted(range(len(windows)), key=lambda index: len(windows[index].pieces) + noise[index])
    groups = []
    start = 0
    while start < len(order):
        group: list[int] = []
        length = LENGTHS[0]
        while start + len(group) < len(order):
            needed = next(n for n in LENGTHS if n >= len(windows[order[start + len(group)]].pieces))
            if len(group) + 1 > PIECES_PER_BATCH // max(length, needed):
                break
            length = max(length, needed)
            group.append(order[start + len(group)])
        groups.append((group, length))
        start += len(group)
    if rng:
        rng.shuffle(groups)
    return groups


def to_batch(
    source: Encoder, windows: Sequence[Window], length: int, wanted: Sequence[Targets] | None, topic_count: int
) -> dict[str, Any]:
    """Return arrays of *windows*, padded to *length* pieces and to as many windows as fit into `PIECES_PER_BATCH`.

    What is *wanted* of a window stands at the first piece of each word. Masks say where labels are known: `named`,
    `typed` and `triggers` by (window, piece), `has_topics` by window. The last column of `main` is that of no event.
    """
    size = PIECES_PER_BATCH // length
    pieces, mask = np.full((size, length), PADDING_PIECE), np.zeros((size, length), np.float32)
    number = np.zeros(size, np.int32)
    for row, window in enumerate(windows):
        count = len(window.pieces)
        pieces[row, :count], mask[row, :count] = window.pieces, 1
        number[row] = min(window.number, 1)
    batch: dict[str, Any] = {"embedded": source.embed(pieces), "mask": mask, "number": number}
    if wanted is None:
        return batch
    tags = np.ones((size, length, NAME_TAGS), dtype=bool)
    named, typed, triggers = (np.zeros((size, length), np.float32) for _ in range(3))
    types, flags = np.zeros((size, length), np.int32), np.zeros((size, length, 4), np.float32)
    main = np.zeros((size, length + 1), np.float32)
    topic_rows = np.zeros((size, topic_count), np.float32)
    has_topics, lead = np.zeros(size, np.float32), np.zeros(size, np.int32)
    for row, (window, target) in enumerate(zip(windows, wanted, strict=True)):
        at = window.first_pieces
        if target.tags is not None:
            tags[row, at], named[row, at] = target.tags, 1
        if target.types is not None and target.flags is not None and target.main is not None:
            types[row, at], typed[row, at] = target.types, 1
            triggers[row, at], flags[row, at] = target.types > 0, target.flags
            share = target.main.sum()
            main[row, at] = target.main / max(share, 1)
            main[row, -1] = share == 0
        if target.topics is not None and target.lead >= 0:
            topic_rows[row], has_topics[row], lead[row] = target.topics, 1, target.lead
    return batch | {
        "tags": tags, "named": named, "typed": typed, "triggers": triggers, "types": types, "flags": flags,
        "main": main, "topics": topic_rows, "has_topics": has_topics, "lead": lead,
    }  # fmt: skip
