"""The words by which a text refers to somebody whom it names elsewhere."""

from __future__ import annotations

import functools

from service.enrich import data_files
from service.enrich.data_files import DATA, CommaSeparatedSet, DataRow
from service.enrich.entities.name_forms import folded_words


class ReferenceWords(DataRow):
    """The content of `reference_words.yaml`, which says what each list is for."""

    male: CommaSeparatedSet
    female: CommaSeparatedSet
    courtesies: CommaSeparatedSet
    offices: dict[str, str]
    passing: CommaSeparatedSet
    organisations: CommaSeparatedSet
    general: CommaSeparatedSet
    vague: CommaSeparatedSet
    places: CommaSeparatedSet

    def gender(self, word: str) -> str | None:
        """Return "f" or "m" if only a woman or only a man is called *word*."""
        return "m" if word in self.male else "f" if word in self.female else None


@functools.cache
def reference_words() -> ReferenceWords:
    """Return the titles, offices and nouns for organisations and places."""
    return data_files.read_document(DATA / "entities" / "reference_words.yaml", ReferenceWords)


@functools.cache
def _given_names() -> dict[str, str]:
    """Return "f" or "m" for each given name that nearly only women or nearly only men have."""
    lines = (DATA / "entities" / "given_names.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {name: "f" if gender == "f" else "m" for name, gender in rows}


def gender_of_name(name: str) -> str | None:
    """Return "f" or "m" by the given name of a person's full *name*, if it tells."""
    words = folded_words(name)
    return _given_names().get(words[0]) if len(words) > 1 else None
