"""The example sentences of the event rules, as documents with the word that names the event."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from service.enrich.events import rules
from service.enrich.grammar import frames
from service.enrich.grammar.parse import Parse
from training import base_model, documents

if TYPE_CHECKING:
    from training.documents import Document
    from training.label import Labels

Triggers = list[tuple[int, str]]
"""Tokens that name an event, and its type."""


def read() -> list[tuple[Document, Triggers]]:
    """Return each example of a rule, with the words for which the rule holds and the rule's type."""
    reader = base_model.grammar()
    found = []
    for rule in rules.rules():
        for example in rule.examples:
            doc = reader(example)
            parse = Parse(doc)
            words = [at for at in range(parse.size) if (parse.pos[at], parse.lemmas[at]) in rules.index()]
            triggers: Triggers = [
                (at, rule.type)
                for at in words
                if any(entry.rule.id == rule.id for entry in rules.match(parse, frames.build(parse, at)))
            ]
            found.append((documents.to_document(doc, rule.id), triggers))
    return found


def mark(labels: Labels, triggers: Triggers, types: dict[str, int]) -> None:
    """Set the type of *triggers* in *labels*; *types* has the number of each."""
    for token, name in triggers:
        labels.types[token, 0] = types[name]
        labels.type_shares[token] = np.array([1, 0, 0, 0], np.float16)
