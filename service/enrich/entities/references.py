"""Which entity each word of the text refers to."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.tokens import Doc

    from service.contract.annotations import Entity


def find(doc: Doc, entities: Sequence[Entity]) -> dict[int, int]:
    """Return, for each token that refers to one of *entities*, the index of that entity."""
    starts = doc.to_array("IDX").tolist()
    references: dict[int, int] = {}
    for index, entity in enumerate(entities):
        for mention in entity.mentions:
            first = max(0, bisect_left(starts, mention.start + 1) - 1)
            references.update(dict.fromkeys(range(first, bisect_left(starts, mention.end)), index))
    return references
