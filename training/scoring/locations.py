"""Place names of GeoVirus: found, and placed within 161 km."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scripts.measure_locations import Score, compare, mentions
from training.scoring.counting import Row, decimal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.contract.enriched_article import EnrichedArticle

Toponyms = list[dict[str, Any]]


def geovirus_rows(pairs: Sequence[tuple[Toponyms, EnrichedArticle]]) -> Iterator[Row]:
    """Yield the rows of GeoVirus, given as labelled toponyms and record."""
    for demonyms, ending in ((False, ""), (True, ", demonyms too")):
        score = Score()
        for toponyms, record in pairs:
            compare(score, toponyms, mentions(record, demonyms=demonyms), [])
        size = f"{score.found + score.missed:,} toponyms"
        found = f"P {decimal(score.precision)}, R {decimal(score.recall)}, F1 {decimal(score.f1())}"
        yield Row(f"places found{ending}", "GeoVirus", found, size)
        yield Row(f"places within 161 km{ending}, F1", "GeoVirus", decimal(score.f1(score.accuracy)), size)
