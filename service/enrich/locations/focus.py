"""Which countries an article's places lie in, and which it is about rather than merely mentions."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from service.records import CountryShare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.enrich.locations.resolution import Group
    from service.records import RawArticle

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
"""Least share of all weight. These five are the best of a grid on half of 697 articles labelled by readers."""


def weigh(groups: Sequence[Group], article: RawArticle) -> list[CountryShare]:
    """Return the countries of *groups*, the one most written of first."""
    headline = len(article.headline) if article.headline and article.body else 0
    count: dict[str, int] = defaultdict(int)
    weight: dict[str, float] = defaultdict(float)
    for one in groups:
        if one.place is None or one.place.country is None:
            continue
        for mention in one.mentions:
            count[one.place.country] += 1
            near = mention.start - headline < LEAD_CHARACTERS
            value = HEADLINE if mention.start < headline else LEAD if near else 1.0
            value *= PEOPLE if mention.as_ == "demonym" else 1.0
            weight[one.place.country] += DATELINE if mention.as_ == "dateline" else value
    if not count:
        return []
    total, most = sum(weight.values()), max(weight.values())
    mentions = sum(count.values())
    return [
        CountryShare(
            code=code,
            mentions=count[code],
            share=round(count[code] / mentions, 4),
            about=weight[code] >= ABOUT * most and weight[code] >= ALONE * total,
        )
        for code in sorted(count, key=lambda code: (-weight[code], code))
    ]
