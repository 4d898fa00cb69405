"""The gazetteer for articles in other languages than English: the same places, under the names they have there.

`scripts/build_place_names.py` builds the files of names, `data/languages/*/place_names.npz`, with the inflected forms.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from service.enrich.data_files import LANGUAGES
from service.enrich.gazetteer.places import Gazetteer, NameRole, NameTable

if TYPE_CHECKING:
    from service.enrich.gazetteer.places import GazetteerMatch

NAMES_FILE_OF = {
    language: Path(__file__).parents[1] / "data" / "languages" / language / "place_names.npz" for language in LANGUAGES
}
ENDINGS_FILE_OF = {language: path.with_name("name_endings.txt") for language, path in NAMES_FILE_OF.items()}
MIN_POPULATION_ABROAD = 5_000
"""Inhabitants of the smallest foreign place whose name is a main one: names of lesser ones are as often rivers, hills
and words of the language."""
MIN_STEM_LETTERS = 4
"""Letters of the shortest foreign name of which an ending is cut off."""
ENGLISH_ONLY = frozenset({NameRole.DEMONYM, NameRole.ABBREVIATION})
"""Roles of the shipped names that mean nothing in another language: `Roman`, `Pa.`"""


class LanguageGazetteer(Gazetteer):
    """The places of a gazetteer with their names in *language* first, then those of the gazetteer: foreign towns."""

    def __init__(self, gazetteer: Gazetteer, language: str) -> None:
        vars(self).update(vars(gazetteer))  # the columns are shared
        self.language = language
        content = NAMES_FILE_OF[language].read_bytes()
        self.edition = f"{gazetteer.edition}-{language}-{hashlib.sha256(content).hexdigest()[:12]}"
        with np.load(BytesIO(content), allow_pickle=False) as columns:
            self._in_language = NameTable(columns["keys"], columns["targets"])
        lines = ENDINGS_FILE_OF[language].read_text(encoding="utf-8").splitlines()
        self._endings = tuple(line for line in lines if line and not line.startswith("#"))

    @lru_cache(maxsize=4096)  # noqa: B019 - one gazetteer per language and process, which lives as long as the process
    def candidates(self, name: str) -> tuple[GazetteerMatch, ...]:
        """Return every place that *name* may stand for, the most populous first.

        If the language has a place of this name, others that have it elsewhere are less likely.
        """
        own = self._in_language.roles(name)
        is_place = any(role is not NameRole.DEMONYM for role in own.values())
        shipped = {
            row: role if not is_place and self._is_known_abroad(row) else NameRole.ALTERNATE
            for row, role in self._by_name.roles(name).items()
            if role not in ENGLISH_ONLY
        }
        if not own and not shipped and name[:1].isupper() and name.endswith(self._endings):
            shipped = self._foreign_names(name)
        return self._matches(shipped | own)

    def _foreign_names(self, name: str) -> dict[int, NameRole]:
        """Return the foreign towns of which *name* is an inflected form that the files do not hold: `Lundot`."""
        for ending in self._endings:
            stem = name.removesuffix(ending)
            if stem != name and len(stem) >= MIN_STEM_LETTERS:
                roles = self._by_name.roles(stem)
                if rows := [row for row, role in roles.items() if role is NameRole.NAME]:
                    return dict.fromkeys(rows, NameRole.ALTERNATE)
        return {}

    def _is_known_abroad(self, row: int) -> bool:
        place = self.place(row)
        return place.kind != "city" or place.population >= MIN_POPULATION_ABROAD
