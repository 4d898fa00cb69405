"""Topics of articles against labelled topics, which are IPTC Media Topics by their short codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.scoring.counting import Row, Score, share

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from service.contract.enriched_article import EnrichedArticle
    from service.enrich.media_topics import TopicTree
    from training.scoring.counting import Pairs

FIRST_CODE = 20_000_000
"""Codes below the top levels start here; labels have the digits after it."""
TOP_LEVEL = 1_000_000
"""The code of the top level 15 is 15 times this."""


def short_code(medtop: str) -> str:
    """Return the label's code of a Media Topic: "574" for "medtop:20000574", "M15" for "medtop:15000000"."""
    code = int(medtop.removeprefix("medtop:"))
    return str(code - FIRST_CODE) if code >= FIRST_CODE else f"M{code // TOP_LEVEL:02}"


def codes_of(record: EnrichedArticle) -> list[str]:
    """Return the short codes of the topics of *record*, most important first."""
    return [short_code(topic.medtop) for topic in record.topics]


def topic_rows(name: str, pairs: Pairs, tree: TopicTree) -> Iterator[Row]:
    """Yield the rows of the topics of the set called *name*."""
    score = Score()
    strict, wide = [], []
    for article, record in pairs:
        gold = article.topics or ()
        predicted = codes_of(record)
        above = _with_ancestors(gold, tree)
        found = _with_ancestors(predicted, tree)
        score.add(above & found, found, above)
        if gold:
            strict.append(bool(predicted) and predicted[0] in gold)
            wide.append(bool(predicted) and predicted[0] in above)
    articles = f"{len(strict):,} articles"
    yield Row("topics with those above them", name, str(score), f"{score.gold:,} topics")
    yield Row("first topic is one of the labelled", name, share(strict), articles)
    yield Row("first topic is one of the labelled or above one", name, share(wide), articles)


def _with_ancestors(codes: Iterable[str], tree: TopicTree) -> set[str]:
    return {above for code in codes for above in tree.with_ancestors(code)}
