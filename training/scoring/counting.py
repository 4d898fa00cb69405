"""What every comparison needs: counts of what is right, and a row of the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sized

    from service.contract.enriched_article import EnrichedArticle
    from training.labelled import LabelledArticle

    Pairs = list[tuple[LabelledArticle, EnrichedArticle]]
    """Articles with their records."""


class Row(NamedTuple):
    """A line of the table."""

    what: str
    set: str
    figure: str
    of_how_many: str


@dataclass(slots=True)
class Score:
    """How many of the labels and of the predictions are right."""

    right: int = 0
    predicted: int = 0
    gold: int = 0

    @property
    def precision(self) -> float:
        """Share of the predictions that are right."""
        return self.right / max(1, self.predicted)

    @property
    def recall(self) -> float:
        """Share of the labels that were found."""
        return self.right / max(1, self.gold)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / max(1, self.predicted + self.gold)

    def add(self, right: Sized, predicted: Sized, gold: Sized) -> None:
        """Add the counts of one article."""
        self.right += len(right)
        self.predicted += len(predicted)
        self.gold += len(gold)

    def __str__(self) -> str:
        return f"P {decimal(self.precision)}, R {decimal(self.recall)}, F1 {decimal(self.f1)}"


def share(answers: Iterable[bool]) -> str:
    """Return the share of *answers* that are true."""
    answers = list(answers)
    return decimal(sum(answers) / max(1, len(answers)))


def decimal(number: float) -> str:
    """Return a number between 0 and 1 as the documents write it: ".935"."""
    return f"{number:.3f}".removeprefix("0")


def markdown(rows: Iterable[Row]) -> str:
    """Return *rows* as a Markdown table."""
    lines = [" | ".join(row) for row in (("what", "set", "figure", "of how many"), ("---",) * 4, *rows)]
    return "\n".join(f"| {line} |" for line in lines)
