"""The gazetteer knows what names stand for, and the shipped file is the one that the script builds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from service.enrich.gazetteer.places import Gazetteer, NameRole, Place

ROOT = Path(__file__).parents[3]
WATCHED = ("RO", "BG", "HU", "SK")


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    """Load the shipped gazetteer."""
    return Gazetteer()


@pytest.mark.parametrize(
    ("name", "country", "geonames_id"),
    [
        ("Romania", "RO", 798549),
        ("Slovak Republic", "SK", 3057568),
        ("HUNGARY", "HU", 719819),
        ("the Netherlands", "NL", 2750405),
        ("U.S.", "US", 6252001),
        ("Czechia", "CZ", 3077311),
        ("Bucureşti", "RO", 683506),
        ("Bucuresti", "RO", 683506),
        ("София", "BG", 727011),
        ("Kiev", "UA", 703448),
        ("Łódź", "PL", 3093133),
        ("St Louis", "US", 4407066),
    ],
)
def test_a_name_finds_its_place(gazetteer: Gazetteer, name: str, country: str, geonames_id: int) -> None:
    """Names are found in local and in plain letters, in capitals and in the short forms of news."""
    ids = {(match.place.country, match.place.geonames_id) for match in gazetteer.candidates(name)}
    assert (country, geonames_id) in ids


def test_every_homonym_is_a_candidate(gazetteer: Gazetteer) -> None:
    """Paris is in France first, and in Texas and Ontario too."""
    places = [match.place for match in gazetteer.candidates("Paris") if match.role is NameRole.NAME]
    assert places[0].country == "FR"
    states = {gazetteer.place(place.admin1).name for place in places}
    assert {"Texas", "Tennessee", "Ontario"} <= states


@pytest.mark.parametrize("name", ["Ukrainian", "Slovaks", "Romanians", "Bucharester", "Transylvanian", "Polish"])
def test_peoples_are_demonyms(gazetteer: Gazetteer, name: str) -> None:
    """A people is known as such, even if a model calls it a place."""
    assert gazetteer.is_demonym(name)


@pytest.mark.parametrize("name", ["Georgia", "Ukraine", "Turkey", "Jordan", "Reading", "nothing at all"])
def test_places_are_not_demonyms(gazetteer: Gazetteer, name: str) -> None:
    """Neither the name of a place nor an unknown word is a demonym."""
    assert not gazetteer.is_demonym(name)


def test_regions_of_many_countries_have_no_country(gazetteer: Gazetteer) -> None:
    """Eastern Europe is a region of its own, not Belarus."""
    (eastern_europe,) = gazetteer.candidates("eastern Europe")
    assert (eastern_europe.place.kind, eastern_europe.place.country) == ("region", None)


def test_initials_are_matched_as_written(gazetteer: Gazetteer) -> None:
    """`US` is a country, and `us` a pronoun."""
    assert not gazetteer.is_country("us")
    assert gazetteer.is_country("US")


def test_a_city_knows_its_division(gazetteer: Gazetteer) -> None:
    """Cluj-Napoca lies in Cluj, Romania."""
    city = next(match.place for match in gazetteer.candidates("Cluj-Napoca") if match.place.kind == "city")
    assert gazetteer.place(city.admin1).name == "Cluj"
    assert gazetteer.place(city.admin1).geonames_id == 681291


def test_all_countries_are_present(gazetteer: Gazetteer) -> None:
    """There are 249 countries or more, and those watched have an id, an alpha-3 code and coordinates."""
    assert len(gazetteer.countries) >= 249
    for code in WATCHED:
        place = gazetteer.countries[code]
        assert place.geonames_id
        assert place.country3
        assert place.lat is not None


def test_the_shipped_file_is_the_one_that_the_script_builds(gazetteer: Gazetteer, tmp_path: Path) -> None:
    """A build for the watched countries alone has the shipped places with the same names."""
    target = tmp_path / "sample.npz"
    script = [sys.executable, "scripts/build_gazetteer.py", "--countries", ",".join(WATCHED), "--output", str(target)]
    subprocess.run(script, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=True, capture_output=True)
    sample = Gazetteer(target)
    shipped = [gazetteer.place(row) for row in range(len(gazetteer))]
    watched = [place for place in shipped if place.country in WATCHED]
    built = [sample.place(row) for row in range(len(sample))]

    def identity(place: Place) -> tuple[object, ...]:
        return place.name, place.kind, place.country, place.geonames_id, place.lat, place.lon, place.population

    assert list(map(identity, built)) == list(map(identity, watched))
    for place in built[:: len(built) // 500]:
        names = {(match.place.name, match.role) for match in sample.candidates(place.name)}
        assert names == {
            (match.place.name, match.role)
            for match in gazetteer.candidates(place.name)
            if match.place.country in WATCHED
        }
