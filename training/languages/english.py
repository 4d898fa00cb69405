"""The labelled English articles, as texts beside those of other languages: they show what each label means."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from training import labelled
from training.languages.gold import LABELS, Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def read(folder: Path) -> Iterator[Text]:
    """Yield the labelled articles of *folder* that have names."""
    for article in labelled.read(folder):
        if article.names is None:
            continue
        names = []
        for name in article.names:
            ours = tuple("WORK_OF_ART" if label == "LAW" else label for label in name.labels)
            kept = tuple(dict.fromkeys(label for label in ours if label in LABELS))
            names.append(replace(name, labels=kept))
        names = [name for name in names if name.labels]
        yield Text(article.id, "en", article.collection, article.text, tuple(names), frozenset(), (), article.part)
