"""The labelled articles of a folder, and the numbers of the event types and topics that they use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training import examples, labelled, topics

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Inventory:
    """What *folder* contains."""

    def __init__(self, folder: Path) -> None:
        self.articles = list(labelled.read(folder))
        self.tree = topics.read(folder / "topics.txt")
        self.topics = {code: number for number, code in enumerate(self.tree.names)}
        """Number of each topic, by its code."""
        names = sorted({event.type for article in self.articles for event in article.events or ()})
        self.type_names = [examples.NONE, *names]
        self.types = {name: number for number, name in enumerate(self.type_names)}
        """Number of each event type; 0 is no event."""

    def with_ancestors(self, codes: Iterable[str]) -> set[str]:
        """Return *codes* and the topics above them."""
        return {above for code in codes for above in self.tree.with_ancestors(code)}
