"""`newswire schema`: the published schemas."""

from __future__ import annotations

import os
from pathlib import Path  # noqa: TC003 - typer reads the annotation at run time
from typing import Annotated

import typer

from service.cli.console import fail, talk


def schema(
    write: Annotated[Path | None, typer.Option(help="Folder to write all schemas to, instead of printing one.")] = None,
) -> None:
    """Print the JSON Schema of the records, or write all schemas to a folder."""
    from service.contract import schemas  # noqa: PLC0415 - `newswire --help` need not wait for it

    documents = schemas.documents()
    if write is None:
        typer.echo(documents["enriched-article.v1.schema.json"])
        return
    if not write.is_dir():
        fail(f"there is no folder {os.fspath(write)}")
    for name, document in documents.items():
        (write / name).write_bytes(document)
        talk().print(f"wrote {write / name}", markup=False)
