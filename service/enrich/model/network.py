"""The network: reads the words of a text once, and scores names, grammar, events and topics from the same vectors.

The vectors are those of the `trunk`. Linear layers then score every word; topics are scored from a mean of the words,
weighted by attention (Yang et al. 2016).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from service.enrich.model import trunk
from service.enrich.model.tree_decoding import RELATION_WIDTH, SIDE_COLUMNS
from service.enrich.model.tree_decoding import columns as grammar_columns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from service.enrich.model.arrays import Floats

TOPIC_HEADS, TOPIC_WIDTH = 4, 64


@dataclass(frozen=True, slots=True)
class Sizes:
    """Numbers of the network's rows and columns."""

    vocabulary: int
    tags: int
    pos: int
    relations: int
    types: int
    topics: int
    width: int = 160
    word_width: int = 96
    affix_width: int = 32
    gram_width: int = 64

    @property
    def grammar(self) -> int:
        """Columns of the parser."""
        stop: int = grammar_columns(self.pos)[-1].stop
        return stop

    @property
    def relation_inputs(self) -> int:
        """Columns from which a relation is classified."""
        return RELATION_WIDTH + SIDE_COLUMNS


class TopicInputs(NamedTuple):
    """From what topics are scored: the vectors of the tokens, and how much attention each head pays them."""

    vectors: Floats
    """By itself and in its text: (token, 2 · width)."""
    shares: Floats
    """Those of a head sum to one: (token, head)."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What the network says of a text, one row per token."""

    tags: Floats
    """Scores of the BILOU tags of names."""
    grammar: Floats
    """What `tree_decoding` reads."""
    types: Floats
    """Scores of the event types; the first is that of no event."""
    flags: Floats
    """Log odds of the flags of an event."""
    main: Floats
    """Score of each token as the main event, less that of none."""
    topics: Floats
    """Log odds of each topic."""
    lead: Floats
    """Scores of the topics as the most important one."""
    topic_inputs: TopicInputs
    """From what the topics were scored."""


class Network:
    """A trunk, and the linear layers that score its vectors."""

    def __init__(self, weights: dict[str, Any], vocabulary: dict[str, int]) -> None:
        self._weights = weights
        self._trunk = trunk.Trunk(weights, vocabulary)

    @property
    def relation_layer(self) -> tuple[Floats, Floats]:
        """Matrix and bias that classify the relation of a token to its head."""
        return self._weights["relations.w"], self._weights["relations.b"]

    def topic_evidence(self, inputs: TopicInputs, topics: Sequence[int]) -> Floats:
        """Return what each token adds to the log odds of each of *topics*: (token, topic).

        For a few topics it is cheaper to multiply the matrices first, and then the vectors of all tokens.
        """
        evidence = np.zeros((len(inputs.vectors), len(topics)), np.float32)
        for head, columns in enumerate(self._head_columns()):
            chosen = self._weights["topics.w"][columns][:, list(topics)]
            matrix = self._weights["topic_values.w"][:, columns] @ chosen
            bias = self._weights["topic_values.b"][columns] @ chosen
            evidence += inputs.shares[:, head : head + 1] * (inputs.vectors @ matrix + bias)
        return evidence

    def _head_columns(self) -> list[slice]:
        return [slice(head * TOPIC_WIDTH, (head + 1) * TOPIC_WIDTH) for head in range(TOPIC_HEADS)]

    def read(self, words: Sequence[str], headline_tokens: int) -> Scores:
        """Return the scores of the *words* of a text, of which the first *headline_tokens* are its headline."""
        rows, weights = len(words), self._weights
        words = words or [""]
        lexical, hidden = self._trunk.read(words, headline_tokens)
        events = trunk.maxout(hidden, weights["event_hidden.w"], weights["event_hidden.b"])
        events = events @ weights["events.w"] + weights["events.b"]
        shares = hidden @ weights["attention.w"] + weights["attention.b"]
        shares = np.exp(shares - shares.max(0))
        shares /= shares.sum(0)
        vectors = np.concatenate([hidden, lexical], axis=1)
        # The mean of products with a matrix is the product with the mean, since the shares of a head sum to one.
        means = shares.T @ vectors
        pooled = np.concatenate(
            [
                mean @ weights["topic_values.w"][:, columns] + weights["topic_values.b"][columns]
                for mean, columns in zip(means, self._head_columns(), strict=True)
            ]
        )
        topics = pooled @ weights["topics.w"] + weights["topics.b"]
        half = len(topics) // 2
        return Scores(
            tags=(hidden @ weights["tags.w"] + weights["tags.b"])[:rows],
            grammar=(hidden @ weights["grammar.w"] + weights["grammar.b"])[:rows],
            types=events[:rows, :-5],
            flags=events[:rows, -5:-1],
            main=events[:rows, -1] - weights["no_main"],
            topics=topics[:half],
            lead=topics[half:],
            topic_inputs=TopicInputs(vectors[:rows], shares[:rows]),
        )


def load(path: Path) -> tuple[Network, dict[str, list[str]]]:
    """Return the network stored at *path*, and the names of its tags, parts of speech, relations and types."""
    weights, vocabulary, names = trunk.load(path)
    return Network(weights, vocabulary), names
