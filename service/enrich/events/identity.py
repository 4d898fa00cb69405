"""Ids of events, by which later versions of an article find the same event again.

An id comes from the words alone: those of the sentence and of the trigger. So it stays when another release codes the
event in another way, or when another paragraph of the article changes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.contract.annotations import Event

ID_BYTES = 6  # 12 hexadecimal digits: two of 1,000 events share a hash in one of 500 million articles


def with_ids(text: str, events: Iterable[Event]) -> list[Event]:
    """Return *events* of an article's *text*, in its order, each with an id that no other of them has."""
    identified: list[Event] = []
    taken: set[str] = set()
    equal: Counter[tuple[str, str]] = Counter()
    for event in events:
        sentence = " ".join(text[event.sentence.start : event.sentence.end].split())
        words = (sentence, event.trigger.text)
        while (identifier := _hash(*words, str(equal[words]))) in taken:
            equal[words] += 1
        equal[words] += 1
        taken.add(identifier)
        identified.append(event.model_copy(update={"id": identifier}))
    return identified


def _hash(*parts: str) -> str:
    content = "\0".join(parts).encode(errors="surrogatepass")
    return hashlib.blake2b(content, digest_size=ID_BYTES).hexdigest()
