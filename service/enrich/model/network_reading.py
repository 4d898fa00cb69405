"""What the network reads in a document, for the stages: events, topics and the words that speak for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.tokens import Doc

    from service.enrich.model.arrays import Floats, Ints
    from service.enrich.model.network import Network, Scores, TopicInputs

READING_KEY = "reading"
"""Key of the reading in a doc's `user_data`."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Probabilities by token for events, and by article for topics."""

    event_types: tuple[str, ...]
    """Names of the columns of `types`, without the first one, which is that of no event."""
    types: Floats
    """Probability of no event and of each type: (token, 1 + type)."""
    flags: Floats
    """Probability that an event is negated, future, hypothetical, historical: (token, 4)."""
    main: Floats
    """Log odds of a token as the main event against none: (token,)."""
    topics: Floats
    """Probability of each topic."""
    lead: Floats
    """Probability of each topic as the most important one."""
    _topic_inputs: TopicInputs
    """Those of the first tokens, if the text was read in parts."""
    _network: Network

    def topic_evidence(self, topics: Sequence[int]) -> Floats:
        """Return what each token adds to the log odds of each of *topics*: (token, topic)."""
        evidence = np.zeros((len(self.types), len(topics)), np.float32)
        of_first = self._network.topic_evidence(self._topic_inputs, topics)
        evidence[: len(of_first)] = of_first
        return evidence


def create(scores: Scores, event_types: Sequence[str], network: Network) -> Reading:
    """Return the reading of a text that the *network* scored."""
    return Reading(
        tuple(event_types),
        _shares(scores.types),
        1 / (1 + np.exp(-scores.flags)),
        scores.main,
        1 / (1 + np.exp(-scores.topics)),
        _shares(scores.lead[None])[0],
        scores.topic_inputs,
        network,
    )


def of(doc: Doc) -> Reading:
    """Return the reading of *doc*, which `tokenizing.annotate` or the pipeline has stored with it."""
    reading: Reading = doc.user_data[READING_KEY]
    return reading


def joined(readings: Sequence[Reading]) -> Reading:
    """Return the reading of a text that was read in parts: its topics are those of the first part."""
    first = readings[0]
    if len(readings) == 1:
        return first
    return Reading(
        first.event_types,
        np.concatenate([reading.types for reading in readings]),
        np.concatenate([reading.flags for reading in readings]),
        np.concatenate([reading.main for reading in readings]),
        first.topics,
        first.lead,
        first._topic_inputs,  # noqa: SLF001 - of the same class
        first._network,  # noqa: SLF001 - of the same class
    )


def _shares(scores: Floats) -> Floats:
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = odds / odds.sum(axis=1, keepdims=True)
    return shares


def headline_tokens(text: str, starts: Ints) -> int:
    """Return how many of the tokens that begin at *starts* stand before the first blank line, or 0 if there is none."""
    end = text.find("\n\n")
    return int(np.searchsorted(starts, end)) if end > 0 else 0
