"""The map shows every place, and land where people live."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.views import world_map

ROUNDING = 0.1  # degrees to which a view is rounded
latitudes, longitudes = st.floats(-60, 84), st.floats(-180, 180)


@given(st.lists(st.tuples(latitudes, longitudes), min_size=1, max_size=5))
def test_every_place_is_in_view(points: list[tuple[float, float]]) -> None:
    """The view contains all places and lies within the world."""
    view = world_map.around(points)

    for latitude, longitude in points:
        assert view.west - ROUNDING <= longitude <= view.west + view.width + ROUNDING
        assert view.north + ROUNDING >= latitude >= view.north - view.height - ROUNDING
    assert view.west >= world_map.WORLD.west
    assert view.west + view.width <= world_map.WORLD.west + world_map.WORLD.width + ROUNDING
    assert world_map.WORLD.north >= view.north
    assert view.north - view.height >= world_map.WORLD.north - world_map.WORLD.height - ROUNDING


@pytest.mark.parametrize("pole", [(-90.0, 0.0), (90.0, 0.0)])
def test_a_pole_gives_the_edge(pole: tuple[float, float]) -> None:
    """A place beyond the edge of the map gives a view at the edge."""
    assert world_map.around([pole]).width == world_map.MIN_WIDTH


def test_without_places_the_world_is_shown() -> None:
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
