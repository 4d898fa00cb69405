"""The countries that articles are about, against labelled ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.scoring.counting import Row, Score

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from service.contract.enriched_article import EnrichedArticle


def about_rows(name: str, pairs: Iterable[tuple[Collection[str], EnrichedArticle]]) -> Iterator[Row]:
    """Yield the row of the set called *name*, given as the labelled codes of countries and record."""
    score = Score()
    for labelled, record in pairs:
        gold = set(labelled)
        predicted = {country.code for country in record.countries if country.about}
        score.add(gold & predicted, predicted, gold)
    yield Row("countries that the article is about", name, str(score), f"{score.gold:,} countries")
