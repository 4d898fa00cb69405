"""Places, their names and their demonyms: one read-only file of columns, looked up by name.

The file, `data/gazetteer.npz`, is made by `scripts/build_gazetteer.py` from GeoNames (CC BY 4.0) and from tables of our
own. It is a table of places and a sorted table of name keys; a key is a 48-bit hash of the folded name, so that
300,000 names need no strings: with 2^48 values, a name that is in no table meets a stored key once in 10^9 lookups.
"""

from __future__ import annotations

import hashlib
import unicodedata
from array import array
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import numpy as np

from service.contract.annotations import PlaceKind

if TYPE_CHECKING:
    from collections.abc import Iterator

GAZETTEER = Path(__file__).parents[1] / "data" / "gazetteer.npz"
KINDS: tuple[PlaceKind, ...] = get_args(PlaceKind)
KEY_BYTES = 6
BUCKET_BITS = 18
"""Leading bits of a key that tell where in the table it stands: 2^18 buckets of one key or two, 1 MB."""
BUCKET_SHIFT = 8 * KEY_BYTES - BUCKET_BITS
CAPITAL = 0x80
"""Added to the kind of a country's capital."""
NO_POINT = -(2**31)
"""Stored for a place without a point (the West), which is a place all the same."""

_PLAIN = str.maketrans(
    # Letters that do not decompose (Łódź, Tromsø, Đakovo), apostrophes of all kinds, hyphens and dashes.
    {"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
    | dict.fromkeys("'\u2019\u2018`\u02bb\u02bc\u02b9.", "")
    | dict.fromkeys("-\u2013\u2014/,()", " ")
)
_WORDS = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort", "&": "and"}


class Role(IntEnum):
    """How a name belongs to a place, the nearer the smaller; of two the nearer counts."""

    NAME = 0
    DEMONYM = 1
    ABBREVIATION = 2
    ALTERNATE = 3


ROLES = tuple(Role)


@dataclass(frozen=True, slots=True)
class Place:
    """One place. `row` is its identity within this edition; `admin1` and `admin2` are rows, -1 where there is none.

    `fame` is in how many other ways GeoNames writes its name, up to 255: a measure of how far it is known.
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
class Candidate:
    """A place that a name may stand for, and how it does."""

    place: Place
    role: Role


@lru_cache(maxsize=1024)
def fold(name: str) -> str:
    """Return the form of *name* that is compared: no case, accents, points or hyphens; `St` is `Saint`."""
    plain = name.casefold()
    if not plain.isascii():
        plain = "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))
    return " ".join(_WORDS.get(word, word) for word in plain.translate(_PLAIN).split())


def is_initials(name: str) -> bool:
    """Tell whether *name* is up to three capitals (`US`, `U.S.`, `D.C.`), which stand for nothing in small letters."""
    return name.isupper() and sum(map(str.isalpha, name)) < 4  # noqa: PLR2004 - IRAN in a headline is a word


def key(text: str) -> int:
    """Return the 48-bit key under which the folded name (or `=` and an exact abbreviation) is stored."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=KEY_BYTES).digest(), "big")


class Gazetteer:
    """The places of one edition, read once and never changed."""

    def __init__(self, path: Path = GAZETTEER) -> None:
        content = path.read_bytes()
        self.edition = hashlib.sha256(content).hexdigest()[:12]
        with np.load(path, allow_pickle=False) as columns:
            self._column = {name: memoryview(columns[name]) for name in columns.files}
        self._keys = self._column["keys"]
        bounds = np.arange((1 << BUCKET_BITS) + 1, dtype=np.uint64) << np.uint64(BUCKET_SHIFT)
        self._buckets = array("I", np.searchsorted(np.asarray(self._keys), bounds).astype(np.uintc).tobytes())
        self._names = bytes(self._column["name_bytes"])
        self._codes = bytes(self._column["codes"]).decode("ascii")

    def __len__(self) -> int:
        return len(self._column["ids"])

    @lru_cache(maxsize=4096)  # noqa: B019 - one gazetteer a process, as long-lived as the process
    def candidates(self, name: str) -> tuple[Candidate, ...]:
        """Return every place that *name* may stand for, the most populous first.

        Case matters only for abbreviations (`US`, `Pa.`), whose small letters are other words.
        """
        found: dict[int, Role] = {}
        for text in (f"={name}",) if is_initials(name) else (fold(name), f"={name}"):
            for row, role in self._rows(key(text)):
                found[row] = min(role, found.get(row, role))
        if not found:
            return ()
        places = [Candidate(self.place(row), role) for row, role in found.items()]
        return tuple(sorted(places, key=lambda candidate: (-candidate.place.population, candidate.place.row)))

    def _rows(self, wanted: int) -> Iterator[tuple[int, Role]]:
        first = wanted >> BUCKET_SHIFT
        for position in range(self._buckets[first], self._buckets[first + 1]):
            if self._keys[position] == wanted:
                packed = self._column["targets"][position]
                yield packed >> 2, ROLES[packed & 3]

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
            kind=KINDS[column["kind"][row] & ~CAPITAL],
            country=self._codes[code : code + 2].strip() or None,
            country3=self._codes[code + 2 : code + 5].strip() or None,
            geonames_id=column["ids"][row] or None,
            lat=None if lat == NO_POINT else lat / 1e5,
            lon=None if lat == NO_POINT else column["lon"][row] / 1e5,
            population=column["population"][row],
            fame=column["fame"][row],
            capital=bool(column["kind"][row] & CAPITAL),
            admin1=column["admin1"][row] - 1,
            admin2=column["admin2"][row] - 1,
        )

    @cached_property
    def countries(self) -> dict[str, Place]:
        """The countries by ISO 3166-1 alpha-2 code. They fill the first rows."""
        found: dict[str, Place] = {}
        for row in range(len(self)):
            place = self.place(row)
            if place.kind != "country" or place.country is None:
                break
            found[place.country] = place
        return found

    def demonyms(self, name: str) -> tuple[Place, ...]:
        """Return the places whose people, or what comes from them, *name* stands for: `Slovaks`, `Bucharester`."""
        return tuple(found.place for found in self.candidates(name) if found.role is Role.DEMONYM)

    def is_demonym(self, name: str) -> bool:
        """Tell whether *name* is a people or an adjective of a place, and no place itself: `Ukrainian`."""
        found = self.candidates(name)
        if not found:
            return False
        demonym = max((one.place.population for one in found if one.role is Role.DEMONYM), default=0)
        # There is a Polish and a Roman among the world's villages; they do not make a people a place.
        return demonym > max((one.place.population for one in found if one.role is not Role.DEMONYM), default=0)

    def is_country(self, name: str) -> bool:
        """Tell whether *name* is the name of a country."""
        return any(one.place.kind == "country" and one.role is not Role.DEMONYM for one in self.candidates(name))
