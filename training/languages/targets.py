"""What the words of a labelled text may be: tags of names, as far as they are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.examples import allow_names
from training.languages.gold import LABELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.languages.gold import Text

TAGS = 1 + 4 * len(LABELS)


def allowed_tags(text: Text, words: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
    """Return the tags that each of *words* may have: (word, tag).

    Where a text was not searched for a label, a word that is in no name may be in one of that label.
    """
    count = len(LABELS)
    outside = np.zeros(TAGS, dtype=bool)
    outside[0] = True
    for label in text.unknown:
        outside[1 + LABELS.index(label) :: count] = True
    allowed = np.tile(outside, (len(words), 1))
    allow_names(allowed, text.names, words, LABELS)
    for start, end in text.open:
        allowed[[at for at, (s, e) in enumerate(words) if s < end and start < e]] = True
    return allowed
