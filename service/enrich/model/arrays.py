"""The types of arrays in this package, so that a signature says what an array holds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
"""Scores, vectors and probabilities."""
Ints = NDArray[np.int64]
"""Indexes of tags, labels, tokens and distance classes."""
Booleans = NDArray[np.bool_]
"""Masks."""
