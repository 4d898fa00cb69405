"""Which countries an article's places lie in, and which countries the article is about rather than merely mentions.

Each country gets the probability that a reader would say that the article is about it: a logistic regression on how
often, where and in which role the text names it. The weights are data: `data/places/focus_weights.yaml`, fitted by
`scripts/fit_focus.py`, and `focus_weights_without_parse.yaml`, by `training/languages/countries.py`.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from service.contract.annotations import CountryShare
from service.enrich import data_files
from service.enrich.grammar.parse import Parse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spacy.tokens import Doc

    from service.contract.raw_article import RawArticle
    from service.enrich.places.home_country import HomeEvidence
    from service.enrich.places.toponym_groups import ToponymGroup
    from service.enrich.places.toponyms import Toponym

LEAD_CODE_POINTS = 400
"""The first paragraph or two say who did what where. Unlike the lead of `entities.salience`, it may be longer than a
paragraph."""
MAX_COUNTED = 3
"""Mentions in the lead, or as subjects, after which more say nothing new."""
LATE_CODE_POINTS = 600
"""A country that is first named after so much of the text is seldom what the article is about."""
LATER_RANK = 3
"""Countries from the fourth on, by mentions, are seldom what an article is about."""
MIN_PROBABILITY_OF_ONLY = 0.1
"""Smallest probability of the likeliest country, if none reaches that of others."""
MAX_COUNTRIES_ABOUT = 4
MIN_MENU_LENGTH = 6
"""Countries in a row without a comma that are a menu of a form, left in the text of a web page, and not prose."""
_MENU_GAP = re.compile(r"[^,;.:a-z]{0,3}(?:[A-Z][\w'\u2019]*+[ \n]?+){0,5}+")
"""What stands between two countries of a menu: up to five other names. Possessive: a long word is tried once."""
OWNER_DEPS = frozenset({"nsubj", "nsubjpass", "poss"})
"""Grammatical roles of who acts: `Hungary said`, `Hungary's minister`."""


class Weights(NamedTuple):
    """How the features of a country are weighed."""

    of: dict[str, float]
    """Weight of each feature by its name."""
    min_probability: float
    """Smallest probability of a country that the article is about."""


def _read(file: str, min_probability: float) -> Weights:
    return Weights(data_files.read(resources.files("service.enrich") / "data" / "places" / file), min_probability)


ENGLISH = _read("focus_weights.yaml", 0.45)
"""The probability was chosen on articles of local papers, which are seldom about a second country."""
WITHOUT_PARSE = _read("focus_weights_without_parse.yaml", 0.4)
"""For languages in which nothing says who acts."""


class CountryMention(NamedTuple):
    """A mention of a place in a country."""

    country: str
    toponym: Toponym
    is_country: bool
    """Whether the place is the country itself."""
    confidence: float


def weigh(
    groups: Sequence[ToponymGroup], article: RawArticle, doc: Doc, home: HomeEvidence, weights: Weights = ENGLISH
) -> list[CountryShare]:
    """Return the countries of *groups*, the one that the article is likeliest about first.

    *home* says how much speaks for each country as the article's own; it stands in if the text names no place.
    """
    mentions = mentions_of(groups)
    if not mentions:
        return _without_places(home.total)
    table = features(mentions, article, doc, home.institutions)
    count = Counter(mention.country for mention in mentions)
    probability = {country: _probability(table[country], weights.of) if country in table else 0.0 for country in count}
    ranked = sorted(count, key=lambda country: (-probability[country], country))
    return [
        CountryShare(
            code=country,
            mentions=count[country],
            share=round(count[country] / len(mentions), 4),
            about=rank < MAX_COUNTRIES_ABOUT
            and probability[country] >= (weights.min_probability if rank else MIN_PROBABILITY_OF_ONLY),
        )
        for rank, country in enumerate(ranked)
    ]


def mentions_of(groups: Sequence[ToponymGroup]) -> list[CountryMention]:
    """Return the mentions of places that lie in one country, in the order of the text."""
    mentions = [
        CountryMention(group.place.country, toponym, group.place.kind == "country", group.confidence)
        for group in groups
        if group.place is not None and group.place.country is not None
        for toponym in group.mentions
    ]
    return sorted(mentions, key=lambda mention: mention.toponym.start)


def features(
    mentions: Sequence[CountryMention], article: RawArticle, doc: Doc, institutions: Mapping[str, int]
) -> dict[str, dict[str, float]]:
    """Return the features of each country of *mentions* by name, but for those that only stand in a menu.

    *institutions* counts those named after a country. The dateline, where the reporter was, is a feature of its own.
    """
    headline = len(article.headline) + 2 if article.headline and article.body else 0
    paragraph_end = article.text.find("\n", headline)
    paragraph_end = len(article.text) if paragraph_end < 0 else paragraph_end
    acts = _acts(mentions, doc)
    by_country: dict[str, list[CountryMention]] = defaultdict(list)
    for mention, in_menu in zip(mentions, _in_menu(mentions, article.text), strict=True):
        if not in_menu:
            by_country[mention.country].append(mention)
    count = {country: sum(mention.toponym.as_ != "dateline" for mention in own) for country, own in by_country.items()}
    total, most = max(1, sum(count.values())), max([1, *count.values()])
    ranked = sorted(by_country, key=lambda country: -count[country])
    table = {}
    for rank, country in enumerate(ranked):
        own = by_country[country]
        inside = [mention.toponym.start - headline for mention in own if mention.toponym.as_ != "dateline"]
        is_late = min(inside, default=len(article.text)) > LATE_CODE_POINTS
        table[country] = {
            "bias": 1.0,
            "log_mentions": math.log1p(count[country]),
            "share": count[country] / total,
            "share_of_most": count[country] / most,
            "headline": float(any(start < 0 for start in inside)),
            "lead": min(MAX_COUNTED, sum(0 <= start < LEAD_CODE_POINTS for start in inside)) / MAX_COUNTED,
            "first_paragraph": float(any(0 <= start < paragraph_end - headline for start in inside)),
            "dateline": float(len(inside) < len(own)),
            "country": sum(mention.is_country for mention in own) / len(own),
            "only": float(len(by_country) == 1),
            "first_rank": float(rank == 0),
            "second_rank": float(rank == 1),
            "later_rank": float(rank >= LATER_RANK),
            "confidence": max(mention.confidence for mention in own),
            "once_late": float(is_late and count[country] == 1),
            "acts": min(MAX_COUNTED, sum(mention.toponym.start in acts for mention in own)) / MAX_COUNTED,
            "institutions": math.log1p(institutions.get(country, 0)),
        }
    return table


def _acts(mentions: Sequence[CountryMention], doc: Doc) -> set[int]:
    """Return the starts of the mentions that are subjects or owners, or without a parse, that begin a sentence."""
    starts = doc.to_array("IDX").tolist()
    if not doc.has_annotation("DEP"):
        begins = {start for start, flag in zip(starts, doc.to_array("SENT_START").tolist(), strict=True) if flag == 1}
        return begins.intersection(mention.toponym.start for mention in mentions)
    deps = Parse.of(doc).deps
    return {
        mention.toponym.start
        for mention in mentions
        if deps[bisect_left(starts, mention.toponym.end) - 1] in OWNER_DEPS
    }


def _probability(row: Mapping[str, float], weight_of: Mapping[str, float]) -> float:
    score = sum(weight_of[name] * value for name, value in row.items())
    return 1 / (1 + math.exp(-score))


def _without_places(evidence: Mapping[str, int]) -> list[CountryShare]:
    """Return the countries of institutions and money; the article is about the one that it shows most."""
    total = sum(evidence.values())
    ranked = sorted(evidence, key=lambda country: (-evidence[country], country))
    return [
        CountryShare(
            code=country, mentions=evidence[country], share=round(evidence[country] / total, 4), about=rank == 0
        )
        for rank, country in enumerate(ranked)
    ]


def _in_menu(mentions: Sequence[CountryMention], text: str) -> list[bool]:
    """Report for each mention whether it stands in a form's menu of countries."""
    in_menu = [False] * len(mentions)
    start = 0
    for index in range(1, len(mentions) + 1):
        if index < len(mentions) and _MENU_GAP.fullmatch(
            text, mentions[index - 1].toponym.end, mentions[index].toponym.start
        ):
            continue
        if index - start >= MIN_MENU_LENGTH:
            in_menu[start:index] = [True] * (index - start)
        start = index
    return in_menu
