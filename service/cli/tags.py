"""`newswire tags`: the vocabulary of event tags."""

from __future__ import annotations

from typing import Annotated

import orjson
import typer


def tags(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line, for programs.")] = False,
) -> None:
    """Print the vocabulary of event tags, each with its IPTC Media Topics and meaning."""
    from service.enrich.tags import MEDIA_TOPICS_RELEASE, media_topics, vocabulary  # noqa: PLC0415 - spaCy's import is slow

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
