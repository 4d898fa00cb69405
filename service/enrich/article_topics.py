"""The stage: from a read document to its topics, each with the words that speak for it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from service.contract.annotations import Mention, Topic
from service.enrich.media_topics import topic_tree
from service.enrich.model import network_reading

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from service.enrich.model.arrays import Floats

MIN_PROBABILITY = 0.25
"""Least probability of a topic that is listed."""
MIN_PROBABILITY_OF_FIRST = 0.05
"""Least probability of the topic that is listed if no other is."""
LEAD_WEIGHT = 4.0
"""Weight of the probability of being the most important topic, beside that of the topic itself, in the order."""
MIN_WORDS = 5
"""A shorter text says too little of its subject."""
MAX_TOPICS = 4
MAX_EVIDENCE_PER_TOPIC = 5
CONTENT_TAGS = frozenset({"NN", "VB", "JJ"})
"""First letters of the tags of words that can speak for a topic: nouns, verbs and adjectives."""


def find(doc: Doc) -> list[Topic]:
    """Return the topics of *doc*, most important first; those above a listed one are implied.

    Evidence offsets are code points of `doc.text`.
    """
    words = (token for token in doc if token.is_alpha)
    if len(list(islice(words, MIN_WORDS))) < MIN_WORDS:
        return []
    read = network_reading.of(doc)
    tree = topic_tree()
    ids = list(tree.names)
    importance = read.topics + LEAD_WEIGHT * read.lead
    listed = np.flatnonzero(read.topics >= MIN_PROBABILITY).tolist()
    if not listed:
        best = int(importance.argmax())
        listed = [best] if read.topics[best] >= MIN_PROBABILITY_OF_FIRST else []
    implied = {above for index in listed for above in tree.with_ancestors(ids[index])[1:]}
    listed = [index for index in listed if ids[index] not in implied]
    listed.sort(key=lambda index: (-importance[index], index))
    listed = listed[:MAX_TOPICS]
    if not listed:
        return []
    evidence = read.topic_evidence(listed)
    return [
        Topic(
            medtop=ids[index],
            name=tree.names[ids[index]],
            score=round(float(read.topics[index]), 3),
            evidence=_evidence(doc, evidence[:, column]),
        )
        for column, index in enumerate(listed)
    ]


def _evidence(doc: Doc, shares: Floats) -> list[Mention]:
    """Return the words that add most to a topic, each once, in the order of the text."""
    chosen: dict[str, int] = {}
    for token in np.argsort(-shares, kind="stable").tolist():
        if shares[token] <= 0 or len(chosen) == MAX_EVIDENCE_PER_TOPIC:
            break
        if doc[token].tag_[:2] in CONTENT_TAGS:
            chosen.setdefault(doc[token].lower_, token)
    return [
        Mention(start=doc[token].idx, end=doc[token].idx + len(doc[token]), text=doc[token].text)
        for token in sorted(chosen.values())
    ]
