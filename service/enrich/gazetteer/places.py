"""Places, their names and their demonyms: one read-only file of columns, looked up by name.

`scripts/build_gazetteer.py` builds the file, `data/gazetteer.npz`, from GeoNames (CC BY 4.0) and from tables of this
project. It holds a table of places and a sorted table of name keys. A key is a 48-bit hash of the folded name, so
300,000 names need no strings. With 2^48 values, a lookup of an unknown name meets a stored key by chance once in 10^9
lookups. Since no names are stored, use `newswire places NAME` to see what the gazetteer knows.
"""

from __future__ import annotations

import hashlib
from array import array
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import numpy as np

from service.contract.annotations import PlaceKind
from service.enrich.gazetteer.folding import fold_place_name, is_initials

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

GAZETTEER_FILE = Path(__file__).parents[1] / "data" / "gazetteer.npz"
PLACE_KINDS: tuple[PlaceKind, ...] = get_args(PlaceKind)
KEY_BYTES = 6
BUCKET_BITS = 18
"""Leading bits of a key, which select its bucket in the table: 2^18 buckets of one or two keys each, 1 MB."""
BUCKET_SHIFT = 8 * KEY_BYTES - BUCKET_BITS
CAPITAL_FLAG = 0x80
"""Added to the kind of a country's capital."""
NO_COORDINATE = -(2**31)
"""Stored for a place without coordinates, such as the West."""
UNITS_PER_DEGREE = 1e5
"""A coordinate is stored as an integer; one unit is about 1 m."""


class NameRole(IntEnum):
    """How a name belongs to a place, closest first; of two roles the closer one counts."""

    NAME = 0
    DEMONYM = 1
    ABBREVIATION = 2
    ALTERNATE = 3


NAME_ROLES = tuple(NameRole)


@dataclass(frozen=True, slots=True)
class Place:
    """One place. Coordinates are WGS 84 degrees.

    `row` identifies the place within this edition; `admin1` and `admin2` are rows too, -1 if there is none.
    `fame` counts the other ways in which GeoNames writes its name, up to 255: a measure of how widely it is known.
    """

    row: int
    name: str
    kind: PlaceKind
    country: str | None
    country3: str | None
    geonames_id: int | None
    lat: float | None
    lon: float | None
    population: int
    fame: int
    capital: bool
    admin1: int
    admin2: int


@dataclass(frozen=True, slots=True)
class GazetteerMatch:
    """A place that a name may stand for, and how the name belongs to it."""

    place: Place
    role: NameRole


def name_key(text: str) -> int:
    """Return the 48-bit key of *text*: a folded name, or `=` and an abbreviation exactly as written."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=KEY_BYTES).digest(), "big")


class NameTable:
    """Rows of places by name: sorted keys, each with the row and the role that it belongs to."""

    def __init__(self, keys: NDArray[np.uint64], targets: NDArray[np.uint32]) -> None:
        bounds = np.arange((1 << BUCKET_BITS) + 1, dtype=np.uint64) << np.uint64(BUCKET_SHIFT)
        self._buckets = array("I", np.searchsorted(keys, bounds).astype(np.uintc).tobytes())
        self._keys, self._targets = keys.data, targets.data

    def roles(self, name: str) -> dict[int, NameRole]:
        """Return the rows of the places that *name* may stand for, each with the closest role that it has there.

        Case matters only for abbreviations (`US`, `Pa.`), which are other words in lower case.
        """
        role_of: dict[int, NameRole] = {}
        for text in (f"={name}",) if is_initials(name) else (fold_place_name(name), f"={name}"):
            for row, role in self._rows(name_key(text)):
                role_of[row] = min(role, role_of.get(row, role))
        return role_of

    def _rows(self, key: int) -> Iterator[tuple[int, NameRole]]:
        bucket = key >> BUCKET_SHIFT
        for position in range(self._buckets[bucket], self._buckets[bucket + 1]):
            if self._keys[position] == key:
                packed = self._targets[position]
                yield packed >> 2, NAME_ROLES[packed & 3]


class Gazetteer:
    """The places of one edition, read once and never changed."""

    language = "en"
    """The language whose names come first."""

    def __init__(self, path: Path = GAZETTEER_FILE) -> None:
        content = path.read_bytes()
        self.edition = hashlib.sha256(content).hexdigest()[:12]
        with np.load(path, allow_pickle=False) as columns:
            self._by_name = NameTable(columns["keys"], columns["targets"])
            self._column = {
                name: memoryview(columns[name]) for name in columns.files if name not in {"keys", "targets"}
            }
        self._names = bytes(self._column["name_bytes"])
        self._codes = bytes(self._column["codes"]).decode("ascii")

    def __len__(self) -> int:
        """Return the number of places."""
        return len(self._column["ids"])

    @lru_cache(maxsize=4096)  # noqa: B019 - one gazetteer per process, which lives as long as the process
    def candidates(self, name: str) -> tuple[GazetteerMatch, ...]:
        """Return every place that *name* may stand for, the most populous first."""
        return self._matches(self._by_name.roles(name))

    def _matches(self, role_of: Mapping[int, NameRole]) -> tuple[GazetteerMatch, ...]:
        matches = [GazetteerMatch(self.place(row), role) for row, role in role_of.items()]
        return tuple(sorted(matches, key=lambda match: (-match.place.population, match.place.row)))

    @lru_cache(maxsize=4096)  # noqa: B019 - as above
    def place(self, row: int) -> Place:
        """Return the place in *row*."""
        column = self._column
        code = 5 * column["country"][row]
        lat = column["lat"][row]
        start, end = column["name_ends"][row : row + 2]
        return Place(
            row=row,
            name=self._names[start:end].decode(),
            kind=PLACE_KINDS[column["kind"][row] & ~CAPITAL_FLAG],
            country=self._codes[code : code + 2].strip() or None,
            country3=self._codes[code + 2 : code + 5].strip() or None,
            geonames_id=column["ids"][row] or None,
            lat=None if lat == NO_COORDINATE else lat / UNITS_PER_DEGREE,
            lon=None if lat == NO_COORDINATE else column["lon"][row] / UNITS_PER_DEGREE,
            population=column["population"][row],
            fame=column["fame"][row],
            capital=bool(column["kind"][row] & CAPITAL_FLAG),
            admin1=column["admin1"][row] - 1,
            admin2=column["admin2"][row] - 1,
        )

    @cached_property
    def countries(self) -> dict[str, Place]:
        """The countries by ISO 3166-1 alpha-2 code. They fill the first rows."""
        by_code: dict[str, Place] = {}
        for row in range(len(self)):
            place = self.place(row)
            if place.kind != "country" or place.country is None:
                break
            by_code[place.country] = place
        return by_code

    def is_demonym(self, name: str) -> bool:
        """Report whether *name* is the people or the adjective of a place and not a place itself: `Ukrainian`."""
        matches = self.candidates(name)
        if not matches:
            return False
        as_people = [match.place.population for match in matches if match.role is NameRole.DEMONYM]
        as_place = [match.place.population for match in matches if match.role is not NameRole.DEMONYM]
        # Villages named Polish and Roman exist, and do not outweigh the peoples.
        return max(as_people, default=0) > max(as_place, default=0)

    def is_country(self, name: str) -> bool:
        """Report whether *name* is the name of a country."""
        return any(
            match.place.kind == "country" and match.role is not NameRole.DEMONYM for match in self.candidates(name)
        )
