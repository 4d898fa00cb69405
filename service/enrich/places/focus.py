"""Which countries an article's places lie in, and which it is about rather than merely mentions.

The weights are the best of a grid on half of 697 articles, for each of which a reader named one to four countries.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from service.contract.annotations import CountryShare

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from service.contract.raw_article import RawArticle
    from service.enrich.places.mentions import Toponym
    from service.enrich.places.toponym_groups import Group

HEADLINE = 3.0
"""Weight of a mention in the headline; one in the body, where an article wanders, has 1."""
LEAD = 2.0
LEAD_CHARACTERS = 400
"""The first paragraph or two: who did what where."""
DATELINE = 0.5
"""Where the reporter sat."""
PEOPLE = 1.3
"""For a demonym: whoever acts in the news, `Hungarian police`, is named by it."""
ABOUT = 0.2
"""Least weight beside the country that weighs most."""
ALONE = 0.1
"""Least share of all weight."""
MOST = 4
"""Countries that an article is about, at most."""
LISTED = 6
"""Countries in a row, without a comma, that are no text but a form's list to choose from, as web pages leave it."""
_GAP = re.compile(r"[^,;.:a-z]{0,3}(?:[A-Z][\w'\u2019]*+[ \n]?+){0,5}+")
"""What stands between two of them: up to five further names. What is taken is not given back: a word is one name."""


def weigh(groups: Sequence[Group], article: RawArticle) -> list[CountryShare]:
    """Return the countries of *groups*, the one that weighs most first."""
    headline = len(article.headline) if article.headline and article.body else 0
    found = sorted(_mentions(groups), key=lambda pair: pair[1].start)
    if not found:
        return []
    count: dict[str, int] = defaultdict(int)
    weight: dict[str, float] = defaultdict(float)
    for (code, mention), listed in zip(found, _listed(found, article.text), strict=True):
        count[code] += 1
        weight[code] += 0.0 if listed else _weight(mention, headline)
    total = sum(weight.values())
    ranked = sorted(count, key=lambda code: (-weight[code], code))
    least = max(ABOUT * weight[ranked[0]], ALONE * total)
    return [
        CountryShare(
            code=code,
            mentions=count[code],
            share=round(count[code] / len(found), 4),
            about=rank < MOST and weight[code] >= least and weight[code] > 0,
        )
        for rank, code in enumerate(ranked)
    ]


def _mentions(groups: Iterable[Group]) -> Iterable[tuple[str, Toponym]]:
    for one in groups:
        if one.place is not None and one.place.country is not None:
            yield from ((one.place.country, mention) for mention in one.mentions)


def _weight(mention: Toponym, headline: int) -> float:
    if mention.as_ == "dateline":
        return DATELINE
    people = PEOPLE if mention.as_ == "demonym" else 1.0
    if mention.start < headline:
        return HEADLINE * people
    return LEAD * people if mention.start - headline < LEAD_CHARACTERS else people


def _listed(found: Sequence[tuple[str, Toponym]], text: str) -> list[bool]:
    """Tell for each mention whether it stands in a form's list of countries."""
    listed = [False] * len(found)
    start = 0
    for index in range(1, len(found) + 1):
        if index < len(found) and _GAP.fullmatch(text, found[index - 1][1].end, found[index][1].start):
            continue
        if index - start >= LISTED:
            listed[start:index] = [True] * (index - start)
        start = index
    return listed
