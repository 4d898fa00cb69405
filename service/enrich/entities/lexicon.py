"""What the stage knows before it reads: titles, particles, institutions, peoples and well-known aliases."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING

import yaml

from service.enrich.entities.names import fold, is_acronym

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = resources.files("service.enrich") / "data" / "entities"


@dataclass(frozen=True)
class Known:
    """A well-known thing: its usual name and its type."""

    name: str
    label: str


@dataclass(frozen=True)
class Lexicon:
    """The word lists of `data/entities`, in the form in which they are asked."""

    titles: frozenset[str]
    honorifics: frozenset[str]
    particles: frozenset[str]
    generations: frozenset[str]
    legal_forms: frozenset[str]
    institutions: frozenset[str]
    nicknames: dict[str, str]
    peoples: frozenset[str]
    aliases: dict[str, Known]

    def known(self, surface: str) -> Known | None:
        """Return the well-known thing that *surface* names, if any: acronyms as written, long forms in any case."""
        return self.aliases.get(surface) or self.aliases.get(fold(surface))

    @cached_property
    def given_names(self) -> frozenset[str]:
        """Return the folded given names that have a short form, long and short ones."""
        return frozenset(self.nicknames) | frozenset(self.nicknames.values())


def load() -> Lexicon:
    """Read the lists from the package's data files."""
    words = yaml.safe_load((DATA / "names.yaml").read_text("utf-8"))
    return Lexicon(
        titles=frozenset(words["titles"]),
        honorifics=frozenset(words["honorifics"]),
        particles=frozenset(words["particles"]),
        generations=frozenset(words["generations"]),
        legal_forms=frozenset(words["legal_forms"]),
        institutions=frozenset(words["institutions"]),
        nicknames=words["nicknames"],
        peoples=frozenset(map(str, words["peoples"])),
        aliases=dict(_aliases((DATA / "aliases.tsv").read_text("utf-8"))),
    )


def _aliases(table: str) -> Iterator[tuple[str, Known]]:
    for row in table.splitlines():
        if not row or row.startswith("#"):
            continue
        label, name, forms = row.split("\t")
        known = Known(name, label)
        for form in (name, *filter(None, forms.split("|"))):
            yield (form if is_acronym(form) else fold(form)), known
