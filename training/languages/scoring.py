"""Score names against labels: exact spans of people, organisations and places, by language."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from training.scoring.counting import Score

if TYPE_CHECKING:
    from collections.abc import Iterable

    from training.languages.gold import Text

PLACES = frozenset({"GPE", "LOC", "FAC"})
CORE = ("PERSON", "ORG", "place")
Spans = "set[tuple[int, int, str]]"


def joined(label: str) -> str:
    """Return the type by which *label* is scored: the sets do not tell kinds of places apart alike."""
    return "place" if label in PLACES else label


def score(read: Iterable[tuple[Text, Iterable[tuple[int, int, str]]]]) -> dict[str, dict[str, Score]]:
    """Return scores by language and type, and of all types together, of texts with the names *found* in them.

    Names that touch a stretch of which nothing is known do not count.
    """
    scores: defaultdict[str, defaultdict[str, Score]] = defaultdict(lambda: defaultdict(Score))
    for text, names in read:
        wanted = {(name.start, name.end, joined(name.labels[0])) for name in text.names}
        found = {
            (start, end, joined(label))
            for start, end, label in names
            if not any(start < stop and begin < end for begin, stop in text.open)
        }
        for kind in CORE:
            right = {name for name in wanted if name[2] == kind}
            given = {name for name in found if name[2] == kind}
            for key in (kind, "all"):
                scores[text.language][key].add(given & right, given, right)
    return {language: dict(by_type) for language, by_type in scores.items()}
