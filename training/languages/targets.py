"""What the words of a labelled text may be: tags of names, as far as they are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

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
    starts = {start: at for at, (start, _) in enumerate(words)}
    ends = {end: at for at, (_, end) in enumerate(words)}
    for name in text.names:
        first, last = starts.get(name.start), ends.get(name.end)
        if first is None or last is None or last < first:
            allowed[[at for at, (s, e) in enumerate(words) if s < name.end and name.start < e]] = True
            continue
        allowed[first : last + 1] = False
        for number in (LABELS.index(label) for label in name.labels):
            if first == last:
                allowed[first, 1 + 3 * count + number] = True
                continue
            allowed[first, 1 + number] = True
            allowed[first + 1 : last, 1 + count + number] = True
            allowed[last, 1 + 2 * count + number] = True
    for start, end in text.open:
        allowed[[at for at, (s, e) in enumerate(words) if s < end and start < e]] = True
    return allowed
