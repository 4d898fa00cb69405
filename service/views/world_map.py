"""A map without a map service: the land where people live and a graticule, as SVG paths.

The projection is the plate carrée: a degree of longitude is as wide as a degree of latitude is high. Coordinates are in
degrees, with north up.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

NORTH_EDGE = 84  # latitude of the upper edge of the first row of land.txt
CELL_DEGREES = 0.5
MIN_WIDTH, MIN_HEIGHT = 30.0, 15.0  # degrees: a smaller view would show a place without its surroundings
MARGIN = 1.25  # times the extent of the places


@dataclass(frozen=True, slots=True)
class View:
    """A rectangle of the map: its west and north edges, its width and height, in degrees."""

    west: float
    north: float
    width: float
    height: float

    @property
    def box(self) -> str:
        """Return the rectangle as an SVG view box, in which y points down."""
        return f"{self.west:g} {-self.north:g} {self.width:g} {self.height:g}"

    @property
    def graticule(self) -> str:
        """Return the meridians and parallels in the view as an SVG path: every 10°, in a wide view every 30°."""
        step = 10 if self.width <= 120 else 30  # noqa: PLR2004 - a third of the world
        east, south = self.west + self.width, self.north - self.height
        longitudes = [degree for degree in range(-180, 181, step) if self.west < degree < east]
        latitudes = [degree for degree in range(-90, 91, step) if south < degree < self.north]
        return "".join(f"M{degree} {-self.north:g}v{self.height:g}" for degree in longitudes) + "".join(
            f"M{self.west:g} {-degree}h{self.width:g}" for degree in latitudes
        )

    @property
    def land(self) -> str:
        """Return the land in the view as an SVG path of horizontal strokes, each half a degree high."""
        first = max(0, int((NORTH_EDGE - self.north) / CELL_DEGREES))
        last = int((NORTH_EDGE - self.north + self.height) / CELL_DEGREES)
        west, east = (int((degrees + 180) / CELL_DEGREES) for degrees in (self.west, self.west + self.width))
        strokes = []
        for row, runs in enumerate(_land()[first : last + 1], first):
            y = row * CELL_DEGREES + CELL_DEGREES / 2 - NORTH_EDGE
            for start, length in runs:
                left, right = max(start, west), min(start + length, east + 1)
                if left < right:
                    strokes.append(f"M{left * CELL_DEGREES - 180:g} {y:g}h{(right - left) * CELL_DEGREES:g}")
        return "".join(strokes)


WORLD = View(-180, NORTH_EDGE, 360, 144)


def around(points: list[tuple[float, float]]) -> View:
    """Return a view of all *points*, pairs of latitude and longitude, and of their surroundings."""
    if not points:
        return WORLD
    latitudes, longitudes = zip(*points, strict=True)
    width = max(MIN_WIDTH, (max(longitudes) - min(longitudes)) * MARGIN)
    height = max(MIN_HEIGHT, (max(latitudes) - min(latitudes)) * MARGIN)
    width, height = max(width, 2 * height), max(height, width / 2)
    if width >= WORLD.width or height >= WORLD.height:
        return WORLD
    west = (max(longitudes) + min(longitudes) - width) / 2
    north = (max(latitudes) + min(latitudes) + height) / 2
    west = min(max(west, WORLD.west), WORLD.west + WORLD.width - width)
    north = max(min(north, WORLD.north), WORLD.north - WORLD.height + height)
    return View(round(west, 1), round(north, 1), round(width, 1), round(height, 1))


@cache
def _land() -> tuple[tuple[tuple[int, int], ...], ...]:
    """Return the runs of land cells in each row: the first cell and the number of cells."""
    rows = (files("service.views") / "land.txt").read_text().split()
    return tuple(tuple(_runs(f"{int(row, 16):0{4 * len(row)}b}")) for row in rows)


def _runs(cells: str) -> list[tuple[int, int]]:
    runs = []
    start = cells.find("1")
    while start >= 0:
        end = cells.find("0", start)
        end = len(cells) if end < 0 else end
        runs.append((start, end - start))
        start = cells.find("1", end)
    return runs
