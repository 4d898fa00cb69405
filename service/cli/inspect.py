"""`newswire check` and `newswire schema`: what is set, what is reachable, what the contract is."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path  # noqa: TC003 - typer reads the annotation at run time
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from service.cli.console import fail, load_settings, talk

if TYPE_CHECKING:
    from service.settings import Settings


def check() -> None:
    """Print the settings, secrets masked, and run the checks of a starting worker; exit 1 if one fails."""
    settings = load_settings()
    from rich.console import Console  # noqa: PLC0415 - `newswire --help` need not wait for it
    from rich.table import Table  # noqa: PLC0415 - `newswire --help` need not wait for it

    table = Table("setting", "value", "from", box=None)
    for name, value in settings:
        table.add_row(name, _shown(value), "set" if name in settings.model_fields_set else "default")
    Console().print(table, markup=False)
    problems = [*_broker_problems(settings), *_model_problems(settings)]
    for problem in problems:
        talk().print(f"✗ {problem}", style="red", markup=False, soft_wrap=True)
    if problems:
        raise SystemExit(1)
    talk().print("✓ the brokers answer, the topics are as they must be, the model passes its test", style="green")


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)


def _broker_problems(settings: Settings) -> list[str]:
    from service.errors import KafkaOperationError  # noqa: PLC0415 - `newswire --help` need not wait for it
    from service.kafka import preflight  # noqa: PLC0415 - `newswire --help` need not wait for it

    try:
        preflight.check(settings)
    except KafkaOperationError as error:
        return [str(error)]
    return []


def _model_problems(settings: Settings) -> list[str]:
    from service.errors import WorkerPoolError  # noqa: PLC0415 - `newswire --help` need not wait for it
    from service.processes.pool import Lanes  # noqa: PLC0415 - `newswire --help` need not wait for it

    async def start() -> None:
        lanes = Lanes(settings, fatal=lambda _error: None, replaced=lambda: None)
        try:
            await lanes.start()
        finally:
            await lanes.stop()

    try:
        asyncio.run(start())
    except WorkerPoolError as error:
        return [str(error)]
    return []


def tags(
    json: Annotated[bool, typer.Option("--json", help="A JSON object a line, for programs.")] = False,
) -> None:
    """Print the vocabulary of event tags, each with its IPTC Media Topics and meaning."""
    from service.enrich.tags import MEDIA_TOPICS_RELEASE, media_topics, vocabulary  # noqa: PLC0415 - spaCy's import waits

    names = media_topics()
    if json:
        for row in vocabulary():
            typer.echo(orjson.dumps({"tag": row.tag, "medtop": row.medtop, "meaning": row.meaning}))
        return
    from rich.console import Console  # noqa: PLC0415 - `newswire --help` need not wait for it
    from rich.table import Table  # noqa: PLC0415 - `newswire --help` need not wait for it

    table = Table("tag", "Media Topics", "meaning", box=None, caption=f"IPTC Media Topics of {MEDIA_TOPICS_RELEASE}")
    for row in vocabulary():
        table.add_row(row.tag, ", ".join(f"{code} {names[code]}" for code in row.medtop), row.meaning)
    Console().print(table)


def schema(
    write: Annotated[Path | None, typer.Option(help="Folder to write every schema to, in place of printing.")] = None,
) -> None:
    """Print the JSON Schema of the records, or write all the schemas to a folder."""
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
