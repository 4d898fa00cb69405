"""The map: places are inside of it, and land is where people live."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.views import world_map

ROUNDING = 0.1  # degrees: a view is rounded to so much
latitudes, longitudes = st.floats(-60, 84), st.floats(-180, 180)


@given(st.lists(st.tuples(latitudes, longitudes), min_size=1, max_size=5))
def test_every_place_is_in_view(points: list[tuple[float, float]]) -> None:
    """The view holds all places, and lies within the world."""
    view = world_map.around(points)

    for latitude, longitude in points:
        assert view.west - ROUNDING <= longitude <= view.west + view.width + ROUNDING
        assert view.north + ROUNDING >= latitude >= view.north - view.height - ROUNDING
    assert view.west >= world_map.WORLD.west
    assert view.west + view.width <= world_map.WORLD.west + world_map.WORLD.width + ROUNDING
    assert world_map.WORLD.north >= view.north
    assert view.north - view.height >= world_map.WORLD.north - world_map.WORLD.height - ROUNDING


@pytest.mark.parametrize("pole", [(-90.0, 0.0), (90.0, 0.0)])
def test_a_pole_is_no_error(pole: tuple[float, float]) -> None:
    """A place beyond the map's edge gives the edge."""
    assert world_map.around([pole]).width == world_map.LEAST_WIDTH


def test_no_place_shows_the_world() -> None:
    """Without places the whole world is in view."""
    assert world_map.around([]) == world_map.WORLD


@pytest.mark.parametrize(
    ("latitude", "longitude", "settled"),
    [(44.4, 26.1, True), (48.1, 17.1, True), (51.5, -0.1, True), (43.5, 34.5, False), (30.0, -40.0, False)],
    ids=["Bucharest", "Bratislava", "London", "Black Sea", "Atlantic"],
)
def test_land_is_where_people_live(latitude: float, longitude: float, settled: bool) -> None:
    """Cities lie on land; seas are empty."""
    cell = world_map.View(longitude - 0.25, latitude + 0.25, 0.5, 0.5)

    assert bool(cell.land) is settled
