"""The gazetteer: what names stand for, and that the shipped file is what the builder makes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from service.enrich.gazetteer.folding import fold_place_name
from service.enrich.gazetteer.places import Gazetteer, NameRole

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
    """Names are found in local and plain letters, in capitals and in the short forms of news."""
    ids = {(found.place.country, found.place.geonames_id) for found in gazetteer.candidates(name)}
    assert (country, geonames_id) in ids


def test_every_homonym_is_a_candidate(gazetteer: Gazetteer) -> None:
    """Paris is in France first, and in Texas and Ontario too."""
    found = [one.place for one in gazetteer.candidates("Paris") if one.role is NameRole.NAME]
    assert found[0].country == "FR"
    states = {gazetteer.place(place.admin1).name for place in found}
    assert {"Texas", "Tennessee", "Ontario"} <= states


@pytest.mark.parametrize("name", ["Ukrainian", "Slovaks", "Romanians", "Bucharester", "Transylvanian", "Polish"])
def test_peoples_are_demonyms(gazetteer: Gazetteer, name: str) -> None:
    """What a model may call a place is known as a people."""
    assert gazetteer.is_demonym(name)


@pytest.mark.parametrize("name", ["Georgia", "Ukraine", "Turkey", "Jordan", "Reading", "nothing at all"])
def test_places_are_no_demonyms(gazetteer: Gazetteer, name: str) -> None:
    """A place's name is no people's, and neither is an unknown word."""
    assert not gazetteer.is_demonym(name)


def test_regions_of_many_countries_have_no_country(gazetteer: Gazetteer) -> None:
    """Eastern Europe is a region of its own, not Belarus."""
    (eastern_europe,) = gazetteer.candidates("eastern Europe")
    assert (eastern_europe.place.kind, eastern_europe.place.country) == ("region", None)


def test_small_letters_are_no_country(gazetteer: Gazetteer) -> None:
    """`us` is a pronoun."""
    assert not gazetteer.is_country("us")
    assert gazetteer.is_country("US")


def test_a_city_knows_its_division(gazetteer: Gazetteer) -> None:
    """Cluj-Napoca lies in Cluj, Romania."""
    city = next(one.place for one in gazetteer.candidates("Cluj-Napoca") if one.place.kind == "city")
    assert gazetteer.place(city.admin1).name == "Cluj"
    assert gazetteer.place(city.admin1).geonames_id == 681291


def test_countries_are_all_there(gazetteer: Gazetteer) -> None:
    """Each country has an id, three letters, and a point, but for territories without people."""
    assert len(gazetteer.countries) >= 249
    for code in WATCHED:
        place = gazetteer.countries[code]
        assert place.geonames_id
        assert place.country3
        assert place.lat is not None


def test_folding_joins_spellings() -> None:
    """Case, accents, hyphens and points make no other name."""
    assert fold_place_name("Târgu-Mureş") == fold_place_name("targu mures") == fold_place_name("TÂRGU MUREȘ")


def test_the_shipped_file_is_what_the_builder_makes(gazetteer: Gazetteer, tmp_path: Path) -> None:
    """Built again for the watched countries, every place is the shipped one, with the same names."""
    target = tmp_path / "sample.npz"
    script = [sys.executable, "scripts/build_gazetteer.py", "--countries", ",".join(WATCHED), "--output", str(target)]
    subprocess.run(script, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=True, capture_output=True)
    sample = Gazetteer(target)
    shipped = [gazetteer.place(row) for row in range(len(gazetteer))]
    ours = [place for place in shipped if place.country in WATCHED]
    built = [sample.place(row) for row in range(len(sample))]

    def essence(places: list) -> list:  # type: ignore[type-arg]
        return [(one.name, one.kind, one.country, one.geonames_id, one.lat, one.lon, one.population) for one in places]

    assert essence(built) == essence(ours)
    for place in built[:: len(built) // 500]:
        names = {(one.place.name, one.role) for one in sample.candidates(place.name)}
        assert names == {(o.place.name, o.role) for o in gazetteer.candidates(place.name) if o.place.country in WATCHED}
