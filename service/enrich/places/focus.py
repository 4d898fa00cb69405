"""Which countries an article's places lie in, and which countries the article is about rather than merely mentions.

The weights are the best of a grid search on half of 697 articles, for each of which a reader named one to four
countries.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from service.contract.annotations import CountryShare

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from service.contract.raw_article import RawArticle
    from service.enrich.places.toponym_groups import ToponymGroup
    from service.enrich.places.toponyms import Toponym

HEADLINE_WEIGHT = 3.0
"""Weight of a mention in the headline, relative to 1 in the body, which often strays to other countries."""
LEAD_WEIGHT = 2.0
LEAD_CODE_POINTS = 400
"""The first paragraph or two say who did what where. Unlike the lead of `entities.salience`, it may be longer than a
paragraph."""
DATELINE_WEIGHT = 0.5
"""The dateline is where the reporter was."""
DEMONYM_FACTOR = 1.3
"""A demonym names who acts in the news: `Hungarian police`."""
MIN_SHARE_OF_TOP = 0.2
"""Least weight of a country that the article is about, as a share of the weight of the first country."""
MIN_SHARE_OF_TOTAL = 0.1
"""The same as a share of all weight."""
MAX_COUNTRIES_ABOUT = 4
MIN_MENU_LENGTH = 6
"""Countries in a row without a comma that are a menu of a form, left in the text of a web page, and not prose."""
_MENU_GAP = re.compile(r"[^,;.:a-z]{0,3}(?:[A-Z][\w'\u2019]*+[ \n]?+){0,5}+")
"""What stands between two countries of a menu: up to five other names. Possessive: a long word is tried once."""


def weigh(groups: Sequence[ToponymGroup], article: RawArticle) -> list[CountryShare]:
    """Return the countries of *groups*, the one with the most weight first."""
    headline = len(article.headline) if article.headline and article.body else 0
    mentions = sorted(_mentions(groups), key=lambda pair: pair[1].start)
    if not mentions:
        return []
    count: dict[str, int] = defaultdict(int)
    weight: dict[str, float] = defaultdict(float)
    for (code, mention), in_menu in zip(mentions, _in_menu(mentions, article.text), strict=True):
        count[code] += 1
        weight[code] += 0.0 if in_menu else _weight(mention, headline)
    total = sum(weight.values())
    ranked = sorted(count, key=lambda code: (-weight[code], code))
    least = max(MIN_SHARE_OF_TOP * weight[ranked[0]], MIN_SHARE_OF_TOTAL * total)
    return [
        CountryShare(
            code=code,
            mentions=count[code],
            share=round(count[code] / len(mentions), 4),
            about=rank < MAX_COUNTRIES_ABOUT and weight[code] >= least and weight[code] > 0,
        )
        for rank, code in enumerate(ranked)
    ]


def _mentions(groups: Iterable[ToponymGroup]) -> Iterable[tuple[str, Toponym]]:
    for group in groups:
        if group.place is not None and group.place.country is not None:
            yield from ((group.place.country, mention) for mention in group.mentions)


def _weight(mention: Toponym, headline: int) -> float:
    if mention.as_ == "dateline":
        return DATELINE_WEIGHT
    factor = DEMONYM_FACTOR if mention.as_ == "demonym" else 1.0
    if mention.start < headline:
        return HEADLINE_WEIGHT * factor
    return LEAD_WEIGHT * factor if mention.start - headline < LEAD_CODE_POINTS else factor


def _in_menu(mentions: Sequence[tuple[str, Toponym]], text: str) -> list[bool]:
    """Report for each mention whether it stands in a form's menu of countries."""
    in_menu = [False] * len(mentions)
    start = 0
    for index in range(1, len(mentions) + 1):
        if index < len(mentions) and _MENU_GAP.fullmatch(text, mentions[index - 1][1].end, mentions[index][1].start):
            continue
        if index - start >= MIN_MENU_LENGTH:
            in_menu[start:index] = [True] * (index - start)
        start = index
    return in_menu
