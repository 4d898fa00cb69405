"""The two teachers: which encoder learns what, and how fast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.teacher import mpnet, multilingual_e5

if TYPE_CHECKING:
    from collections.abc import Callable

    from training.teacher.encoder import Encoder


@dataclass(frozen=True, slots=True)
class Task:
    """What one teacher learns."""

    load: Callable[[int], Encoder]
    layers: int
    """Layers of the encoder that are used."""
    passes: int
    """Each pass sees every article once, after the first one with other names and some sentences in another case."""
    learning_rate: float
    losses: dict[str, float]
    """Weights of the losses: each is a mean over its words, triggers or articles."""
    of_words: tuple[str, ...]
    """Its answers about each word."""
    of_articles: tuple[str, ...] = ()
    """Its answers about a window as a whole."""


TASKS = {
    "events": Task(
        mpnet.load, 12, 4, 6e-5,
        {"types": 4.0, "flags": 0.5, "main": 0.3, "topics": 0.05, "lead": 0.15},
        ("types", "flags", "main", "hidden"), ("no_main", "topics", "lead"),
    ),
    "names": Task(multilingual_e5.load, 8, 5, 1.2e-4, {"tags": 1.0}, ("tags",)),
}  # fmt: skip
"""Names need an encoder that sees case; events and topics one that knows more English."""
