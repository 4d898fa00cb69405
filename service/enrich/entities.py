"""One entry a real-world thing: names joined over the article, one type decision each."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, get_args

from service.records import Entity, EntityType, Mention

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

TYPES = frozenset(get_args(EntityType))


def find(doc: Doc) -> list[Entity]:
    """Return the entities of *doc*, most salient first."""
    mentions: dict[tuple[str, str], list[Span]] = defaultdict(list)
    for ent in doc.ents:
        if ent.label_ in TYPES:
            mentions[ent.text, ent.label_].append(ent)
    total = sum(map(len, mentions.values()))
    return [
        Entity(
            name=name,
            type=label,
            mentions=[Mention(start=ent.start_char, end=ent.end_char, text=ent.text) for ent in spans],
            salience=round(len(spans) / total, 4),
        )
        for (name, label), spans in mentions.items()
    ]
