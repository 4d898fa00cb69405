"""`newswire schema`: the published schemas, and what a sink needs to hold what they describe."""

from __future__ import annotations

import os
from pathlib import Path  # noqa: TC003 - typer reads the annotation at run time
from typing import Annotated

import typer

from service.cli.console import fail, talk
from service.sinks import Sink  # noqa: TC001 - typer reads the annotation at run time


def schema(
    sink: Annotated[Sink | None, typer.Option("--as", help="Print what this sink needs: tables, or a mapping.")] = None,
    write: Annotated[Path | None, typer.Option(help="Folder to write all files to, instead of printing.")] = None,
) -> None:
    """Print the JSON Schema of the records, or what a sink needs to hold records and events; or write all files.

    Of several JSON Schemas, only that of the records is printed.
    """
    from service.contract import schemas  # noqa: PLC0415 - `newswire --help` need not wait for it
    from service.sinks import kits  # noqa: PLC0415 - as above

    documents = schemas.documents() if sink is None else kits.files(sink)
    if write is None:
        printed = [documents[schemas.ENRICHED]] if schemas.ENRICHED in documents else documents.values()
        typer.echo(b"\n".join(printed), nl=False)
        return
    if not write.is_dir():
        fail(f"there is no folder {os.fspath(write)}")
    for name, document in documents.items():
        (write / name).write_bytes(document)
        talk().print(f"wrote {write / name}", markup=False)
