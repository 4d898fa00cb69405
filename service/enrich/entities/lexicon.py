"""The word lists of the entity stage: titles, particles, institutions, peoples and well-known aliases."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from service.enrich import data_files
from service.enrich.entities.name_forms import fold_name, is_acronym

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = resources.files("service.enrich") / "data" / "entities"


@dataclass(frozen=True)
class WellKnownName:
    """The usual name of a well-known thing, and its type."""

    name: str
    label: str


@dataclass(frozen=True)
class Lexicon:
    """The word lists of `data/entities`, which explains each, in the form in which they are queried."""

    titles: frozenset[str]
    honorifics: frozenset[str]
    particles: frozenset[str]
    generations: frozenset[str]
    legal_forms: frozenset[str]
    heads: dict[str, str]
    openings: dict[str, str]
    places_before: tuple[str, ...]
    places_after: frozenset[str]
    occupations: frozenset[str]
    with_article: tuple[str, ...]
    speaking: frozenset[str]
    directions: frozenset[str]
    not_names: frozenset[str]
    given: frozenset[str]
    surnames: frozenset[str]
    nicknames: dict[str, str]
    peoples: frozenset[str]
    aliases: dict[str, WellKnownName]
    abbreviations: frozenset[str]

    def well_known(self, surface: str) -> WellKnownName | None:
        """Return the well-known thing that *surface* names, if any: acronyms as written, long forms in any case."""
        return self.aliases.get(surface) or self.aliases.get(fold_name(surface))


@functools.cache
def load() -> Lexicon:
    """Read the lists from the package's data files."""
    words = data_files.read(DATA / "names.yaml")
    return Lexicon(
        titles=frozenset(words["titles"]),
        honorifics=frozenset(words["honorifics"]),
        particles=frozenset(words["particles"]),
        generations=frozenset(words["generations"]),
        legal_forms=frozenset(words["legal_forms"]),
        heads={word: label for label, heads in words["heads"].items() for word in heads},
        openings={opening: label for label, openings in words["openings"].items() for opening in openings},
        places_before=tuple(words["places_before"]),
        places_after=frozenset(words["places_after"]),
        occupations=frozenset(words["occupations"]),
        directions=frozenset(words["directions"]),
        speaking=frozenset(words["speaking"]),
        with_article=tuple(words["with_article"]),
        not_names=frozenset(words["not_names"]),
        given=frozenset(words["given"]) | frozenset(words["nicknames"]),
        surnames=frozenset(words["surnames"]),
        nicknames=words["nicknames"],
        peoples=frozenset(map(str, words["peoples"])),
        aliases=dict(_aliases((DATA / "aliases.tsv").read_text("utf-8"))),
        abbreviations=frozenset(words["abbreviations"]),
    )


def _aliases(table: str) -> Iterator[tuple[str, WellKnownName]]:
    for row in table.splitlines():
        if not row or row.startswith("#"):
            continue
        label, name, forms = row.split("\t")
        well_known = WellKnownName(name, label)
        for form in (name, *filter(None, forms.split("|"))):
            yield (form if is_acronym(form) else fold_name(form)), well_known
