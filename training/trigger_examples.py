"""The example sentences of the event rules, and others made from their phrases, with the word that names the event."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np

from service.enrich.events import rules
from service.enrich.grammar import frames
from service.enrich.grammar.parse import Parse
from training import base_model, documents, rule_sentences

if TYPE_CHECKING:
    from training.documents import Document
    from training.label import Labels

Triggers = list[tuple[int, str]]
"""Tokens that name an event, and its type."""


def read() -> list[tuple[Document, Triggers]]:
    """Return sentences in which a rule holds, with the words for which the rule holds and the rule's type."""
    reader = base_model.grammar()
    rng = random.Random(0)  # noqa: S311 - no secret
    texts = [(rule, text) for rule in rules.rules() for text in (*rule.examples, *rule_sentences.write(rule, rng))]
    found = []
    for doc, rule in reader.pipe(((text, rule) for rule, text in texts), as_tuples=True):
        parse = Parse(doc)
        words = [at for at in range(parse.size) if (parse.pos[at], parse.lemmas[at]) in rules.index()]
        triggers: Triggers = [
            (at, rule.type) for at in words if _gives_type(rule, rules.match(parse, frames.build(parse, at)))
        ]
        if triggers:
            found.append((documents.to_document(doc, rule.id), triggers))
    return found


def _gives_type(rule: rules.Rule, entries: list[rules.RuleEntry]) -> bool:
    """Return whether *rule* is among *entries*, and none of another type has as many conditions."""
    of_rule = [entry.conditions for entry in entries if entry.rule.id == rule.id]
    others = [entry.conditions for entry in entries if entry.rule.type != rule.type]
    return bool(of_rule) and max(of_rule) > max(others, default=-1)


def mark(labels: Labels, triggers: Triggers, types: dict[str, int]) -> None:
    """Set the type of *triggers* in *labels*; *types* has the number of each."""
    for token, name in triggers:
        labels.types[token, 0] = types[name]
        labels.type_shares[token] = np.array([1, 0, 0, 0], np.float16)
