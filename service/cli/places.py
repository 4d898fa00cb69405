"""`newswire places`: look a name up in the gazetteer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from service.cli.console import fail

if TYPE_CHECKING:
    from service.enrich.gazetteer.places import Gazetteer, GazetteerMatch

NOTIONAL_POPULATION = frozenset(["continent", "region", "water", "mountain", "facility"])
"""Kinds whose stored population only ranks them among places of the same name, so that it is not shown."""
TABLE_COLUMNS = 200
"""Width that no row exceeds. In a narrower terminal rows wrap, whereas rich would cut the ids short."""


def places(
    name: Annotated[str, typer.Argument(help="A place, a people or an abbreviation, as the text has it.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line, for programs.")] = False,
) -> None:
    """Print the places that a name may stand for, the most populous first; exit 1 if the gazetteer has none."""
    from service.enrich.gazetteer.places import Gazetteer  # noqa: PLC0415 - `newswire --help` need not wait for numpy

    gazetteer = Gazetteer()
    rows = [_row(match, gazetteer) for match in gazetteer.candidates(name)]
    if not rows:
        fail(f"the gazetteer has no place with the name {name}")
    if json:
        for row in rows:
            typer.echo(orjson.dumps(row))
        return
    from rich.console import Console  # noqa: PLC0415 - `newswire --help` need not wait for it
    from rich.table import Table  # noqa: PLC0415 - `newswire --help` need not wait for it

    table = Table(*rows[0], box=None)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    Console(width=TABLE_COLUMNS).print(table, markup=False)


def _row(match: GazetteerMatch, gazetteer: Gazetteer) -> dict[str, str | int | float | None]:
    """Return the columns of *match*, None for what the gazetteer does not have."""
    place = match.place
    has_division = place.admin1 >= 0 and place.kind != "admin1"
    return {
        "geonames_id": place.geonames_id,
        "name": place.name,
        "matched_as": match.role.name.lower(),
        "kind": place.kind,
        "country": place.country,
        "division": gazetteer.place(place.admin1).name if has_division else None,
        "population": None if place.kind in NOTIONAL_POPULATION else place.population,
        "lat": place.lat,
        "lon": place.lon,
    }
