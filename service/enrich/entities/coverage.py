"""Which stretches of a text are covered by spans, queried from left to right, in time linear in spans and queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

Owner = TypeVar("Owner")


class Coverage(Generic[Owner]):
    """Spans that do not overlap, each with the thing it belongs to."""

    def __init__(self, spans: Iterable[tuple[int, int, Owner]]) -> None:
        self._spans = sorted(spans, key=lambda span: span[:2])
        self._next = 0

    def inside(self, start: int, end: int) -> list[tuple[int, int, Owner]] | None:
        """Return the spans within `[start, end)`: an empty list if it is free, None if a span crosses its bounds.

        *start* must not be less than in the previous query.
        """
        while self._next < len(self._spans) and self._spans[self._next][1] <= start:
            self._next += 1
        inside = []
        for index in range(self._next, len(self._spans)):
            span = self._spans[index]
            if span[0] >= end:
                break
            if span[0] < start or span[1] > end:
                return None
            inside.append(span)
        return inside
