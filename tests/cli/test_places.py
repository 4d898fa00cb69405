"""`newswire places` prints what the gazetteer knows about a name."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from service.cli import app

RUNNER = CliRunner()


def test_every_place_of_a_name_is_printed_the_most_populous_first() -> None:
    """Each line of `--json` is one place with its GeoNames id, its division and its coordinates."""
    result = RUNNER.invoke(app, ["places", "Paris", "--json"])

    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert rows[0] == {
        "geonames_id": 2988507,
        "name": "Paris",
        "matched_as": "name",
        "kind": "city",
        "country": "FR",
        "division": "Île-de-France",
        "population": 2138551,
        "lat": 48.85341,
        "lon": 2.3488,
    }
    assert {"Texas", "Ontario"} <= {row["division"] for row in rows}


def test_the_way_in_which_a_name_matches_is_printed() -> None:
    """A people leads to its country, an abbreviation to its state."""
    people = json.loads(RUNNER.invoke(app, ["places", "Slovaks", "--json"]).stdout)
    state = json.loads(RUNNER.invoke(app, ["places", "Ill.", "--json"]).stdout)

    assert (people["name"], people["matched_as"]) == ("Slovakia", "demonym")
    assert (state["name"], state["matched_as"]) == ("Illinois", "abbreviation")


def test_a_place_where_nobody_lives_has_no_population() -> None:
    """The stored number of a region only ranks it among places of the same name."""
    row = json.loads(RUNNER.invoke(app, ["places", "Eastern Europe", "--json"]).stdout)

    assert (row["kind"], row["country"], row["population"]) == ("region", None, None)


def test_the_table_shows_whole_values() -> None:
    """Without `--json` there is one row per place below the names of the columns."""
    result = RUNNER.invoke(app, ["places", "Cluj-Napoca"])

    head, row = result.stdout.splitlines()
    assert head.split()[:3] == ["geonames_id", "name", "matched_as"]
    assert row.split()[:2] == ["681290", "Cluj-Napoca"]


def test_an_unknown_name_is_reported() -> None:
    """The exit code is 1, and nothing is printed on standard output."""
    result = RUNNER.invoke(app, ["places", "Xyzbrok", "--json"])

    assert result.exit_code == 1
    assert result.stdout == ""
    assert "no place with the name Xyzbrok" in result.stderr
