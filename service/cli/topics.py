"""`newswire topics`: make the topics, or see which there are."""

from __future__ import annotations

import typer

from service.cli.console import kafka_errors, load_settings, talk

app = typer.Typer(help="Make the topics, or see which there are.", no_args_is_help=True)


@app.command()
def create() -> None:
    """Create the topics that are missing, as `schemas/topics` declares them; those that exist stay as they are."""
    settings = load_settings()
    from service.kafka import admin  # noqa: PLC0415 - `newswire --help` need not wait for it

    with kafka_errors(settings):
        for name, made in admin.create(settings).items():
            talk().print(f"{name}: {'created' if made else 'exists'}", markup=False)
