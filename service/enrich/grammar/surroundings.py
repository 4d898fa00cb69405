"""The passages of a text that are worth a slow pattern: those around words without which it cannot match."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def around(text: str, places: Iterable[int], *, before: int, after: int) -> Iterator[tuple[int, int]]:
    """Yield the code points `[start, end)` around *places*, given in order; passages that meet are one.

    A passage has at least *before* and *after* code points beside each place, and begins and ends at white space.
    """
    start = end = -1
    for place in places:
        if place + after <= end:
            continue
        if start >= 0 and place - before > end:
            yield start, end
            start = -1
        if start < 0:
            start = max(text.rfind(" ", 0, max(0, place - before)), 0)
        end = text.find(" ", place + after)
        end = len(text) if end < 0 else end
    if start >= 0:
        yield start, end
