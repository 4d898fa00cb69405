"""Which stretches of a text are taken by spans, asked from left to right; linear in spans and questions together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

Owner = TypeVar("Owner")


class Coverage(Generic[Owner]):
    """Spans with what they belong to, none of which overlap."""

    def __init__(self, spans: Iterable[tuple[int, int, Owner]]) -> None:
        self._spans = sorted(spans, key=lambda span: span[:2])
        self._next = 0

    def inside(self, start: int, end: int) -> list[tuple[int, int, Owner]] | None:
        """Return the spans within `[start, end)`, none where it is free; None where a span crosses its bounds.

        *start* must not be less than in the question before.
        """
        while self._next < len(self._spans) and self._spans[self._next][1] <= start:
            self._next += 1
        found = []
        for number in range(self._next, len(self._spans)):
            span = self._spans[number]
            if span[0] >= end:
                break
            if span[0] < start or span[1] > end:
                return None
            found.append(span)
        return found
