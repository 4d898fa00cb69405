"""The network: reads the words of a text once, and scores names, grammar, events and topics from the same vectors.

Words become vectors (`word_features`). Layers add to each word's vector what stands around it: neighbours at a distance
of 1, then of 3, 7 and 15 words, in the form of residual convolutions with maxout (as in spaCy's MaxoutWindowEncoder;
van den Oord et al. 2016 on dilation). In between, each word learns where it stands and what the article as a whole is
about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from service.enrich.model.tree_decoding import (
    DISTANCE_BAND_STARTS,
    DISTANCE_CLASSES,
    RELATION_WIDTH,
    SIDE_COLUMNS,
    Columns,
)
from service.enrich.model.tree_decoding import columns as grammar_columns

if TYPE_CHECKING:
    from service.enrich.model.arrays import Ints

__all__ = ["DISTANCE_CLASSES", "Columns", "Sizes", "distance_classes", "grammar_columns"]

REACHES = (1, 1, 1, 1, 3, 7, 15)
"""Distance in tokens of the neighbours that each layer sees, on either side."""
ARTICLE_LAYER = 4
"""Number of the layer before which words learn their position and what the article is about."""
POSITIONS = 16
"""Classes of a token's position in the article."""
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
    width: int = 128
    word_width: int = 96
    affix_width: int = 32
    gram_width: int = 64

    @property
    def grammar(self) -> int:
        """Columns of the parser."""
        return int(grammar_columns(self.pos)[-1].stop)

    @property
    def relation_inputs(self) -> int:
        """Columns from which a relation is classified."""
        return RELATION_WIDTH + SIDE_COLUMNS


def distance_classes(size: int) -> Ints:
    """Return the class of the distance between any two of *size* tokens: (from, to)."""
    offset = np.arange(size)[None, :] - np.arange(size)[:, None]
    band = np.searchsorted(DISTANCE_BAND_STARTS, np.abs(offset), side="right")
    classes: Ints = np.where(offset < 0, len(DISTANCE_BAND_STARTS) - band, len(DISTANCE_BAND_STARTS) + band)
    return classes


def positions(tokens: int, first_line: int) -> Ints:
    """Return the position class of each token: finer at the beginning; the *first_line*'s tokens are apart."""
    at = np.arange(tokens)
    classes = np.searchsorted(POSITION_STARTS, at, side="right")
    classes[:first_line] = 0
    return classes


POSITION_STARTS = np.array([0, 8, 16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1_024, 2_048])
"""First token of each class of position, from class 1 on."""
