"""Cut stretches out of a text, and move the offsets of what was found in the rest back to the text."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from service.contract.annotations import Mention, Span
from service.enrich.span_check import nested_models

if TYPE_CHECKING:
    from collections.abc import Sequence


class Cut:
    """A text without some stretches of it."""

    def __init__(self, text: str, stretches: Sequence[tuple[int, int]]) -> None:
        """Cut *stretches* out of *text*. They are in order and apart, with no white space at their edges."""
        self._text = text
        self._starts: list[int] = []
        """Where each kept piece starts in the rest."""
        self._shifts: list[int] = []
        """By how much each kept piece has moved."""
        pieces = []
        length = at = 0
        for start, end in [*(_with_space(text, *stretch) for stretch in stretches), (len(text), len(text))]:
            if start > at:
                self._starts.append(length)
                self._shifts.append(at - length)
                pieces.append(text[at:start])
                length += start - at
            at = end
        self.rest = "".join(pieces)

    def restore(self, value: Any) -> Any:
        """Return *value*, what was found in the rest, with its offsets in the text.

        A mention that runs across a stretch contains it.
        """
        if isinstance(value, list):
            return [self.restore(item) for item in value]
        if not isinstance(value, BaseModel):
            return value
        fields = {name: self.restore(getattr(value, name)) for name in nested_models(type(value))}
        if isinstance(value, Span):
            start, end = self._moved(value.start), self._moved(value.end - 1) + 1
            fields |= {"start": start, "end": end}
            if isinstance(value, Mention):
                fields["text"] = self._text[start:end]
        return value.model_copy(update=fields)

    def _moved(self, offset: int) -> int:
        return offset + self._shifts[bisect_right(self._starts, offset) - 1]


def _with_space(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the stretch with the white space that it needs no longer: behind it, or before it if it ends its line.

    So the paragraphs before and after it stay apart.
    """
    ends_line = text[end : end + 1] in ("\n", "")
    if ends_line and text[start - 1 : start] not in ("\n", ""):
        return len(text[:start].rstrip(" \t\xa0")), end
    return start, len(text) - len(text[end:].lstrip())
